"""What the door knows while it decides a batch, and what a decision adds to it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, TypeAdapter

from services.intake.agency_list import AgencyList
from services.intake.list_limits import Listed, Listing, counted, listing_of
from services.intake.message import Message
from services.intake.registry import Registry, with_event
from shared.contracts.envelope import Summary
from shared.contracts.event import Event
from shared.contracts.inbound import Submission
from shared.contracts.intake import AnswerEvent, ConfidentialEvent, IntakeEvent
from shared.contracts.reference import ReferenceEvent

Subject = tuple[str, str]
_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[
        IntakeEvent | AnswerEvent | ConfidentialEvent | ReferenceEvent,
        Field(discriminator="type"),
    ]
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The first record with a (source, id) or a reference: its content, and where it stands."""

    content: bytes
    first: str


@dataclass(frozen=True, slots=True)
class Request:
    """
    A request as the door keeps it.

    ``facts`` is the JSON of its facts; ``published`` and ``confided`` count its events on
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
    """The *number*-th event of *subject* on *topic*, with its key; ``value`` is its JSON."""

    topic: str
    key: str
    id: str
    subject: str
    number: int
    value: bytes
    summary: Summary

    @property
    def event(self) -> Event:
        """The event as its readers read it."""
        return _EVENT.validate_json(self.value)


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What becomes of a message.

    ``first`` is the record that a repetition of this message repeats (None after a refusal,
    which takes up neither the message's id nor its reference). ``words`` is the JSON of what is
    now stated of ``request``; ``because`` the code of a refusal's first reason.
    """

    outcome: Literal["applied", "duplicate", "refused"]
    published: tuple[Published, ...]
    first: str | None = None
    request: Request | None = None
    words: bytes | None = None
    reference: ReferenceEvent | None = None
    because: str | None = None


@dataclass(slots=True)
class Known:
    """
    The working state of a batch: what is known before a message, and what is to be written.

    ``numbers`` holds the last number of each (topic, subject) that has no row of its own;
    ``fresh`` the counters of tracking numbers not given out yet, the next one last. The fields
    after them are what `take` gathers for the store.
    """

    at: datetime
    registry: Registry
    agencies: AgencyList
    office: str
    seen: dict[tuple[str, str, str], Seen] = field(default_factory=dict)
    references: dict[tuple[str, str], Seen] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    words: dict[str, bytes] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    submissions: dict[str, Message] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    taken: list[tuple[Message, str]] = field(default_factory=list)
    reworded: set[str] = field(default_factory=set)
    entries: list[ReferenceEvent] = field(default_factory=list)
    listed: dict[Listing, Listed] = field(default_factory=dict)

    def next_number(self, topic: str, subject: str) -> int:
        """Return the number of the next event of *subject* on *topic*."""
        return self.numbers[topic, subject] + 1

    def take(self, message: Message, decision: Decision) -> None:
        """Add what *decision* says of *message*, for the messages behind it and for the store."""
        for published in decision.published:
            subject = (published.topic, published.subject)
            if subject in self.numbers:
                self.numbers[subject] = published.number
        if decision.first is not None:
            self._take_id(message, decision.first)
        if decision.request is not None:
            self._take_request(message, decision.request)
            if decision.words is not None:
                self.words[decision.request.tracking_number] = decision.words
                self.reworded.add(decision.request.tracking_number)
        listing = listing_of(message)
        if listing is not None and decision.outcome != "refused":
            self.listed[listing] = counted(message, self.listed.get(listing))
        if decision.reference is not None:
            self.registry = with_event(self.registry, decision.reference)
            self.entries.append(decision.reference)

    def end(self, number: str, status: str) -> Literal["applied", "duplicate", "ignored"]:
        """Note that the request has come to its terminal state, which it does once."""
        request = self.requests.get(number)
        if request is None:
            return "ignored"  # it belongs to another life of this database
        if request.ended is not None:
            return "duplicate"
        self.requests[number] = replace(request, ended=status)
        self.changed.add(number)
        return "applied"

    def _take_id(self, message: Message, first: str) -> None:
        assert message.source is not None
        assert message.id is not None
        key = (message.participant, message.source, message.id)
        if key not in self.seen:
            self.seen[key] = Seen(message.content, first)
            self.taken.append((message, first))

    def _take_request(self, message: Message, request: Request) -> None:
        number = request.tracking_number
        self.requests[number] = request
        if isinstance(message.data, Submission):
            reference = (message.participant, message.data.reference)
            self.references[reference] = Seen(message.content, message.coordinate)
            self.submissions[number] = message
            self.fresh.pop()
        else:
            self.changed.add(number)
