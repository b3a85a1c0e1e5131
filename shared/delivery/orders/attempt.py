"""Takes in a dead letter again, or passes over it, then the records that waited behind it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Malformed, Outcome, Record
from shared.delivery.take_in.budget import TooSlow
from shared.delivery.take_in.checkpoints import Steps
from shared.delivery.take_in.gates import Parsed
from shared.delivery.take_in.one_round import DATA_ERRORS, parse, sqlstate
from shared.delivery.take_in.reader import Reader, given_up
from shared.delivery.take_in.rounds import take_in_released, take_in_rounds
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")


class FailedAgain(Exception):
    """The order cannot be carried out; the text says why. The attempt is rolled back."""


class Attempt:
    """Takes in a dead letter and the records that waited behind it."""

    def __init__(
        self,
        connection: "PoolConnectionProxy[Any]",
        reader: Reader[Any],
        records: Sequence[Record],
        *,
        at: datetime,
        service: str,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._service = service
        self._first, *self._waiting = records
        self._steps = Steps.of_released(records, at=at)

    async def replay(self) -> str:
        """Take in the record, then the waiting ones; `FailedAgain` if the record itself fails."""
        outcome = await self._begin(self._parse())
        if outcome == "dead":
            row = await self._connection.fetchrow(_SQL["read_dead_letter"], *_place(self._first))
            assert row is not None
            raise FailedAgain(f"{row['reason'].replace('_', ' ')}: {row['error']}")
        return await self._go_on(f"the record: {outcome}")

    async def discard(self) -> str:
        """Pass over the record, then take in the waiting ones."""
        try:
            without_effect = given_up(self._parse())
        except FailedAgain:
            without_effect = given_up(Malformed(self._first, "too_slow"))
        if without_effect is None:
            return await self._go_on("the record: dropped")
        if await self._begin(without_effect) == "held":
            raise FailedAgain("events before it are still missing: it cannot be passed over yet")
        return await self._go_on("the record: passed over")

    def _parse(self) -> Parsed:
        try:
            return parse(self._reader, [self._first])[0]
        except TooSlow as error:
            raise FailedAgain(f"too slow: {TooSlow.__name__}") from error

    async def _begin(self, found: Parsed) -> Outcome:
        try:
            await take_in_rounds(
                self._connection, self._reader, [found], self._steps,
                service=self._service, isolate=True,
            )  # fmt: skip
        except DATA_ERRORS as error:
            raise FailedAgain(f"refused by postgres: {sqlstate(error)}") from error
        except TooSlow as error:
            raise FailedAgain(f"too slow: {TooSlow.__name__}") from error
        return self._steps.outcomes[_place(self._first)]

    async def _go_on(self, beginning: str) -> str:
        await take_in_released(
            self._connection, self._reader, self._waiting, self._steps,
            service=self._service, isolate=True,
        )  # fmt: skip
        outcomes = Counter(self._steps.outcomes.get(_place(record)) for record in self._waiting)
        behind = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        return f"{beginning}; behind it: {behind}" if behind else beginning


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset
