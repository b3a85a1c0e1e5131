"""Folds one partition of the log into a service's tables, with that service's own code. Pure."""

from collections.abc import MutableMapping, Set
from dataclasses import dataclass, field
from typing import Any

from continuum.rebuild.tables import Tables
from shared.delivery.records import Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import given_up


@dataclass(frozen=True, slots=True)
class Failed:
    """A record that this build cannot fold; later records of its subject are left out."""

    offset: int
    subject: str | None
    error: str


@dataclass(slots=True)
class Fold:
    """
    Folds the records of one partition, in order, into changes of the service's tables.

    As in live batches, gates let each subject's events pass once and in order: duplicates are
    dropped, early ones wait. Records at the offsets ``left_out`` (dead, parked or held in the live
    service) are skipped; those in ``discarded`` (discarded by an operator) only move their
    subject's gate. The service itself handles duplicates of records without a gate.
    """

    tables: Tables
    gates: MutableMapping[str, int]
    left_out: Set[int] = frozenset()
    discarded: Set[int] = frozenset()
    broken: set[str] = field(default_factory=set)
    changes: Any = None
    moved: dict[str, int] = field(default_factory=dict)
    failed: list[Failed] = field(default_factory=list)
    early: dict[str, dict[int, Item | PassedOver]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.changes = self.tables.begin()

    def take(self, record: Record) -> None:
        """Fold the next record of the partition."""
        if record.offset in self.left_out:
            return
        found = self.tables.parse(record)
        if record.offset in self.discarded:
            without_effect = given_up(found)
            if without_effect is None:
                return
            found = without_effect
        if isinstance(found, Malformed):
            self.failed.append(Failed(record.offset, None, f"malformed: {found.reason}"))
            return
        if found.gate is None:
            self._fold(found, None)
            return
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

    def fail(self, item: Item, error: str) -> None:
        """Note that *item*, taken before, cannot be folded: its subject's gate stays before it."""
        subject = None if item.gate is None else item.gate.subject
        self.failed.append(Failed(item.record.offset, subject, error))
        if item.gate is None:
            return
        self.broken.add(item.gate.subject)
        self.early.pop(item.gate.subject, None)
        self.gates[item.gate.subject] = last = item.gate.number - 1
        if last:
            self.moved[item.gate.subject] = last
        else:
            self.moved.pop(item.gate.subject, None)

    def renewed(self) -> "Fold":
        """Return a fold that continues this one, without its changes, which are saved."""
        return Fold(
            self.tables, self.gates, self.left_out, self.discarded, self.broken, early=self.early
        )

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
        if self._fold(found, subject):
            self.gates[subject] = self.moved[subject] = number
        else:
            self.broken.add(subject)

    def _fold(self, found: Item | PassedOver, subject: str | None) -> bool:
        """Add the changes by *found*; return False if this build cannot fold it."""
        if type(found) is Item:
            try:
                self.tables.decide(self.changes, found)
            except Exception as error:  # pure: a retry would fail again
                self.failed.append(Failed(found.record.offset, subject, type(error).__name__))
                return False
        return True
