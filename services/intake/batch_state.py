"""The working state of a batch, and decisions, which change it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, TypeAdapter

from services.intake.agency_list import AgencyList
from services.intake.list_limits import ListKey, ListUse, list_key, next_use
from services.intake.message import Message
from services.intake.registry import Registry, with_event
from shared.contracts.assessments import AssessmentEvent, DraftStated
from shared.contracts.envelope import Summary
from shared.contracts.event import Event
from shared.contracts.inbound import Submission
from shared.contracts.intake import AnswerEvent, ConfidentialEvent, IntakeEvent
from shared.contracts.publications import PublicationMessage
from shared.contracts.reference import ReferenceEvent

Subject = tuple[str, str]
_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[
        IntakeEvent
        | AnswerEvent
        | ConfidentialEvent
        | AssessmentEvent
        | PublicationMessage
        | DraftStated
        | ReferenceEvent,
        Field(discriminator="type"),
    ]
)


@dataclass(frozen=True, slots=True)
class FirstRecord:
    """The first record with a (source, id) or a reference, and the digest of its content."""

    content: bytes
    coordinate: str


class Request(NamedTuple):
    """
    A request as intake stores it.

    ``facts`` is its `RequestFacts` as JSON; ``published`` and ``confided`` count its events on
    ``cri.int.intake.v1`` and on ``cri.int.confidential.v1``; ``ended`` is its terminal state.
    """

    request_id: str
    tracking_number: str
    participant: str
    facts: bytes
    published: int = 0
    confided: int = 0
    ended: str | None = None


class Published(NamedTuple):
    """An event to publish: the ``number``-th of its subject on its topic; ``value`` is JSON."""

    topic: str
    key: str
    id: str
    subject: str
    number: int
    value: bytes
    summary: Summary

    @property
    def event(self) -> Event:
        """The event, parsed as its readers parse it."""
        return _EVENT.validate_json(self.value)


@dataclass(frozen=True, slots=True)
class Decision:
    """
    The decision about a message.

    ``original`` is the coordinate of the record that a repetition of the message repeats; None
    after a refusal, which reserves neither the id nor the reference. ``need`` is the new
    `NeedFacts` of ``request`` as JSON; ``refusal_code`` the code of a refusal's first reason.
    """

    outcome: Literal["applied", "duplicate", "refused"]
    published: tuple[Published, ...]
    original: str | None = None
    request: Request | None = None
    need: bytes | None = None
    reference_event: ReferenceEvent | None = None
    refusal_code: str | None = None


@dataclass(slots=True)
class BatchState:
    """
    The working state of a batch: the inputs of decisions, and the results to write.

    ``needs`` holds the `NeedFacts` of requests as JSON; ``numbers`` the last number of each
    (topic, subject), except requests, which count their own; ``unused_counters`` the counters for
    new tracking numbers, the next one last. `apply` and `end` collect the results, from
    ``submissions`` on.
    """

    at: datetime
    registry: Registry
    agencies: AgencyList
    office: str
    by_id: dict[tuple[str, str, str], FirstRecord] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], FirstRecord] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    needs: dict[str, bytes] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    unused_counters: list[int] = field(default_factory=list)
    submissions: dict[str, Message] = field(default_factory=dict)
    changed_requests: set[str] = field(default_factory=set)
    ended_at: dict[str, datetime] = field(default_factory=dict)
    new_ids: list[tuple[Message, str]] = field(default_factory=list)
    changed_needs: set[str] = field(default_factory=set)
    reference_events: list[ReferenceEvent] = field(default_factory=list)
    list_uses: dict[ListKey, ListUse] = field(default_factory=dict)

    def next_number(self, topic: str, subject: str) -> int:
        """Return the number of the next event of *subject* on *topic*."""
        return self.numbers[topic, subject] + 1

    def apply(self, message: Message, decision: Decision) -> None:
        """Apply *decision* about *message*, so that later messages and the store see it."""
        for published in decision.published:
            subject = (published.topic, published.subject)
            if subject in self.numbers:
                self.numbers[subject] = published.number
        if decision.original is not None:
            self._apply_id(message, decision.original)
        if decision.request is not None:
            self._apply_request(message, decision.request)
            if decision.need is not None:
                self.needs[decision.request.tracking_number] = decision.need
                self.changed_needs.add(decision.request.tracking_number)
        key = list_key(message)
        if key is not None and decision.outcome != "refused":
            self.list_uses[key] = next_use(message, self.list_uses.get(key))
        if decision.reference_event is not None:
            self.registry = with_event(self.registry, decision.reference_event)
            self.reference_events.append(decision.reference_event)

    def end(
        self, number: str, status: str, *, at: datetime | None
    ) -> Literal["applied", "duplicate", "ignored"]:
        """
        Record the terminal *status* of the request *number*, reached *at* that business time.

        Only the first terminal status counts. If *at* is None, the database uses its own time.
        """
        request = self.requests.get(number)
        if request is None:
            return "ignored"  # not in this database: the log may be older
        if request.ended is not None:
            return "duplicate"
        self.requests[number] = request._replace(ended=status)
        self.changed_requests.add(number)
        if at is not None:
            self.ended_at[number] = at
        return "applied"

    def _apply_id(self, message: Message, original: str) -> None:
        assert message.source is not None
        assert message.id is not None
        key = (message.sender, message.source, message.id)
        if key not in self.by_id:
            self.by_id[key] = FirstRecord(message.content, original)
            self.new_ids.append((message, original))

    def _apply_request(self, message: Message, request: Request) -> None:
        number = request.tracking_number
        self.requests[number] = request
        if isinstance(message.data, Submission):
            reference = (message.participant, message.data.reference)
            self.by_reference[reference] = FirstRecord(message.content, message.coordinate)
            self.submissions[number] = message
            self.unused_counters.pop()
        else:
            self.changed_requests.add(number)
