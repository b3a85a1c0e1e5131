"""Event numbers 1..n of subjects that have no row of their own to store the last number."""

from collections.abc import Iterable
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")
Subject = tuple[str, str]


class Numbers:
    """The last number published per (topic, subject), locked until the transaction ends."""

    def __init__(self, last: dict[Subject, int]) -> None:
        self._last = last
        self.changed: dict[Subject, int] = {}

    def next(self, topic: str, subject: str) -> int:
        """Return the next number of *subject* on *topic*; it must have been locked."""
        subject_key = (topic, subject)
        number = self._last[subject_key] + 1
        self._last[subject_key] = self.changed[subject_key] = number
        return number

    def last(self, topic: str, subject: str) -> int:
        """Return the last number assigned to *subject* on *topic*."""
        return self._last[(topic, subject)]


async def lock(connection: "PoolConnectionProxy[Any]", subjects: Iterable[Subject]) -> Numbers:
    """Return the numbers of *subjects* (topic, subject), locked in key order; 0 for new ones."""
    wanted = sorted(set(subjects))
    if not wanted:
        return Numbers({})
    rows = await connection.fetch(
        _SQL["lock_numbers"], [topic for topic, _ in wanted], [subject for _, subject in wanted]
    )
    return Numbers({(topic, subject): last for topic, subject, last in rows})


async def save(connection: "PoolConnectionProxy[Any]", numbers: Numbers) -> None:
    """Store the numbers that were assigned."""
    if numbers.changed:
        await connection.execute(
            _SQL["save_sequences"],
            [topic for topic, _ in numbers.changed],
            [subject for _, subject in numbers.changed],
            list(numbers.changed.values()),
        )
