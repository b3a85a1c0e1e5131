"""
Brings a restored database of reporting up to the program news that it has published.

Its tables are a fold of the others' topics, which are read again from the restored checkpoints.
Only the news are its own: what was told is not told again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.reporting.handlers import Batch, ReportingReader
from services.reporting.news import TYPE, row_of
from shared.contracts import reference
from shared.contracts.event import derived_id
from shared.messaging.catch_up import fold_sequences, read_announced
from shared.messaging.own_log import OwnTopics
from shared.messaging.reader import Connection, Reader
from shared.messaging.records import Item, Malformed, PassedOver, Record, Taken
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


OWN = OwnTopics(r"^cri\.(pub\.programs|int\.reporting)\.v1$")


@dataclass(slots=True)
class AgainBatch:
    """A batch, and the ids of the news that its definitions have led to."""

    batch: Batch
    told: frozenset[str]


class AgainReader:
    """Takes a definition in again without telling what was told."""

    def __init__(self) -> None:
        self._reader = ReportingReader()

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> None:
        """All it reads comes from our own services."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> AgainBatch:
        batch = await self._reader.load(connection, items, at=at)
        defined = [i.message.id for i in items if type(i.message) is reference.ProgramDefined]
        found = await read_announced(connection, defined) if defined else {}
        told = frozenset(event.id for events in found.values() for event in events)
        return AgainBatch(batch, told)

    def decide(self, state: AgainBatch, item: Item) -> Taken:
        event = item.message
        if type(event) is not reference.ProgramDefined:
            return self._reader.decide(state.batch, item)
        if _news_id(event.id, event.data.id, opened=False) not in state.told:
            return self._reader.decide(state.batch, item)
        row = row_of(event)
        opened = _news_id(row.defined_by, row.program, opened=True) in state.told
        state.batch.programs[row.program] = replace(row, opening_told=opened)
        return Taken("applied")

    async def save(self, connection: "Connection[Any]", state: AgainBatch) -> None:
        await self._reader.save(connection, state.batch)


class Again:
    """Reporting's part of `shared.messaging.catch_up`; its folds commute."""

    order = ("",)

    def __init__(self) -> None:
        self.reader: Reader[Any] = AgainReader()

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of the news; mark the openings that were told."""
        await fold_sequences(connection)
        programs = await connection.fetch(_SQL["list_definitions"])
        ids = [_news_id(str(by), program, opened=True) for program, by in programs]
        await connection.execute(_SQL["mark_openings_announced"], [p for p, _ in programs], ids)

    async def finish(self, connection: Any) -> None:
        """Nothing is left."""


def _news_id(defined_by: str, program: str, *, opened: bool) -> str:
    return derived_id(defined_by, TYPE, program, int(opened))
