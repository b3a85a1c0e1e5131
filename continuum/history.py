"""Renders a request's history as text: its current state, then each event. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from continuum.decision import Decision
from shared.clocks.ledger import Entry, Happened, ledger
from shared.contracts.intake import TOPIC as INTAKE
from shared.contracts.intake import RequestFacts
from shared.contracts.routing import TOPIC as ROUTING


@dataclass(frozen=True, slots=True)
class Facts:
    """The request as intake holds it; ``published`` counts intake's events about it."""

    tracking_number: str
    participant: str
    reference: str
    request: RequestFacts
    published: int


@dataclass(frozen=True, slots=True)
class RoutingState:
    """The request's row in routing; ``place`` is that in its lane, while it is queued."""

    status: str
    program: str | None
    lane: str | None
    queue_number: int | None
    place: int | None
    waits_for: str | None
    published: int
    offer_state: str | None
    offer_expires_at: datetime | None
    due_clock: str | None
    due_at: datetime | None
    offered: list[str]
    late_clock: str | None = None
    late_since: datetime | None = None
    misses: int | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One event, from reporting's timeline."""

    topic: str
    sequence: int
    type: str
    at: datetime
    status: str | None
    provider: str | None
    detail: str | None
    event_id: str
    clock: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Notifications' decision whether to notify one audience of one event.

    ``mails`` has the contact and the outcome of each mail about it. ``call``: no mail reaches the
    agency, so the audience must call; ``called_at`` is when it reported the call.
    """

    fact: str
    audience: str
    decided_at: datetime
    message_type: str | None
    participantsequence: int | None
    because: str | None
    mails: Sequence[str] = ()
    call: bool = False
    called_at: datetime | None = None


def render(
    facts: Facts,
    state: RoutingState | None,
    *,
    lines: Sequence[Line],
    decisions: Sequence[Decision],
    notices: Sequence[Notice],
) -> list[str]:
    """Return the history, as lines."""
    behind = {INTAKE: facts.published, ROUTING: state.published if state else 0}
    for line in lines:
        behind[line.topic] -= 1
    shown = [*_head(facts), *_now(state), ""]
    # A decision sorts before the event that announces it, which has the same time.
    moments: list[tuple[datetime, int, Line | Decision]] = [
        *((line.at, 0 if line.topic == INTAKE else 2, line) for line in lines),
        *((decision.at, 1, decision) for decision in decisions),
    ]
    for at, _, entry in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(entry, Decision):
            shown += [f"{_moment(at)}  routing        {entry.heading}"]
            shown += [f"{'':40}{line}" for line in entry.lines]
        else:
            shown += _event(entry, [n for n in notices if n.fact == entry.event_id])
    shown += _clocks(lines)
    missing = sum(count for count in behind.values() if count > 0)
    if missing:
        shown += ["", f"Reporting has not taken in {missing} more event(s) of it yet."]
    return shown


def _head(facts: Facts) -> Iterator[str]:
    agency, request = facts.request.agency, facts.request
    where = f"{agency.cri_type}, {agency.agency_class}, {agency.state}"
    identity = agency.ori or agency.key or "no ORI"
    yield f"{facts.tracking_number}: {agency.name} ({where}, {identity})"
    yield f"from {facts.participant}, its reference {facts.reference}; {request.urgency}"
    asked = request.program or "no program named"
    yield f"asks for {', '.join(request.topics)} ({asked})"


def _now(state: RoutingState | None) -> Iterator[str]:
    if state is None:
        yield "now: accepted; routing has not taken it in yet"
        return
    lane = f", lane {state.lane}" if state.lane else ""
    yield f"now: {state.status}{lane}"
    if state.waits_for:
        place = f", place {state.place} of its lane (queue number {state.queue_number})"
        yield f"waits for: {state.waits_for.replace('_', ' ')}{place if state.place else ''}"
    if state.offer_state == "open" and state.offered and state.offer_expires_at:
        until = _moment(state.offer_expires_at)
        yield f"waits for: the answer of {state.offered[-1]} until {until}"
    if state.due_at and state.due_clock:
        yield f"clock: {state.due_clock}, due {_moment(state.due_at)}"
    if state.late_clock and state.late_since and state.next_at:
        times = "once" if state.misses == 1 else f"{state.misses} times"
        yield f"late: {state.late_clock}, was due {_moment(state.late_since)}; announced {times}"
        yield f"late: it is announced again {_moment(state.next_at)}, unless it happens before"


def _event(line: Line, notices: Sequence[Notice]) -> Iterator[str]:
    service = line.topic.split(".")[2]
    words = [line.type.replace("_", " ")]
    words += [f"({line.detail})"] if line.detail else []
    if line.provider:
        is_sender = service == "intake" and line.type != "request_directed"
        words += [f"by {line.provider}" if is_sender else f"· {line.provider}"]
    after = f" → {line.status}" if line.status else ""
    yield f"{_moment(line.at)}  {service:13}  {' '.join(words)}{after}"
    for notice in notices:
        yield f"{'':40}{_notice(notice)}"


def _clocks(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the ledger of the clocks, each line with its event."""
    routed = sorted((line for line in lines if line.topic == ROUTING), key=lambda x: x.sequence)
    details = {line.event_id: line.detail for line in routed}
    entries = ledger(
        Happened(line.at, line.type, line.event_id, line.clock, line.due_at) for line in routed
    )
    if not entries:
        return
    yield ""
    yield "clocks, each line with its event:"
    for entry in entries:
        words = entry.what
        if entry.due_at is not None:
            words = f"{words}, due {_moment(entry.due_at)}"
        elif entry.what in ("stopped", "settled"):
            words = f"{words} ({_why(entry, details)})"
        yield f"{_moment(entry.at)}  {entry.clock}: {words}  [{entry.event.event_id}]"


def _why(entry: Entry, details: Mapping[str, str | None]) -> str:
    """Return by which event a clock stopped, or why it was settled."""
    if entry.what == "stopped":
        return entry.event.type.replace("_", " ")
    return (details[entry.event.event_id] or "").removeprefix(f"{entry.clock}: ")


def _notice(notice: Notice) -> str:
    if notice.because is not None:
        return f"{notice.audience} is not notified: {notice.because}"
    kind = (notice.message_type or "").removeprefix("gov.cri.").rsplit(".v", 1)[0]
    mailed = "".join(f", mailed to {mail}" for mail in notice.mails)
    sent = f"{notice.audience} is sent: {kind} (its message {notice.participantsequence}){mailed}"
    if not notice.call:
        return sent
    called = "not called yet"
    if notice.called_at is not None:
        called = f"called, as said {_moment(notice.called_at)}"
    return f"{sent}, no mail reaches the agency: {called}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
