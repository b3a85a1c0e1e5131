"""A case in words: what happened, what is awaited until when, and who was told. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.desk.office import labels
from services.desk.office.labels import Names
from services.desk.project import Happening
from services.desk.store import NoticeLine
from shared.contracts.codes import CODES

_DUE = ("expires_at", "due_at", "rehome_by")
_PAUSED = "clock_paused"
_SAME_CLOCK = frozenset({"clock_missed", "clock_still_missed", "clock_reminded"})
_ENGAGED = frozenset({"assigned", "planned", "in_delivery", "delivered"})
_BY_TYPE = {
    "offer_made": "offer_answer.standard",
    "request_referred": "triage.standard",
    "engagement_opened": "engagement_silence",
    "engagement_progressed": "engagement_silence",
    "engagement_affected": "rehome",
}
"""The clock that an event starts, if it does not name one."""
_REASONS: Mapping[str, str] = {
    "offer_declined": "decline_reasons",
    "offer_answered": "decline_reasons",
    "engagement_closed": "close_reasons",
    "engagement_close_reported": "close_reasons",
    "engagement_ended": "close_reasons",
    "engagement_end_directed": "end_reasons",
    "engagement_rehome_directed": "end_reasons",
    "engagement_affected": "causes",
}
"""The code list of an event's reason, where the contract has one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: what, when, more about it, and what was due then."""

    at: datetime
    what: str
    sentence: str | None
    details: Sequence[str]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunningClock:
    """What is awaited, until when; ``due_at`` is None while the clock is paused."""

    what: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A notice for a page: who was told about which event, or why not, and the mail's outcome."""

    at: datetime
    whom: str
    of: str
    outcome: str
    because: str
    mail: str


Happened = Sequence[tuple[Happening, Mapping[str, Any]]]


def entries(happened: Happened, names: Names) -> list[Entry]:
    """Return the timeline, the latest first."""
    return [
        Entry(
            at=happening.at,
            what=labels.HAPPENINGS.get(happening.type, labels.ANOTHER_EVENT),
            sentence=happening.sentence,
            details=list(_details(happening.type, data, names)),
            due_at=_due(data),
        )
        for happening, data in reversed(happened)
    ]


def running_clock(happened: Happened) -> RunningClock | None:
    """Return what is awaited now; a change of the status ends what was awaited before."""
    found: RunningClock | None = None
    status: str | None = None
    for happening, data in happened:
        if data.get("status", status) != status:
            status, found = data["status"], None
        name = data.get("clock", _BY_TYPE.get(happening.type))
        due_at = _due(data)
        if happening.type == _PAUSED:
            found = RunningClock(labels.CLOCKS.get(name or "", ""), None)
        elif happening.type == "clock_settled":
            found = None
        elif happening.type not in _SAME_CLOCK and name is not None and due_at is not None:
            found = RunningClock(labels.CLOCKS.get(name, labels.words_of(name)), due_at)
    return found


def open_engagement(happened: Happened) -> str | None:
    """Return the id of the work that is under way; None if there is none."""
    engagement: str | None = None
    for _, data in happened:
        engagement = data.get("engagement_id", engagement)
        if data.get("status", "assigned") not in _ENGAGED:
            engagement = None
    return engagement


def is_claimed(happened: Happened) -> bool:
    """
    Return whether only the caller says that the executive wants the request.

    The reason of the referral does not tell: another doubt, such as no ORI, may come first.
    """
    claimed = False
    for happening, data in happened:
        if happening.type == "request_accepted":
            claimed = data.get("authority", {}).get("basis") == "claimed"
        elif data.get("action") == "confirm_authority":
            claimed = False
    return claimed


def own_contact(happened: Happened) -> str | None:
    """Return the id of the caller's contact that this office keeps; None if it keeps none."""
    named = [data["contact_ids"] for _, data in happened if "contact_ids" in data]
    return next(iter(named[-1]), None) if named else None


def told(notices: Sequence[NoticeLine], names: Names) -> list[Told]:
    """Return the notices about a case, the latest first."""
    return [
        Told(
            at=line.at,
            whom=names.participant(line.audience),
            of=labels.HAPPENINGS.get(line.fact_type, labels.ANOTHER_EVENT),
            outcome=f"{labels.OUTCOMES.get(line.outcome, labels.words_of(line.outcome))}"
            f" {labels.CHANNELS.get(line.channel, '')}".strip(),
            because=line.because or "",
            mail=labels.MAIL_OUTCOMES.get(line.mail_outcome or "", ""),
        )
        for line in reversed(notices)
    ]


def _due(data: Mapping[str, Any]) -> datetime | None:
    value = next((data[name] for name in _DUE if data.get(name)), None)
    return None if value is None else datetime.fromisoformat(value)


def _details(kind: str, data: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield what an event says beside its name, in words."""
    if (provider := data.get("provider")) is not None:
        yield f"Provider: {names.participant(provider)}"
    if kind == "request_directed" and (action := data.get("action")) is not None:
        yield f"Decision: {_ACTIONS.get(action, labels.words_of(action))}"
    if (answer := data.get("answer")) is not None:
        yield f"Answer: {_ANSWERS.get(answer, labels.words_of(answer))}"
    if (milestone := data.get("milestone")) is not None:
        yield _meaning("milestones", milestone)
    reason = data.get("reason", data.get("reason_code", data.get("cause")))
    if isinstance(reason, str):
        listed = _REASONS.get(kind)
        if listed is not None or kind not in _SAID_BY_SENTENCE:
            yield f"Reason: {_meaning(listed, reason)}"
    if (clock := data.get("clock")) is not None:
        yield f"Awaited: {labels.CLOCKS.get(clock, labels.words_of(clock))}"
    if (opens_at := data.get("opens_at")) is not None:
        yield f"The program opens on {_day(opens_at)}"


_ANSWERS = {"accept": "yes", "decline": "no", "counter": "on other terms"}
_ACTIONS = {
    "route": "look for a provider",
    "assign": "ask one provider",
    "ineligible": "no program can help",
    "confirm_authority": "the executive wants it",
}
_SAID_BY_SENTENCE = frozenset({"request_referred", "request_waitlisted", "request_ineligible"})


def _meaning(listed: str | None, code: str) -> str:
    meaning = CODES[listed].get(code) if listed is not None else None
    return meaning or f"{labels.words_of(code)}."


def _day(value: str) -> str:
    on = date.fromisoformat(value[:10])
    return f"{on:%B} {on.day}, {on.year}"
