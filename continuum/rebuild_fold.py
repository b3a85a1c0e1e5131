"""Folds one partition of the log into reporting's tables, with reporting's own code. Pure."""

from collections.abc import Mapping, MutableMapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.reporting.handlers import Batch, ReportingReader
from services.reporting.news import TYPE, ProgramRow, row_of
from shared.contracts.event import derived_id
from shared.contracts.reference import TOPIC as REFERENCE
from shared.contracts.reference import ProgramDefined
from shared.contracts.reporting import ProgramChanged
from shared.messaging.reader import given_up
from shared.messaging.records import Item, Malformed, PassedOver, Record
from shared.messaging.sequences import Numbers

_READER = ReportingReader()


@dataclass(frozen=True, slots=True)
class Failed:
    """A record that this build cannot fold; what follows of its subject is left out, too."""

    offset: int
    subject: str | None
    error: str


@dataclass(slots=True)
class Fold:
    """
    What the records of one partition, in order, make of reporting's tables.

    Each subject's events count once and in their order, as the gates of a batch see to it: what
    comes twice is dropped, what comes too early waits. Records at the offsets ``left_out`` (dead,
    parked or held in the live service) are as if they had not come; those ``given_up`` by an
    operator only move their subject's gate. The table of changes starts empty after `renewed`.
    """

    gates: MutableMapping[str, int]
    left_out: Set[int] = frozenset()
    given_up: Set[int] = frozenset()
    broken: set[str] = field(default_factory=set)
    state: Batch = field(default_factory=lambda: _batch())
    programs: dict[str, ProgramRow] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    failed: list[Failed] = field(default_factory=list)
    early: dict[str, dict[int, Item | PassedOver]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Fold the next record of the partition."""
        if record.offset in self.left_out:
            return
        found = _READER.parse(record)
        if record.offset in self.given_up:
            without_effect = given_up(found)
            if without_effect is None:
                return
            found = without_effect
        if isinstance(found, Malformed):
            self.failed.append(Failed(record.offset, None, f"malformed: {found.reason}"))
            return
        assert found.gate is not None  # no participant's topic is read
        subject, number = found.gate.subject, found.gate.number
        last = self.gates.get(subject, 0)
        if number <= last or subject in self.broken:
            return
        if number > last + 1:
            self.early.setdefault(subject, {}).setdefault(number, found)
            return
        self._pass(found, subject, number)
        if subject in self.early:
            self._catch_up(subject)

    def renewed(self) -> "Fold":
        """Return the fold that goes on where this one stands, once its changes are saved."""
        return Fold(self.gates, self.left_out, self.given_up, self.broken, early=self.early)

    def _catch_up(self, subject: str) -> None:
        waiting = self.early[subject]
        while subject not in self.broken:
            following = waiting.pop(self.gates[subject] + 1, None)
            if following is None:
                break
            self._pass(following, subject, self.gates[subject] + 1)
        if not waiting or subject in self.broken:
            del self.early[subject]

    def _pass(self, found: Item | PassedOver, subject: str, number: int) -> None:
        if type(found) is Item:
            try:
                self._decide(found)
            except Exception as error:  # pure: it fails again whenever it is folded
                self.failed.append(Failed(found.record.offset, subject, type(error).__name__))
                self.broken.add(subject)
                return
        self.gates[subject] = self.moved[subject] = number

    def _decide(self, item: Item) -> None:
        event = item.message
        if type(event) is ProgramDefined:
            self.programs[event.data.id] = row_of(event)
        elif item.record.topic != REFERENCE:
            _READER.decide(self.state, item)


def opened(
    news: Mapping[tuple[str, int], ProgramChanged], numbers: Mapping[str, int]
) -> list[tuple[str, str, datetime]]:
    """
    Return the openings told, as (program, the definition that opened, when it was told).

    *news* is what the service published, by program and number; *numbers* the last of each.
    """
    return [
        (program, event.causationid, event.time)
        for (program, number), event in sorted(news.items())
        if number <= numbers.get(program, 0)
        and event.id == derived_id(event.causationid, TYPE, program, 1)
    ]


def _batch() -> Batch:
    # Only news is dated by the batch and numbered, and a rebuild tells none.
    return Batch(at=datetime.min.replace(tzinfo=UTC), numbers=Numbers({}))
