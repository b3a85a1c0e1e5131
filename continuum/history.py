"""Tells a request's story in plain text: where it stands, then event by event. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from continuum.decision import Decision
from shared.contracts.intake import TOPIC as INTAKE
from shared.contracts.intake import RequestFacts
from shared.contracts.routing import TOPIC as ROUTING


@dataclass(frozen=True, slots=True)
class Facts:
    """What intake holds of the request; ``published`` counts its events."""

    tracking_number: str
    participant: str
    reference: str
    request: RequestFacts
    published: int


@dataclass(frozen=True, slots=True)
class RoutingState:
    """Where the request stands in routing."""

    status: str
    program: str | None
    lane: str | None
    queue_number: int | None
    queued: bool
    waits_for: str | None
    published: int
    offer_state: str | None
    offer_expires_at: datetime | None
    due_clock: str | None
    due_at: datetime | None
    offered: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One event, as reporting keeps it."""

    topic: str
    sequence: int
    type: str
    at: datetime
    status: str | None
    provider: str | None
    detail: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What notifications decided about telling one audience of one event."""

    fact: str
    audience: str
    decided_at: datetime
    message_type: str | None
    participantsequence: int | None
    because: str | None


def render(
    facts: Facts,
    state: RoutingState | None,
    *,
    lines: Sequence[Line],
    decisions: Sequence[Decision],
    notices: Sequence[Notice],
) -> list[str]:
    """Return the whole story."""
    behind = {INTAKE: facts.published, ROUTING: state.published if state else 0}
    for line in lines:
        behind[line.topic] -= 1
    story = [*_head(facts), *_now(state), ""]
    # A decision comes before the event that announces it, which bears the same moment.
    moments: list[tuple[datetime, int, Line | Decision]] = [
        *((line.at, 0 if line.topic == INTAKE else 2, line) for line in lines),
        *((decision.at, 1, decision) for decision in decisions),
    ]
    for at, _, what in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(what, Decision):
            story += [f"{_moment(at)}  routing        {what.heading}"]
            story += [f"{'':40}{line}" for line in what.lines]
        else:
            story += _event(what, [n for n in notices if n.fact == what.event_id])
    missing = sum(count for count in behind.values() if count > 0)
    if missing:
        story += ["", f"Reporting has not taken in {missing} more event(s) of it yet."]
    return story


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
        place = f", place {state.queue_number} of its lane" if state.queued else ""
        yield f"waits for: {state.waits_for.replace('_', ' ')}{place}"
    if state.offer_state == "open" and state.offered and state.offer_expires_at:
        until = _moment(state.offer_expires_at)
        yield f"waits for: the answer of {state.offered[-1]} until {until}"
    if state.due_at and state.due_clock:
        yield f"clock: {state.due_clock}, due {_moment(state.due_at)}"


def _event(line: Line, notices: Sequence[Notice]) -> Iterator[str]:
    service = line.topic.split(".")[2]
    words = [line.type.replace("_", " ")]
    words += [f"({line.detail})"] if line.detail else []
    if line.provider:
        said_by_it = service == "intake" and line.type != "request_directed"
        words += [f"by {line.provider}" if said_by_it else f"· {line.provider}"]
    after = f" → {line.status}" if line.status else ""
    yield f"{_moment(line.at)}  {service:13}  {' '.join(words)}{after}"
    for notice in notices:
        yield f"{'':40}{_notice(notice)}"


def _notice(notice: Notice) -> str:
    if notice.because is not None:
        return f"{notice.audience} is not told: {notice.because}"
    kind = (notice.message_type or "").removeprefix("gov.cri.").rsplit(".v", 1)[0]
    return f"{notice.audience} is told: {kind} (its message {notice.participantsequence})"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
