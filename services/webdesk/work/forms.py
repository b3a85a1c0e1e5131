"""The forms in which a provider acts, and the data of the message that each makes. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from shared.contracts.codes import CODES, STATES
from shared.contracts.inbound import Capacity, Close, Milestone, OfferAnswer
from shared.web.fields import Field, Fields
from shared.web.forms import Form
from shared.web.last_days import end_of

OTHER_REASONS = "form"
"""The key of reasons that are about no field."""
_MOST_NOTE = 2000
_END_FIRST = "The end date is before the start date. Correct the dates."
_NO_TERMS = "Enter at least one: the dates when you could help, or the forms of help."
_SAY_WHY = "Give the reason in a few words."
_AHEAD = "This date is in the future. Correct the date."
_PAST = "This date has passed. Enter a later date."
_DATE = "Enter a date, such as 2026-03-31."
_ENTRY = ("entries", "0")
_NUMBER = "Enter a number from 0 to 1,000."
_COUNT = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about, and the day at the office, whose ``zone`` counts for dates."""

    id: str
    today: date
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class ActForm:
    """
    A form: ``does`` tells what happens then, ``button`` is the text of the button.

    ``fixed`` returns the part of the data that is not filled in. ``complete`` turns what was
    filled in into the data of the message; ``also_wrong`` returns further errors, by field.
    """

    name: str
    title: str
    does: str
    button: str
    model: type[BaseModel]
    fields: Fields
    fixed: Callable[[About], Mapping[str, Any]]
    told: Sequence[str] = ()
    complete: Callable[[About, dict[str, Any]], None] = lambda _, __: None
    also_wrong: Callable[[About, Form], Mapping[str, str]] = lambda _, __: {}

    def read(self, form: Form, about: About) -> tuple[BaseModel | None, dict[str, str]]:
        """Return the data of the message that *form* makes, or all that is wrong, by field."""
        data, errors = self.fields.read(form)
        for name, why in self.also_wrong(about, form).items():
            errors.setdefault(name, why)
        if errors:
            return None, self.fields.in_order(errors)
        self.complete(about, data)
        found = self.fields.judge(self.model, {**data, **self.fixed(about)}, errors)
        return found, self.fields.in_order(errors)

    def refused(self, reasons: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the *reasons* of a refusal in words, by field; a field may have several."""
        errors: dict[str, str] = {}
        for reason in reasons:
            field = self.fields.at(reason.get("path", ""))
            name = OTHER_REASONS if field is None else field.name
            said = f"{reason.get('message', '')} {reason.get('fix') or ''}".strip()
            errors[name] = f"{errors[name]} {said}" if name in errors else said
        return self.fields.in_order(errors)


def _meanings(codes: str) -> dict[str, str]:
    return {code: meaning.rstrip(".") for code, meaning in CODES[codes].items()}


_WHY_NOT = {**_meanings("decline_reasons"), "other": "Another reason (please describe it)"}


def _note(label: str, readers: str, *, needed: bool = False) -> Field:
    return Field("note", label, ("note",), "words", most=_MOST_NOTE, needed=needed,
                 help=f"{readers} At most 2,000 characters.", wrong=_SAY_WHY)  # fmt: skip


def _forms(path: tuple[str, ...], label: str) -> Field:
    return Field("service_forms", label, path, "checks", _meanings("service_forms"))


def _offer(answer: str) -> Callable[[About], Mapping[str, Any]]:
    return lambda about: {"offer_id": about.id, "answer": answer}


def _engagement(**more: Any) -> Callable[[About], Mapping[str, Any]]:
    return lambda about: {"engagement_id": about.id, **more}


def _decline_wrong(_: About, form: Form) -> Mapping[str, str]:
    is_unsaid = form.text("reason_code") == "other" and not form.text("note")
    return {"note": _SAY_WHY} if is_unsaid else {}


def _counter_wrong(_: About, form: Form) -> Mapping[str, str]:
    begin, end = _day(form.text("from")), _day(form.text("until"))
    if begin is not None and end is not None and end < begin:
        return {"until": _END_FIRST}
    has_terms = form.text("from") or form.text("until") or form.all("service_forms")
    return {} if has_terms else {"from": _NO_TERMS}


def _report_wrong(about: About, form: Form) -> Mapping[str, str]:
    on = _day(form.text("on"))
    return {"on": _AHEAD} if on is not None and on > about.today else {}


def _capacity_wrong(about: About, form: Form) -> Mapping[str, str]:
    errors = {}
    if text := form.text("valid_until"):
        try:
            until = end_of(text, about.zone)
        except ValueError:
            errors["valid_until"] = _DATE
        else:
            if until.date() <= about.today:
                errors["valid_until"] = _PAST
    number = form.text("can_take")
    if number and not (_COUNT.fullmatch(number) and int(number) <= 1000):
        errors["can_take"] = _NUMBER
    return errors


def _capacity(about: About, data: dict[str, Any]) -> None:
    """Turn the form into a declaration of one entry, valid to the end of the day given."""
    data["valid_until"] = end_of(data["valid_until"], about.zone)
    data["entries"] = [data["entries"]["0"]]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_OFFICE_HEARS = "the program office: your answer and your comment"
ACCEPT = ActForm(
    "accept",
    "Take the request",
    "Your work for the agency begins. It uses one place of the capacity that you declared.",
    "Accept",
    OfferAnswer,
    Fields([_note("Comment", "The program office and the agency's system can read it.")]),
    _offer("accept"),
    ("the agency: that you will help", _OFFICE_HEARS),
)
DECLINE = ActForm(
    "decline",
    "Decline the offer",
    "We ask another provider. You owe nothing, and declining does not count against you.",
    "Decline",
    OfferAnswer,
    Fields(
        [
            Field("reason_code", "Why?", ("reason_code",), "choice", _WHY_NOT,
                  needed=True, wrong="Choose the reason."),
            _note("Comment", "Only the program office can read it."),
        ]
    ),
    _offer("decline"),
    (_OFFICE_HEARS, "the agency: that we are looking for another provider, but not your reason"),
    also_wrong=_decline_wrong,
)  # fmt: skip
COUNTER = ActForm(
    "counter",
    "Propose other terms",
    "The offer ends. The program office and the agency decide whether your terms suit them.",
    "Propose these terms",
    OfferAnswer,
    Fields(
        [
            Field("from", "You could help from", ("counter", "from"), "date", wrong=_DATE),
            Field("until", "You could help until", ("counter", "until"), "date", wrong=_DATE),
            _forms(("counter", "service_forms"), "Forms of help that you propose"),
            _note("Comment", "Only the program office can read it."),
        ]
    ),
    _offer("counter"),
    ("the program office: your terms and your comment",),
    also_wrong=_counter_wrong,
)
REPORT = ActForm(
    "report",
    "Report a milestone",
    "The first milestone starts the delivery. Report each milestone when you reach it.",
    "Report it",
    Milestone,
    Fields(
        [
            Field("milestone", "What did you reach?", ("milestone",), "choice",
                  _meanings("milestones"), needed=True, wrong="Choose the milestone."),
            Field("on", "When?", ("on",), "date", needed=True, wrong=_DATE),
            _note("Comment", "The program office and the agency's system can read it."),
        ]
    ),
    _engagement(),
    ("the agency: the status of the work", "the program office: your comment"),
    also_wrong=_report_wrong,
)  # fmt: skip
COMPLETE = ActForm(
    "complete",
    "Close the work as completed",
    "This ends the agency's request. Report the milestone “delivered” first.",
    "Close it",
    Close,
    Fields([_note("Comment", "Only the program office can read it.")]),
    _engagement(reason="completed"),
    ("the agency: that its request is closed", "the program office: your comment"),
)
GIVE_UP = ActForm(
    "give-up",
    "Tell us that you cannot continue",
    "Your work ends. The request keeps its place, and we look for another provider.",
    "End our work",
    Close,
    Fields([_note("What is the reason?", "Only the program office can read it.", needed=True)]),
    _engagement(reason="cannot_go_on"),
    (
        "the agency: that we are looking for another provider",
        "the program office: that you cannot continue, and why",
    ),
)
CAPACITY = ActForm(
    "declare",
    "Declare how much work you can take",
    "This replaces what you declared before. Without a valid declaration, you get no offers.",
    "Declare it",
    Capacity,
    Fields(
        [
            Field("can_take", "How many more engagements can you take?", (*_ENTRY, "can_take"),
                  needed=True, most=4, wrong=_NUMBER, help="Enter 0 if you want no offers now."),
            Field("valid_until", "What is the last day this is valid?", ("valid_until",), "date",
                  needed=True, wrong=_DATE),
            Field("topics", "Topics", (*_ENTRY, "topics"), "checks", "topics",
                  help="Leave all unchecked if you can help with any topic."),
            _forms((*_ENTRY, "service_forms"), "Forms of help"),
            Field("agency_types", "Kinds of agencies", (*_ENTRY, "agency_types"), "checks",
                  _meanings("agency_types")),
            Field("states", "States and territories", (*_ENTRY, "states"), "checks", STATES),
        ]
    ),
    lambda _: {},
    also_wrong=_capacity_wrong,
    complete=_capacity,
)  # fmt: skip
OF_OFFERS: Mapping[str, ActForm] = {form.name: form for form in (ACCEPT, DECLINE, COUNTER)}
OF_ENGAGEMENTS: Mapping[str, ActForm] = {form.name: form for form in (REPORT, COMPLETE, GIVE_UP)}
