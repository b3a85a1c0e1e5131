"""The acts of an approver on personal records: forget a person, and set a records hold. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.desk.office.act_form import About, ActForm, End, Field
from shared.contracts.inbound import Forgetting
from shared.contracts.kept_copies import KEPT_DAYS
from shared.contracts.reference import Hold
from shared.contracts.services import WEB_DESK
from shared.web.last_days import end_of

BECAUSE: Mapping[str, str] = {
    "asked_by_person": "The person asked for it",
    "left_the_agency": "The person has left the organization",
    "entered_by_mistake": "The person was entered by mistake",
    "other_reason": "Another reason",
}
HOLD_REASONS: Mapping[str, str] = {
    "litigation": "Litigation",
    "audit": "An audit",
    "public_records_request": "A public records request",
    "other_reason": "Another reason",
}
_NEVER, _LIFT = "never", "lift"
_ONE_PERSON = "Give the identifier of either a contact or a subscription."
_WHOSE = "Choose the organization that named this contact."
_ONE_THING = "Name one request, one organization or contact, one subscription, or none of them."
_IDENTIFIER = "Write the identifier as it is shown, in at most 100 characters."
_DATE = "Give a date, such as 2027-12-31."
_AT_ONCE = "at once"
_CASE_FILES = "at once; if the file is being opened at that moment, within 15 minutes"
_COPIES: Mapping[str, tuple[str, str]] = {
    "messages": ("Messages between the services and to organizations", ""),
    "dead_letters": ("Messages that could not be processed", ""),
    "backups": ("Backups of the databases", "when the office deletes the backups that it has now"),
    "unsettled_dead_letters": (
        "Messages that an operator has yet to look at",
        "when the operator has settled them",
    ),
    "unsent_messages": ("Messages that wait to be sent", "when they are sent"),
}
"""Copies by kind: what they are, and when they end if no number of days says it."""


def _nothing_else(_: About) -> bool:
    return True


def _forgetting(_: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    whose = {"participant": WEB_DESK} if "subscription_id" in values else {}
    wish = {"never_write_again": values.get("never_write_again") == _NEVER}
    return {**whose, **values, **wish}


def _one_person(values: Mapping[str, str]) -> dict[str, str]:
    if ("contact_id" in values) == ("subscription_id" in values):
        return {"contact_id": _ONE_PERSON}
    if "contact_id" in values and "participant" not in values:
        return {"participant": _WHOSE}
    return {}


def _hold(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    found: dict[str, Any] = {**values, "lifted": values.get("lifted") == _LIFT}
    if (until := values.get("ends_at")) is not None:
        found["ends_at"] = end_of(until, about.zone)
    return found


def _one_thing(values: Mapping[str, str]) -> dict[str, str]:
    covered = ("tracking_number", "participant", "subscription_id")
    named = [name for name in covered if name in values]
    if len(named) > 1:
        return {named[1]: _ONE_THING}
    if "contact_id" in values and named != ["participant"]:
        return {"participant": _WHOSE}
    return {}


def _ends(at: datetime) -> Sequence[End]:
    """Return what is erased of a person forgotten *at* that real time, and by when."""
    days = {kind: at.date() + timedelta(days=kept) for kind, kept in KEPT_DAYS.items()}
    return [
        End("Name, title, address, telephone number, time zone and wishes", _AT_ONCE),
        End("Notes about the requests that name this contact", _AT_ONCE),
        End("Case files on this desk that name this contact", _CASE_FILES),
        End("A request on the public pages that the person has not sent", _AT_ONCE),
        *(End(what, days.get(kind, when)) for kind, (what, when) in _COPIES.items()),
    ]


RECORDS: Mapping[str, ActForm] = {
    form.name: form
    for form in (
        ActForm(
            "forget",
            "Forget a person",
            "Everything that says who the person is gets erased. This cannot be undone."
            " Requests and figures stay.",
            (
                "the organization that named the contact: it is asked to erase it, too",
                "the providers that work with this contact",
            ),
            (
                Field(
                    "participant",
                    "Organization that named the contact",
                    _WHOSE,
                    options="participants",
                    help="Leave this out for a subscription to news.",
                    needed=False,
                ),
                Field(
                    "contact_id",
                    "Identifier of the contact",
                    _IDENTIFIER,
                    kind="line",
                    help="The case file of a request shows it beside the name.",
                    needed=False,
                ),
                Field(
                    "subscription_id",
                    "Or: identifier of the subscription",
                    _IDENTIFIER,
                    kind="line",
                    help="The 36 characters in the links of the emails that the person gets.",
                    needed=False,
                ),
                Field("because", "Reason", "Choose a reason.", options=BECAUSE),
                Field(
                    "never_write_again",
                    "May we write to this address again?",
                    "Choose what the person wishes.",
                    options={
                        "may": "Yes, if somebody enters it again",
                        _NEVER: "No, never: we keep a hash of the address to make sure",
                    },
                ),
            ),
            Forgetting,
            _forgetting,
            _nothing_else,
            _one_person,
            _ends,
        ),
        ActForm(
            "hold",
            "Set or lift a records hold",
            "While a hold stands, nobody whom it covers can be forgotten, and no deadline erases"
            " them. What you write replaces the hold with this name.",
            (),
            (
                Field(
                    "id",
                    "Name of the hold",
                    "Write at most 64 lowercase letters, digits, hyphens or underscores.",
                    kind="line",
                    help="Such as litigation-2026-7. Name no person.",
                ),
                Field(
                    "tracking_number",
                    "The request that it covers, with its contacts",
                    "Write the number as in CRI-2026-000042-J, in at most 40 characters.",
                    kind="line",
                    help="Without a request, an organization or a subscription, the hold covers"
                    " everybody.",
                    needed=False,
                ),
                Field(
                    "participant",
                    "Or: the organization that it covers",
                    _WHOSE,
                    options="participants",
                    needed=False,
                ),
                Field(
                    "contact_id",
                    "Only this contact of the organization",
                    _IDENTIFIER,
                    kind="line",
                    needed=False,
                ),
                Field(
                    "subscription_id",
                    "Or: the subscription that it covers",
                    _IDENTIFIER,
                    kind="line",
                    needed=False,
                ),
                Field(
                    "ends_at",
                    "Last day",
                    _DATE,
                    kind="date",
                    help="Without a date, the hold stands until it is lifted.",
                    needed=False,
                ),
                Field(
                    "lifted",
                    "Does the hold stand?",
                    "Choose whether it stands.",
                    options={"stands": "Yes, it stands", _LIFT: "No, lift it"},
                ),
                Field("reason", "Reason", "Choose a reason.", options=HOLD_REASONS),
            ),
            Hold,
            _hold,
            _nothing_else,
            _one_thing,
        ),
    )
}
"""The acts, by the last part of their address."""


def as_set(hold: Hold, zone: ZoneInfo) -> Mapping[str, str]:
    """Return *hold* as the fields of its form show it."""
    last = hold.ends_at and hold.ends_at.astimezone(zone) - timedelta(microseconds=1)
    shown = {
        "id": hold.id,
        "tracking_number": hold.tracking_number,
        "participant": hold.participant,
        "contact_id": hold.contact_id,
        "subscription_id": hold.subscription_id,
        "ends_at": last and last.date().isoformat(),
        "lifted": _LIFT if hold.lifted else "stands",
        "reason": hold.reason,
    }
    return {name: value for name, value in shown.items() if value}
