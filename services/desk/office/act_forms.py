"""The acts of the office as forms: their fields in words, and who is normally told. Pure."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from services.desk.office import act_data, timeline
from services.desk.office.act_form import UTC, About, ActForm, Field
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

AGENCY = "the agency that asked"
HOLDER = "the provider whose work ends"
NAMED = "the provider that you name"
NEXT = "the provider that is asked next"
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
_LINE = "Write at most 200 characters."
_WHY = Field(
    "why", "How do you know?", "Say how you know, in at most 2,000 characters.", kind="words",
    help="For this office only. Name nobody outside it.",
)  # fmt: skip
_REASON = Field("reason", "Reason", "Choose a reason.", options=REASONS)
_PROGRAM = Field(
    "program", "Program", "Choose a program from the list.", options="programs",
    help="Without one, it stays in its program.", needed=False,
)  # fmt: skip
_PROVIDER = Field("provider", "Provider", "Choose a provider.", options="providers")
_END_REASON = Field("reason", "Reason", "Choose a reason.", options=_END_REASONS)
_WORDS = Field(
    "words_for_requester", "Message to the agency", "Write at most 2,000 characters.",
    kind="words", needed=False,
    help="The agency's system gets it exactly as you write it. Do not name anyone else.",
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
                        "letter_seen": "We have seen a letter from the executive",
                        "call_back": "We called the executive back",
                    },
                ),
                _REASON,
            ),
            Direction,
            act_data.direct("confirm_authority"),
            act_data.is_claimed,
        ),
        ActForm(
            "look",
            "Look for a provider",
            "The request goes back to those that we offer to providers.",
            (AGENCY, NEXT),
            (_PROGRAM, _REASON),
            Direction,
            act_data.direct("route"),
            act_data.is_decided_here,
        ),
        ActForm(
            "ask",
            "Ask one provider",
            "The provider gets an offer. If it had made a counteroffer, its work begins.",
            (NAMED, AGENCY),
            (_PROVIDER, _PROGRAM, _REASON),
            Direction,
            act_data.direct("assign"),
            act_data.is_decided_here,
        ),
        ActForm(
            "cannot-help",
            "Say that no program can help",
            "The request ends. This cannot be undone.",
            (AGENCY,),
            (_REASON,),
            Direction,
            act_data.direct("ineligible"),
            act_data.is_referred,
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
            act_data.end,
            act_data.is_under_way,
        ),
        ActForm(
            "hand-on",
            "Give the work to another provider",
            "The work with this provider ends, and the other one is asked at once.",
            (AGENCY, HOLDER, NAMED),
            (_PROVIDER, _PROGRAM, _END_REASON, _WORDS),
            Rehoming,
            act_data.rehome,
            act_data.is_under_way,
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
            act_data.settle,
            act_data.is_about("late"),
        ),
        ActForm(
            "arrived",
            "Say what became of the email",
            "We record what you say. We send the email again only if you choose that.",
            (),
            (
                Field(
                    "how",
                    "What became of it?",
                    "Choose what became of it.",
                    options={
                        "counted_as_delivered": "It arrived",
                        "sent_again": "Send it again",
                        "dropped": "It no longer needs to arrive",
                    },
                ),
                _WHY,
            ),
            NoticeSettlement,
            act_data.mail_settled,
            act_data.is_about("unknown_outcome"),
        ),
        ActForm(
            "told",
            "Say that we told them",
            "We record that they know, and how.",
            (),
            (_WHY,),
            NoticeSettlement,
            act_data.told_otherwise,
            act_data.is_about("unreachable", "call"),
        ),
        ActForm(
            "contact",
            "Correct the contact person",
            "What you write replaces everything we hold about this person. We erase what you leave"
            " out.",
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
                    help="Without one, we call with all news.",
                ),
            ),
            Contact,
            act_data.contact,
            act_data.is_ours,
            act_data.no_way,
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


def about_of(facts: CaseFacts, *, item_id: str = "", zone: ZoneInfo = UTC) -> About:
    """Return what acts in a case are about; *item_id* names their item, if they have one."""
    return About(
        tracking_number=facts.case.tracking_number,
        status=facts.case.status or "accepted",
        engagement_id=timeline.open_engagement(facts.happenings),
        is_claimed=timeline.is_claimed(facts.happenings),
        contact_id=timeline.own_contact(facts.happenings),
        item=next((item for item in facts.items if item.item_id == item_id), None),
        zone=zone,
    )


def possible(facts: CaseFacts) -> list[ActForm]:
    """Return the acts that are possible in a case, apart from those on an item."""
    about = about_of(facts)
    return [form for form in ACTS.values() if form.fits(about)]


def likely(facts: CaseFacts, item: ItemRow) -> list[ActForm]:
    """Return the possible acts that *item* is likely to need."""
    about = about_of(facts, item_id=item.item_id)
    forms = [ACTS[name] for name in BY_KIND.get(item.kind, ())]
    return [form for form in forms if form.fits(about)]


def options_of(field: Field, catalog: Catalog, names: Names) -> Mapping[str, str]:
    """Return the values of *field*, each with the text to show."""
    if field.options == "programs":
        return {id_: program.name for id_, program in catalog.programs.items()}
    if field.options == "participants":
        return {id_: each.name for id_, each in sorted(catalog.participants.items())}
    if field.options == "providers":
        return {id_: names.participant(id_) for id_ in sorted(catalog.providers)}
    return field.options or {}
