"""Parses and decides generated records as intake does, and checks the results."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from services.desk import parse as desk
from services.intake.batch_state import Decision
from services.intake.decide import decide
from services.intake.message import Message
from services.notifications import parse as notifications
from services.reporting import app as reporting
from services.reporting.handlers import ReportingReader
from services.routing import app as routing
from services.routing.handlers import RoutingReader
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.intake import CONFIDENTIAL_TOPIC
from shared.delivery.records import Item, Malformed, PassedOver, Record
from tests.examples.inbound import AT, record
from tests.examples.intake import Intake, read
from tests.proofs.fuzz.generator import CANARY, Generated

Parse = Callable[[Record], Item | PassedOver | Malformed]
READERS: tuple[tuple[str, str, Parse], ...] = (
    ("routing", routing.TOPICS, RoutingReader().parse),
    ("notifications", notifications.TOPICS, notifications.parse),
    ("reporting", reporting.TOPICS, ReportingReader().parse),
    ("desk", desk.TOPICS, desk.parse),
)
SLOW = 0.02
"""Slower records are timed three times: the first time may include a stall of the machine."""
CHUNK = 1_000
"""Intake's state is reset after this many records."""
_FREE_TEXT = {
    "need", "other_topic", "note", "name", "title", "email", "phone", "zone", "urgency", "text",
    "words",
}  # fmt: skip


@dataclass(slots=True)
class Results:
    """The results of a run: the number of records, and the failures of each kind."""

    records: int = 0
    slowest: float = 0.0
    failures: dict[str, list[tuple[int, Generated, str]]] = field(
        default_factory=lambda: {"unanswered": [], "crash": [], "leak": [], "slow": []}
    )

    def add(self, kind: str, number: int, generated: Generated, why: str) -> None:
        """Add a failure of the record *number*."""
        self.failures[kind].append((number, generated, why))


class Checker:
    """Checks records on an intake with participants, a catalog and one request."""

    def __init__(self, results: Results, *, limit: float) -> None:
        self._results = results
        self._limit = limit
        self.begin()

    def begin(self) -> None:
        """Reset intake to one request."""
        self._intake = Intake()
        self._intake.batch.unused_counters = list(range(CHUNK + 10, 0, -1))
        self._intake.send("request.submit")

    @property
    def tracking_number(self) -> str:
        """The tracking number of the request that exists from the start."""
        return self._intake.number

    def take(self, number: int, generated: Generated) -> None:
        """Parse, decide and apply one record, and check what is published."""
        self._intake.offset += 1
        source = record(
            generated.value, offset=self._intake.offset, participant=generated.participant
        )
        results = self._results
        results.records += 1
        try:
            message, decision, took = self._decided(source)
            self._intake.batch.apply(message, decision)
            leaks = [*leaks_of(message, decision)]
        except Exception as error:
            results.add("crash", number, generated, f"{type(error).__name__}: {error}")
            return
        results.slowest = max(results.slowest, took)
        if took > self._limit:
            results.add("slow", number, generated, f"{took * 1000:.1f} ms")
        if not is_answered(decision, source):
            results.add("unanswered", number, generated, decision.outcome)
        for leak in leaks:
            results.add("leak", number, generated, leak)

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
    """Tell whether something is published, and all of it answers *source*."""
    named = f'"inreplyto":"{source.coordinate}"'.encode()
    return bool(decision.published) and all(named in event.value for event in decision.published)


def leaks_of(message: Message, decision: Decision) -> Iterator[str]:
    """Yield what the log must not hold: a sender's free text, or events that readers reject."""
    is_open = CANARY in open_fields(message)
    for event in decision.published:
        is_restricted = event.topic in (CONFIDENTIAL_TOPIC, DRAFTS_TOPIC)
        if CANARY.encode() in event.value and not is_restricted and not is_open:
            yield f"a sender's free text on {event.topic}"
        written = Record(event.topic, 0, 0, event.key.encode(), event.value, (), AT)
        for name, topics, parse in READERS:
            if re.match(topics, event.topic):
                found = parse(written)
                if isinstance(found, Malformed):
                    yield f"{name} cannot read {event.topic}: {found.reason}"
                elif isinstance(found, PassedOver) and found.unknown:
                    yield f"{name} does not know the event on {event.topic}"


def open_fields(message: Message) -> str:
    """Return the fields of *message* that others may read; damage may move free text there."""
    data: Any = message.data
    if data is None:
        return f"{message.reference} {message.source}"
    free = _FREE_TEXT - {"name"} if message.kind != "gov.cri.contact.set.v1" else _FREE_TEXT
    return f"{data.model_dump(exclude=free)} {message.source} {message.traceparent}"
