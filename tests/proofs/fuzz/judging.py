"""Parses and decides records as intake does, and reports what went wrong with each."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from services.intake.batch_state import Decision
from services.intake.decide import decide
from services.intake.message import Message
from services.notifications import parse as notifications
from services.reporting import app as reporting
from services.reporting.handlers import ReportingReader
from services.routing import app as routing
from services.routing.handlers import RoutingReader
from shared.contracts.intake import CONFIDENTIAL_TOPIC
from shared.delivery.records import Item, Malformed, PassedOver, Record
from tests.examples.inbound import AT, record
from tests.examples.intake import Intake, read
from tests.proofs.fuzz.making import CANARY, Made

Parse = Callable[[Record], Item | PassedOver | Malformed]
READERS: tuple[tuple[str, str, Parse], ...] = (
    ("routing", routing.TOPICS, RoutingReader().parse),
    ("notifications", notifications.TOPICS, notifications.parse),
    ("reporting", reporting.TOPICS, ReportingReader().parse),
)
SLOW = 0.02
"""What takes longer is timed three times: a stall of the machine is not the record's."""
CHUNK = 1_000
"""After so many records the state of intake is reset."""
_WORDS = {
    "need", "other_topic", "note", "name", "title", "email", "phone", "zone", "urgency",
}  # fmt: skip


@dataclass(slots=True)
class Judged:
    """What came of records: how many, and what was wrong, by kind, with the record."""

    records: int = 0
    slowest: float = 0.0
    wrong: dict[str, list[tuple[int, Made, str]]] = field(
        default_factory=lambda: {"unanswered": [], "crash": [], "leak": [], "slow": []}
    )

    def note(self, kind: str, number: int, made: Made, why: str) -> None:
        """Keep what was wrong with the record *number*."""
        self.wrong[kind].append((number, made, why))


class Judge:
    """Judges records against intake with participants, a catalog and one request."""

    def __init__(self, judged: Judged, *, limit: float) -> None:
        self._judged = judged
        self._limit = limit
        self.begin()

    def begin(self) -> None:
        """Forget all records; intake has one request."""
        self._intake = Intake()
        self._intake.batch.unused_counters = list(range(CHUNK + 10, 0, -1))
        self._intake.send("request.submit")

    @property
    def tracking_number(self) -> str:
        """The one of the request that is there from the beginning."""
        return self._intake.number

    def take(self, number: int, made: Made) -> None:
        """Read and decide a record, take it in, and hold what is published of it."""
        self._intake.offset += 1
        source = record(made.value, offset=self._intake.offset, participant=made.participant)
        judged = self._judged
        judged.records += 1
        try:
            message, decision, took = self._decided(source)
            self._intake.batch.apply(message, decision)
            leaks = [*leaks_of(message, decision)]
        except Exception as error:
            judged.note("crash", number, made, f"{type(error).__name__}: {error}")
            return
        judged.slowest = max(judged.slowest, took)
        if took > self._limit:
            judged.note("slow", number, made, f"{took * 1000:.1f} ms")
        if not is_answered(decision, source):
            judged.note("unanswered", number, made, decision.outcome)
        for leak in leaks:
            judged.note("leak", number, made, leak)

    def _decided(self, source: Record) -> tuple[Message, Decision, float]:
        took, times = 0.0, 0
        while times < 1 or (times < 3 and took > SLOW):
            began = thread_time()
            message = read(source)
            decision = decide(message, self._intake.batch)
            now = thread_time() - began
            took, times = min(took, now) if times else now, times + 1
        return message, decision, took


def is_answered(decision: Decision, source: Record) -> bool:
    """Tell whether exactly one record's worth is published: all of it goes back to *source*."""
    named = f'"inreplyto":"{source.coordinate}"'.encode()
    return bool(decision.published) and all(named in event.value for event in decision.published)


def leaks_of(message: Message, decision: Decision) -> Iterator[str]:
    """Yield what readers of the log must not meet: a sender's words, or what they cannot read."""
    openly = CANARY in stated_openly(message)
    for event in decision.published:
        if CANARY.encode() in event.value and event.topic != CONFIDENTIAL_TOPIC and not openly:
            yield f"a sender's words on {event.topic}"
        written = Record(event.topic, 0, 0, event.key.encode(), event.value, (), AT)
        for name, topics, parse in READERS:
            if re.match(topics, event.topic):
                found = parse(written)
                if isinstance(found, Malformed):
                    yield f"{name} cannot read {event.topic}: {found.reason}"
                elif isinstance(found, PassedOver) and found.unknown:
                    yield f"{name} does not know what is on {event.topic}"


def stated_openly(message: Message) -> str:
    """Return what *message* says in fields that others may read: damage may move words there."""
    data: Any = message.data
    if data is None:
        return f"{message.reference} {message.source}"
    free = _WORDS - {"name"} if message.kind != "gov.cri.contact.set.v1" else _WORDS
    return f"{data.model_dump(exclude=free)} {message.source} {message.traceparent}"
