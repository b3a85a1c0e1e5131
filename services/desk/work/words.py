"""The sentences of the work list: why an item is there, and what happens if nobody acts. Pure."""

from collections.abc import Mapping
from datetime import date

_REFERRED = {
    "authority_not_confirmed": "We have not confirmed that the agency's executive wants this.",
    "ori_not_listed": "The agency's ORI is in no agency list, so no rule may place the request.",
    "no_ori": "The agency named no ORI, so no rule may place the request.",
    "ori_ambiguous": "Several listed agencies share this ORI, so no rule may place the request.",
    "state_not_as_listed": "The agency list has this ORI in another state.",
    "name_not_as_listed": "The agency list has another name under this ORI.",
    "no_candidate": "No provider fits this request by rule.",
    "calendar_ended": "No date for an answer can be set: the calendar has ended.",
    "engagement_ended": "The work with its provider ended, and a person decides what comes next.",
    "program_not_offered": "Its program has ended.",
    "no_ruleset": "No rule set is in force.",
}
REFERRED_OTHERWISE = "The request stays where it is, and the agency is told that we are late."
COUNTER = "A provider would help on other terms, and a person decides about them."
COUNTER_OTHERWISE = "The agency and the provider hear nothing, and the agency is told we are late."
_LATE = {
    "engagement_silence": "The provider has reported no progress for the agreed time.",
}
LATE_OTHERWISE = "The agency is told again and again that its help is late."
WAITS_LONG = "The request has waited for 30 days."
WAITS_LONG_OTHERWISE = "It keeps its place and goes on waiting."
_SUSPENDED = {
    "provider_suspended": "The provider of this work is suspended; the work goes on.",
    "program_suspended": "The program of this work is suspended; the work goes on.",
    "program_ended": "The program of this work has ended; the work goes on.",
}
STOPPED = "The program of this work is suspended, and the work is stopped."
SUSPENDED_OTHERWISE = "The work stays as it is until the provider or program takes part again."
_REHOME = {
    "program_ended": "The program of this work has ended, and another provider must continue it.",
    "provider_ended": "The provider of this work no longer takes part.",
    "provider_not_registered": "The provider of this work is no longer connected.",
}
REHOME_OTHERWISE = "The work stays where it is, and the agency is told that we are late."
UNKNOWN_OUTCOME = "We do not know whether an email arrived: sending it was interrupted."
UNKNOWN_OTHERWISE = "The email is not sent again, and the recipient may never hear of it."
CALL = "There is news for this agency, and no email reaches it: somebody must call."
CALL_OTHERWISE = "The agency does not hear of it."
NOT_REACHED = "An email did not arrive, and no other contact could be written to instead."
NOT_REACHED_OTHERWISE = "These people do not hear of it, unless they look at their own system."
NO_LIVING_CONTACT = "No email reaches this participant any more: each of its addresses is dead."
NO_LIVING_CONTACT_OTHERWISE = "Its people hear of nothing, unless they look at their own system."


def referred(reason: str, otherwise: str) -> str:
    """Return why a referred request is here; *otherwise* if the reason is a later release's."""
    return _REFERRED.get(reason, otherwise)


def late(clock: str) -> str:
    """Return why a clock that ran out is here."""
    return _LATE.get(clock, "Something that was due has not happened.")


def suspended(cause: str, *, stopped: bool) -> str:
    """Return why work is here whose provider or program does not take part."""
    if stopped:
        return STOPPED
    return _SUSPENDED.get(cause, "The provider or program of this work does not take part.")


def rehome(cause: str) -> str:
    """Return why work is here that another provider should go on with."""
    return _REHOME.get(cause, "Another provider must continue this work.")


REPORT_KINDS: Mapping[str, str] = {
    "goals": "report on goals",
    "initial": "initial report",
    "progress": "progress report",
    "final": "final report",
    "after_action": "after-action report",
    "status_update": "status update",
}
"""What a report of each kind is called."""
APPROVE_OTHERWISE = "The report stays unpublished, and its page says so when its due date passes."
LATE_REPORT_OTHERWISE = "Its public page says that it is late, until there is a report or a date."
CORRECTION_OTHERWISE = "The published report stays wrong in this place."
VERIFY_OTHERWISE = "Reports show the status that was verified before, or none."


def report_to_approve(kind: str, version: int, disputed: int, how: str) -> str:
    """Return why a draft is here; *how* the agency answered, or that it did not."""
    named = f"version {version} of the {report_kind(kind)}"
    if how == "unanswered":
        return f"The agency did not check {named} in time."
    if not disputed:
        return f"The agency has checked {named} and disputes nothing in it."
    places = "1 place" if disputed == 1 else f"{disputed} places"
    return f"The agency has checked {named} and disputes {places} in it."


def late_report(kind: str, due_on: date) -> str:
    """Return why a report that is late is here."""
    return f"The {report_kind(kind)} was due on {due_on:%B} {due_on.day}, {due_on.year}."


def correction_to_approve(kind: str, item: str) -> str:
    """Return why a correction is here; *item* is a number, ``title`` or ``summary``."""
    place = f"the {item}" if item in ("title", "summary") else item
    return f"A mistake was found in the {report_kind(kind)}, in {place}."


def status_to_verify(recommendation: str, status: str) -> str:
    """Return why a status is here."""
    shown = status.replace("_", " ")
    return f"The provider has decided that recommendation {recommendation} is {shown}."


def report_kind(kind: str) -> str:
    """Return what a report of *kind* is called."""
    return REPORT_KINDS.get(kind, "report")
