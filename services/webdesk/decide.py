"""Turns a draft's answers into two messages, or into all that is wrong with them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.webdesk.draft.agencies import ListedAgency
from services.webdesk.draft.pages import FIELDS, OTHER, PAGE_OF, UNLISTED, Page
from shared.contracts.inbound import Contact, Submission
from shared.texts.email_addresses import is_email
from shared.web.forms import Form

OTHER_REASONS = "form"
"""The key of reasons that are about no field."""
_NO_EMAIL = "Enter one email address, such as name@agency.example."
_AHEAD = "This date is in the future. Correct the date."
_END_FIRST = "The end date is before the start date. Correct the dates."
_PAST = ("incident_on", "authorized_on")


@dataclass(frozen=True, slots=True)
class Judged:
    """Both messages of complete answers; else None, and in ``errors`` what is wrong, by field."""

    submission: Submission | None
    contact: Contact | None
    errors: Mapping[str, str]

    def on(self, page: Page, form: Form, *, complete: bool = True) -> dict[str, str]:
        """
        Return what is wrong on *page*.

        Unless it must be *complete*, answers that are missing in *form* are not counted.
        """
        return {
            name: words
            for name, words in self.errors.items()
            if PAGE_OF.get(name) is page and (complete or form.text(name))
        }


def judge(
    form: Form,
    *,
    reference: str,
    agency: ListedAgency | None,
    today: date,
    is_proved: bool = False,
) -> Judged:
    """
    Return what *form*, which has the fields of all pages, makes under *reference*.

    *agency* is the one of the list that ``ori`` names; *today* is the day where the agency is.
    *is_proved* says that the reader of the address entered a code.
    """
    data, errors = FIELDS.read(form)
    contact_data: dict[str, Any] = {**data.pop("contact", {}), "contact_id": reference}
    is_unlisted = not form.text("ori") and any(form.text(field.name) for field in UNLISTED)
    if agency is not None:
        data["agency"] = agency.as_stated()
    elif not is_unlisted:
        errors["ori"] = FIELDS.by_name["ori"].missing
    if form.text("other_topic") and OTHER not in data.get("topics", ()):
        data["topics"] = [*data.get("topics", ()), OTHER]
    data["reference"] = reference
    data["authority"] = {"basis": "claimed", "on": today}
    if is_proved:  # intake decides what that is worth
        data["authority"] |= {"basis": "code_to_address", "address": form.text("email")}
    data.setdefault("requested_by", {})["contact_id"] = reference
    submission = FIELDS.judge(Submission, data, errors)
    contact = FIELDS.judge(Contact, contact_data, errors, above=("contact",))
    _compare(form, errors, today)
    if not is_unlisted:
        for field in UNLISTED:
            errors.pop(field.name, None)
    if errors:
        return Judged(None, None, FIELDS.in_order(errors))
    assert isinstance(submission, Submission)
    assert isinstance(contact, Contact)
    return Judged(submission, contact, {})


def contact_of(form: Form, *, reference: str) -> Contact | None:
    """Return the contact person in *form*; None if incomplete or without an email address."""
    data, _ = FIELDS.read(form)
    given = {**data.get("contact", {}), "contact_id": reference}
    contact = FIELDS.judge(Contact, given, {}, above=("contact",))
    return contact if isinstance(contact, Contact) and is_email(contact.email or "") else None


def refused(reasons: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the *reasons* of a refusal in words, by field; a field may have several."""
    errors: dict[str, str] = {}
    for reason in reasons:
        name = _field_at(reason.get("path", "")) or OTHER_REASONS
        said = f"{reason.get('message', '')} {reason.get('fix') or ''}".strip()
        errors[name] = f"{errors[name]} {said}" if name in errors else said
    return FIELDS.in_order(errors)


def unsettled(reasons: Iterable[Mapping[str, Any]], page: Page) -> list[Mapping[str, Any]]:
    """Return the *reasons* that are left once *page* has been corrected."""
    names = {field.name for field in page.fields}
    return [each for each in reasons if _field_at(each.get("path", "")) not in names]


def _field_at(path: str) -> str | None:
    """Return the field at the *path* of a refusal, of the request or of its contact."""
    field = FIELDS.at(path) or FIELDS.at(path.replace("/data/", "/data/contact/", 1))
    return None if field is None else field.name


def _compare(form: Form, errors: dict[str, str], today: date) -> None:
    """Note a missing reason, and dates and addresses that cannot be right."""
    if (email := form.text("email")) and not is_email(email):
        errors.setdefault("email", _NO_EMAIL)
    if form.text("level") == "urgent" and not form.text("urgent_because"):
        errors["urgent_because"] = FIELDS.by_name["urgent_because"].missing
    days = {name: _day(form.text(name)) for name in (*_PAST, "from", "until")}
    for name in _PAST:
        if (on := days[name]) is not None and on > today:
            errors[name] = _AHEAD
    begin, end = days["from"], days["until"]
    if begin is not None and end is not None and end < begin:
        errors["until"] = _END_FIRST


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
