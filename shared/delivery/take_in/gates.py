"""Sorts a batch: gates of subjects and parked keys say which records may be decided now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Gate, Item, Malformed, Outcome, Outgoing, PassedOver, Record
from shared.delivery.take_in.checkpoints import Steps
from shared.delivery.take_in.dead_letters import Failure
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")
Parsed = Item | PassedOver | Malformed
Subject = tuple[str, str]


class GateStep(NamedTuple):
    """A ``gate_step``: a gate moves from *read* (None if it had no row) to *last*."""

    topic: str
    subject: str
    read: int | None
    last: int


@dataclass(slots=True)
class Round:
    """
    One pass over parsed records: those to be decided (``passing``) and those that wait.

    The gate of a passing record moves before it is decided; `step_back` undoes that.
    """

    read: Mapping[Subject, int]
    """The gates in the database."""
    parked_keys: set[str]
    gates: dict[Subject, int] = field(default_factory=dict)
    """The gates including the moves of this round."""
    moved: dict[Subject, int] = field(default_factory=dict)
    """The gates that this round moves, and where to."""
    passing: list[Item | PassedOver] = field(default_factory=list)
    waiting: list[tuple[Gate, Record]] = field(default_factory=list)
    """Records to hold, each with the event it waits for: of ``Item.needs``, or ``Taken.until``."""
    behind: list[tuple[Gate, Record]] = field(default_factory=list)
    """Records to hold, each with the event just before it in its subject, which is missing."""
    lost: list[tuple[str, int, str, int, int]] = field(default_factory=list)
    """Ranges of deleted numbers: topic, partition, subject, first number, end (exclusive)."""
    parked: list[tuple[str, Record]] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    has_stepped_back: bool = False
    """Whether a gate was moved back, so that records after it may have to be held."""

    def gate_steps(self) -> list[GateStep]:
        """Return how gates move, in key order."""
        return [
            GateStep(*subject, self.read.get(subject), last)
            for subject, last in sorted(self.moved.items())
        ]

    def step_back(self, found: Item | PassedOver) -> None:
        """Move the gate back to before a record that is not taken in after all."""
        if found.gate is not None:
            subject = (found.gate.topic, found.gate.subject)
            self.moved[subject] = min(self.moved[subject], found.gate.number - 1)
            self.gates[subject] = min(self.gates[subject], found.gate.number - 1)
            self.has_stepped_back = True

    def put_off(self, item: Item, until: Gate) -> None:
        """Let an item that cannot be decided yet wait for another event."""
        self.waiting.append((until, item.record))
        self.step_back(item)

    def hold_back(self, found: Item | PassedOver) -> bool:
        """Hold *found* after all if an event that it depends on was stepped back; tell whether."""
        if found.gate is not None:
            before = found.gate._replace(number=found.gate.number - 1)
            if self._lacks(before):
                self.behind.append((before, found.record))
                self.step_back(found)
                return True
        for need in found.needs if isinstance(found, Item) else ():
            if self._lacks(need):
                self.waiting.append((need, found.record))
                self.step_back(found)
                return True
        return False

    def _lacks(self, gate: Gate) -> bool:
        return self.gates.get((gate.topic, gate.subject), 0) < gate.number

    def could_pass_more(self) -> bool:
        """Tell whether a record waits for one that passes behind it."""
        return not all(self._lacks(gate) for gate, _ in (*self.waiting, *self.behind))

    def pass_none(self) -> None:
        """Take back what was sorted by gates, to sort it in another order."""
        self.gates = dict(self.read)
        for sorted_in in (self.moved, self.passing, self.waiting, self.behind):
            sorted_in.clear()

    def cut_off(self, cut: Mapping[tuple[str, int], int]) -> None:
        """Step back the records from the offsets of *cut* on; they have had no effect yet."""

        def belongs(record: Record) -> bool:
            first = cut.get((record.topic, record.partition))
            return first is None or record.offset < first

        for found in self.passing:
            if not belongs(found.record):
                self.step_back(found)
        self.waiting = [each for each in self.waiting if belongs(each[1])]
        self.behind = [each for each in self.behind if belongs(each[1])]
        self.parked = [each for each in self.parked if belongs(each[1])]
        self.failed = [each for each in self.failed if belongs(each.record)]


async def classify(
    connection: "PoolConnectionProxy[Any]", work: Round, parsed: Sequence[Parsed], steps: Steps
) -> None:
    """
    Sort records into *work*, in order: to decide, repeated, waiting, parked, malformed.

    A record that waits for one behind it, of another partition, is moved after that: another round
    would take more round trips. The order within each partition stays.
    """
    found: list[Item | PassedOver] = []
    for each in parsed:
        if isinstance(each, Malformed):
            work.failed.append(Failure(each.record, reason="malformed", error=each.reason))
            steps.note(each.record, "dead")
        elif each.key in work.parked_keys:
            work.parked.append((each.key, each.record))
            steps.note(each.record, "parked")
        else:
            found.append(each)
    outcomes = [_pass_gate(work, each) for each in found]
    if work.could_pass_more():
        work.pass_none()
        found = _in_order_of_needs(found, work.read)
        outcomes = [_pass_gate(work, each) for each in found]
    for each, outcome in zip(found, outcomes, strict=True):
        if outcome is not None:
            steps.note(each.record, outcome)
    await _skip_lost(connection, work, steps)


def _in_order_of_needs(
    found: Sequence[Item | PassedOver], read: Mapping[Subject, int]
) -> list[Item | PassedOver]:
    """Return *found* with each record after those that it needs, partitions kept in order."""
    tried = Round(read, set(), dict(read))
    ordered, left = list[Item | PassedOver](), list(found)
    while left:
        waiting: list[Item | PassedOver] = []
        blocked: set[tuple[str, int]] = set()
        for each in left:
            partition = (each.record.topic, each.record.partition)
            if partition in blocked or _pass_gate(tried, each) == "held":
                blocked.add(partition)
                waiting.append(each)
            else:
                ordered.append(each)
        if len(waiting) == len(left):
            break
        left = waiting
    return ordered + left


async def _skip_lost(connection: "PoolConnectionProxy[Any]", work: Round, steps: Steps) -> None:
    """
    Move gates past the numbers of events that were deleted with a range of their partition.

    The records that would have been held behind them are then next and are decided in the next
    round. Each subject skips once per lost range of its partition. Behind any other gap, records
    are held.
    """
    waiting: dict[Subject, tuple[int, int]] = {}
    for before, record in work.behind:
        if before.stands_alone and (record.topic, record.partition) in steps.with_losses:
            subject = (before.topic, before.subject)
            _, number = waiting.get(subject, (0, before.number))
            waiting[subject] = (record.partition, min(number, before.number))
    if not waiting:
        return
    rows = await connection.fetch(
        _SQL["find_lost_numbers"],
        [topic for topic, _ in waiting],
        [subject for _, subject in waiting],
        [partition for partition, _ in waiting.values()],
        [number for _, number in waiting.values()],
    )
    for topic, partition, name, last in rows:
        taken_in = work.gates.get((topic, name), 0)
        if last > taken_in:
            work.lost.append((topic, partition, name, taken_in + 1, last + 1))
            work.moved[topic, name] = last


def _pass_gate(work: Round, found: Item | PassedOver) -> Outcome | None:
    """Move the gate of a record that may be decided and return None; else return its outcome."""
    gate = found.gate
    if gate is not None:
        last = work.gates.get((gate.topic, gate.subject), 0)
        if gate.number <= last:
            return "duplicate"
        if gate.number > last + 1:
            before = gate._replace(number=gate.number - 1)
            work.behind.append((before, found.record))
            return "held"
    if isinstance(found, Item):
        for need in found.needs:
            if work.gates.get((need.topic, need.subject), 0) < need.number:
                work.waiting.append((need, found.record))
                return "held"
    work.passing.append(found)
    if gate is not None:
        work.gates[gate.topic, gate.subject] = gate.number
        work.moved[gate.topic, gate.subject] = gate.number
    return None
