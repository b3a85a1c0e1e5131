"""The acts of the office as forms: their fields in words, and who is normally told. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from services.desk.office import timeline
from services.desk.office.call_form import NO_WAY
from services.desk.office.forms import identifiers_in, unseen_in
from services.desk.office.labels import Names
from services.desk.store import CaseFacts, ItemRow
from shared.catalog.catalog import Catalog
from shared.contracts.codes import CODES
from shared.contracts.inbound import (
    ClockSettlement,
    Contact,
    Direction,
    EngagementEnding,
    NoticeSettlement,
    Rehoming,
)

UNCONFIRMED = "authority_not_confirmed"
AGENCY = "the agency that asked"
HOLDER = "the provider whose work ends"
NAMED = "the provider that you name"
NEXT = "the provider that is asked next"
_UTC = ZoneInfo("UTC")
_UNDER_WAY = frozenset({"assigned", "planned", "in_delivery", "delivered"})
REASONS: Mapping[str, str] = {
    "agency_called": "We spoke with the agency",
    "provider_called": "We spoke with the provider",
    "agreed_by_telephone": "Agreed by telephone",
    "rules_do_not_fit": "The rules do not fit this case",
    "looked_up": "We looked it up",
    "other_reason": "Another reason",
}
"""Reasons of the office's own choice."""
_END_REASONS = {code: meaning.rstrip(".") for code, meaning in CODES["end_reasons"].items()}
_AFTER_END = {code: meaning.rstrip(".") for code, meaning in CODES["after_end"].items()}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: ``wrong`` says what to do if the value is missing or not accepted."""

    name: str
    label: str
    wrong: str
    kind: Literal["choice", "line", "words", "date"] = "choice"
    options: Mapping[str, str] | Literal["programs", "providers"] | None = None
    help: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """
    What an act is about: its case, why it was referred, the work under way, and an item.

    ``contact_id`` is the caller's contact, if this office keeps it.
    """

    tracking_number: str
    status: str
    engagement_id: str | None = None
    referred_because: str | None = None
    contact_id: str | None = None
    item: ItemRow | None = None
    zone: ZoneInfo = _UTC


def _nothing_more(_: Mapping[str, str]) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act: ``data`` makes the message of the values that are filled in."""

    name: str
    title: str
    does: str
    told: Sequence[str]
    fields: Sequence[Field]
    model: type[BaseModel]
    data: Callable[[About, Mapping[str, str]], Mapping[str, Any]]
    fits: Callable[[About], bool]
    """Tells whether the act is possible now."""
    also_wrong: Callable[[Mapping[str, str]], dict[str, str]] = _nothing_more
    """Returns what is wrong with the values together, by field."""

    def read(
        self, about: About, values: Mapping[str, str]
    ) -> tuple[BaseModel | None, Mapping[str, str]]:
        """Return the message of *values*, or what is wrong, by field."""
        by_name = {field.name: field for field in self.fields}
        errors = {
            name: field.wrong
            for name, field in by_name.items()
            if field.needed and not values.get(name)
        }
        filled = {name: values[name] for name in by_name if values.get(name)}
        lines = {name: text for name, text in filled.items() if by_name[name].kind == "line"}
        errors |= unseen_in(lines) | identifiers_in(filled) | self.also_wrong(filled)
        try:
            message = self.model.model_validate(self.data(about, filled))
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_context=False):
                name = str(problem["loc"][0]) if problem["loc"] else ""
                if name in by_name:
                    errors.setdefault(name, by_name[name].wrong)
            if not errors:
                raise
            return None, errors
        except ValueError:  # of a date
            return None, {**errors, **_wrong_dates(by_name, filled)}
        return (None, errors) if errors else (message, {})

    def field_at(self, path: str) -> str | None:
        """Return the field of a refusal's path, such as ``/data/provider``."""
        name = path.removeprefix("/data/").partition("/")[0]
        return name if any(field.name == name for field in self.fields) else None


def _wrong_dates(fields: Mapping[str, Field], filled: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name].wrong for name in filled if fields[name].kind == "date"}


def _is_referred(about: About) -> bool:
    return about.status == "referred"


def _is_claimed(about: About) -> bool:
    """Tell whether it was only claimed that the agency's executive wants the request."""
    return _is_referred(about) and about.referred_because == UNCONFIRMED


def _is_decided_here(about: About) -> bool:
    return _is_referred(about) and not _is_claimed(about)


def _is_under_way(about: About) -> bool:
    return about.status in _UNDER_WAY and about.engagement_id is not None


def _is_ours(about: About) -> bool:
    """Tell whether the contact is one that this office keeps, not the agency's own system."""
    return about.contact_id is not None


def _is_about(*kinds: str) -> Callable[[About], bool]:
    """Return whether an act is about an item of one of *kinds*."""
    return lambda about: about.item is not None and about.item.kind in kinds


def _direct(action: str) -> Callable[[About, Mapping[str, str]], Mapping[str, Any]]:
    def data(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
        return {"tracking_number": about.tracking_number, "action": action, **values}

    return data


def _end(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"engagement_id": about.engagement_id, **values}


def _rehome(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"engagement_id": about.engagement_id, "to": "provider", **values}


def _contact(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"contact_id": about.contact_id, "of_caller": True, **values}


def _no_way(values: Mapping[str, str]) -> dict[str, str]:
    return {} if {"phone", "email"} & values.keys() else {"phone": NO_WAY}


def _settle(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    found: dict[str, Any] = {
        "tracking_number": about.tracking_number,
        "clock": about.item.about,
        "reason": values.get("reason"),
    }
    if (until := values.get("valid_until")) is not None:
        next_day = date.fromisoformat(until) + timedelta(days=1)
        found["valid_until"] = datetime.combine(next_day, time(), about.zone)
    return found


def _mail_settled(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    return {"mail": about.item.about, **values}


def _told_otherwise(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    whom = {"notice": about.item.about, "audience": about.item.participant}
    return {**whom, "how": "told_otherwise", **values}


_LINE = "Write at most 200 characters."
_WHY = Field(
    "why", "How do you know?", "Say how you know, in at most 2,000 characters.", kind="words",
    help="For this office only. Name nobody outside it.",
)  # fmt: skip
_REASON = Field("reason", "Reason", "Choose a reason.", options=REASONS)
_PROGRAM = Field(
    "program", "Program", "Choose a program of the list.", options="programs",
    help="Without one, it stays in its program.", needed=False,
)  # fmt: skip
_PROVIDER = Field("provider", "Provider", "Choose a provider.", options="providers")
_END_REASON = Field("reason", "Reason", "Choose a reason.", options=_END_REASONS)
_WORDS = Field(
    "words_for_requester", "Words to the agency", "Write at most 2,000 characters.", kind="words",
    help="The agency's system receives them as they are. Name no other person.", needed=False,
)  # fmt: skip

ACTS: Mapping[str, ActForm] = {
    form.name: form
    for form in (
        ActForm(
            "confirm",
            "Confirm that the executive wants it",
            "The rules then decide, as for any other request. It keeps its place.",
            (AGENCY, NEXT),
            (
                Field(
                    "basis",
                    "How do we know?",
                    "Choose how we know.",
                    options={
                        "letter_seen": "We have seen a letter of the executive",
                        "call_back": "We called the executive back",
                    },
                ),
                _REASON,
            ),
            Direction,
            _direct("confirm_authority"),
            _is_claimed,
        ),
        ActForm(
            "look",
            "Look for a provider",
            "The request goes back among those that providers are asked for.",
            (AGENCY, NEXT),
            (_PROGRAM, _REASON),
            Direction,
            _direct("route"),
            _is_decided_here,
        ),
        ActForm(
            "ask",
            "Ask one provider",
            "The provider gets an offer. If it had made a counteroffer, its work begins.",
            (NAMED, AGENCY),
            (_PROVIDER, _PROGRAM, _REASON),
            Direction,
            _direct("assign"),
            _is_decided_here,
        ),
        ActForm(
            "cannot-help",
            "Say that no program can help",
            "The request ends. This cannot be undone.",
            (AGENCY,),
            (_REASON,),
            Direction,
            _direct("ineligible"),
            _is_referred,
        ),
        ActForm(
            "end",
            "End the work",
            "The provider is told to stop.",
            (AGENCY, HOLDER),
            (
                _END_REASON,
                Field(
                    "then",
                    "What becomes of the request",
                    "Choose what becomes of it.",
                    options=_AFTER_END,
                ),
                _WORDS,
            ),
            EngagementEnding,
            _end,
            _is_under_way,
        ),
        ActForm(
            "hand-on",
            "Give the work to another provider",
            "The work with this provider ends, and the other one is asked at once.",
            (AGENCY, HOLDER, NAMED),
            (_PROVIDER, _PROGRAM, _END_REASON, _WORDS),
            Rehoming,
            _rehome,
            _is_under_way,
        ),
        ActForm(
            "settle",
            "Settle what is late",
            "It is not announced again, or not until the day that you name.",
            (AGENCY,),
            (
                Field(
                    "valid_until",
                    "Announce it again after",
                    "Give a date, such as 2026-12-31.",
                    kind="date",
                    help="Without a date, it is never announced again.",
                    needed=False,
                ),
                _REASON,
            ),
            ClockSettlement,
            _settle,
            _is_about("late"),
        ),
        ActForm(
            "arrived",
            "Say what became of the email",
            "What you say is written down. Only if you choose so, the email is sent again.",
            (),
            (
                Field(
                    "how",
                    "What became of it?",
                    "Choose what became of it.",
                    options={
                        "counted_as_delivered": "It arrived",
                        "sent_again": "It is to be sent again",
                        "dropped": "It need not arrive any more",
                    },
                ),
                _WHY,
            ),
            NoticeSettlement,
            _mail_settled,
            _is_about("unknown_outcome"),
        ),
        ActForm(
            "told",
            "Say that we told them",
            "It is written down that they know, and how.",
            (),
            (_WHY,),
            NoticeSettlement,
            _told_otherwise,
            _is_about("unreachable", "call"),
        ),
        ActForm(
            "contact",
            "Correct whom to reach",
            "What you write replaces everything that is held about this person. What you leave out"
            " is forgotten.",
            ("the provider that has the work, if there is one",),
            (
                Field("name", "Name", "Write a name of at most 200 characters.", kind="line"),
                Field("title", "Title", _LINE, kind="line", needed=False),
                Field(
                    "phone",
                    "Telephone",
                    _LINE,
                    kind="line",
                    needed=False,
                    help="A telephone number or an email address is enough.",
                ),
                Field(
                    "email",
                    "Email address",
                    _LINE,
                    kind="line",
                    needed=False,
                    help="Without one, we call whenever there is news.",
                ),
            ),
            Contact,
            _contact,
            _is_ours,
            _no_way,
        ),
    )
}
"""Every act, by the last part of its address."""
BY_KIND: Mapping[str, Sequence[str]] = {
    "referred": ("confirm", "look", "ask", "cannot-help"),
    "counter": ("ask", "look", "cannot-help"),
    "rehome": ("hand-on", "end"),
    "late": ("settle",),
    "unknown_outcome": ("arrived",),
    "unreachable": ("told", "contact"),
    "call": ("told", "contact"),
}
"""The acts that an item of a kind is likely to need, the likeliest first."""


def about_of(facts: CaseFacts, *, item_id: str = "", zone: ZoneInfo = _UTC) -> About:
    """Return what acts in a case are about; *item_id* names an item, if it is one."""
    return About(
        tracking_number=facts.case.tracking_number,
        status=facts.case.status or "accepted",
        engagement_id=timeline.open_engagement(facts.happenings),
        referred_because=timeline.referred_because(facts.happenings),
        contact_id=timeline.own_contact(facts.happenings),
        item=next((item for item in facts.items if item.item_id == item_id), None),
        zone=zone,
    )


def possible(facts: CaseFacts) -> list[ActForm]:
    """Return the acts that are possible in a case, beside those on an item."""
    about = about_of(facts)
    return [form for form in ACTS.values() if form.fits(about)]


def likely(facts: CaseFacts, item: ItemRow) -> list[ActForm]:
    """Return the possible acts that *item* is likely to need."""
    about = about_of(facts, item_id=item.item_id)
    forms = [ACTS[name] for name in BY_KIND.get(item.kind, ())]
    return [form for form in forms if form.fits(about)]


def options_of(field: Field, catalog: Catalog, names: Names) -> Mapping[str, str]:
    """Return the values of *field*, each with its words."""
    if field.options == "programs":
        return {id_: program.name for id_, program in catalog.programs.items()}
    if field.options == "providers":
        return {id_: names.participant(id_) for id_ in sorted(catalog.providers)}
    return field.options or {}
