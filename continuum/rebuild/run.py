"""Recomputes tables from the log's first record, beside the live ones, and compares both."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
from pydantic import ValidationError

from continuum.access import Access, NotPossible
from continuum.rebuild import render
from continuum.rebuild.compare import Comparison, RowComparison, compare
from continuum.rebuild.log import Log
from continuum.rebuild.services import FOLDED
from continuum.rebuild.shadow import Position, Shadow, connect, read_position
from continuum.rebuild.work import Range, fold
from shared.contracts.services import DEPLOYABLES
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
# As many records as are folded within a comparison: with fewer left, compare at once.
NEAR = 20_000
_NAMES = 100


@dataclass(frozen=True, slots=True)
class Order:
    """An operator's order to recompute a service's tables and, if ``yes``, to repair them."""

    service: str
    effects: str
    by: str
    why: str | None
    yes: bool
    afresh: bool = False


class Rebuild:
    """
    The rebuild of one service, while the service keeps running.

    It compares both sides at the same checkpoints, those of a snapshot of the live tables. Only a
    repair blocks the service's batches, while it writes.
    """

    def __init__(
        self,
        service: str,
        dsn: str,
        log: Log,
        live: "asyncpg.Connection[Any]",
        shadow: Shadow,
    ) -> None:
        self._service = service
        self._tables = FOLDED[service]
        self._dsn = dsn
        self._log = log
        self._live = live
        self._shadow = shadow

    async def approach(self, say: Callable[[str], None]) -> None:
        """Fold until at most `NEAR` records are left to the live service's position."""
        while True:
            async with self._live.transaction(isolation="repeatable_read", readonly=True):
                wanted = await read_position(self._live, self._tables)
            missing = wanted.to_fold - await self._shadow.folded(wanted.spans)
            if missing <= NEAR:
                return
            showing = asyncio.create_task(self._show(wanted, say))
            try:
                await self._fold_to(wanted)
            finally:
                showing.cancel()

    async def compare(self) -> tuple[Position, Comparison, Mapping[str, tuple[int, int]]]:
        """Return the position of both sides, the comparison, and the figures that differ."""
        async with self._live.transaction(isolation="repeatable_read", readonly=True):
            wanted = await self._reach()
            shadow, figures = self._shadow.connection, self._tables.figures
            compared = await compare(self._live, shadow, self._tables.names)
            states = await self._compare_states()
            before, after = await figures(self._live), await figures(shadow)
        moved = {
            name: (before.get(name, 0), after.get(name, 0))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        }
        return wanted, replace(compared, states=states), moved

    async def _compare_states(self) -> Sequence[RowComparison]:
        try:
            return await self._tables.states(self._live, self._shadow.connection, self._log)
        except ValidationError as error:
            raise NotPossible(
                "its own topic holds records that this version cannot read: nothing is compared."
            ) from error

    async def repair(self, order: Order, compared: Comparison) -> None:
        """Replace the live rows of every differing key by the rebuilt ones."""
        async with self._live.transaction():
            await self._live.execute(_SQL["lock_checkpoints"] + self._tables.lock)
            wanted = await self._reach()
            await self._live.execute(_SQL["name_differing"])
            await self._live.copy_records_to_table(
                "differing", records=[(each.table, each.key) for each in compared.differences]
            )
            await self._live.execute(self._tables.repair)
            await self.note(order, compared, wanted.records)

    async def note(self, order: Order, compared: Comparison, records: int) -> None:
        """Record who ordered the rebuild, why, and its outcome."""
        differing = compared.differences
        await self._live.execute(
            _SQL["note"],
            order.effects,
            order.by,
            order.why,
            records,
            compared.rows,
            "repaired" if differing else "equal",
            len(differing),
            [f"{each.table} {each.key}" for each in differing[:_NAMES]],
        )

    async def _reach(self) -> Position:
        """Fold up to the live service's position in the caller's transaction."""
        wanted = await read_position(self._live, self._tables)
        await self._fold_to(wanted)
        if wanted.own is not None and wanted.numbers:
            records = await self._log.whole((wanted.own, 0))
            sent = [record.value for record in records if record.value is not None]
            published, shadow = [*sent, *wanted.unsent], self._shadow.connection
            try:
                await self._tables.read_back(shadow, published, wanted.numbers)
            except ValidationError as error:
                raise NotPossible(
                    f"{wanted.own} holds records that this version cannot read; a rebuild needs"
                    " them."
                ) from error
        return wanted

    async def _fold_to(self, wanted: Position) -> None:
        await self._shadow.leave_out(wanted.left_out)
        places = await self._shadow.progress()
        ranges = [
            Range(
                partition,
                places.get(partition, first),
                end,
                wanted.offsets(partition, discarded=False),
                wanted.offsets(partition, discarded=True),
            )
            for partition, (first, end) in wanted.spans.items()
            if places.get(partition, first) < end
        ]
        await fold(self._dsn, self._log, self._service, ranges)

    async def _show(self, wanted: Position, say: Callable[[str], None]) -> None:
        connection = await connect(self._dsn, shadow=True)
        watched = Shadow(connection, self._tables)
        try:
            while True:
                await asyncio.sleep(2)
                done = await watched.folded(wanted.spans)
                say(f"folded {done:,} of {wanted.to_fold:,} records")
        finally:
            with suppress(OSError):
                await connection.close(timeout=5)


async def rebuild(
    access: Access, log: Log, order: Order, *, say: Callable[[str], None]
) -> tuple[list[str], bool]:
    """Carry out *order*; return its report as lines, and whether both sides are equal now."""
    _refuse(order)
    began = time.monotonic()
    async with _opened(access, log, order) as (work, shadow, resumed):
        if resumed:
            say("resumes an earlier run (--afresh starts over)")
        await work.approach(say)
        wanted, compared, moved = await work.compare()
        failed = await shadow.failed()
        lines = render.render(
            order.service, FOLDED[order.service], wanted, compared, moved, failed
        )
        if order.yes and compared.differences and not failed:
            say(f"repairing {len(compared.differences)} keys")
            await work.repair(order, compared)
            wanted, again, _ = await work.compare()
            lines += ["", *render.repaired(order.service, compared, again)]
            compared = again
        elif order.yes and compared.is_equal:
            await work.note(order, compared, wanted.records)
        equal = compared.is_equal and not failed
        if equal:
            await shadow.drop()
        elif not order.yes and compared.differences:
            lines += ["", "Nothing is changed yet: --yes --why TEXT repairs it."]
    seconds = time.monotonic() - began
    return [*lines, "", render.closing(wanted, compared, seconds)], equal


@asynccontextmanager
async def _opened(
    access: Access, log: Log, order: Order
) -> AsyncIterator[tuple[Rebuild, Shadow, bool]]:
    dsn = access.owners.get(order.service)
    if dsn is None:
        raise NotPossible(
            f"a rebuild makes tables, which only the owner of {order.service}'s database may: the"
            " connection file must name it, as owners."
        )
    live = await connect(dsn, shadow=False)
    try:
        aside = await connect(dsn, shadow=True)
        try:
            tables = FOLDED[order.service]
            shadow = Shadow(aside, tables)
            resumed = await shadow.open(afresh=order.afresh)
            await live.execute(tables.see)
            yield Rebuild(order.service, dsn, log, live, shadow), shadow, resumed
        finally:
            await aside.close(timeout=5)
    finally:
        await live.close(timeout=5)


def _refuse(order: Order) -> None:
    """Raise `NotPossible` for an unknown service, effects on participants, or no reason."""
    if order.service not in DEPLOYABLES:
        raise NotPossible(
            f"there is no service {order.service!r}: it is one of {', '.join(DEPLOYABLES)}."
        )
    if not FOLDED[order.service].names:
        raise NotPossible(f"no table of {order.service} is computed from the log.")
    if order.effects != "silently":
        raise NotPossible(
            f"{order.service} is rebuilt silently only: its recomputed rows never led to a message"
            " to a participant, and public announcements are read back from its own topic. There"
            " is nothing to send again."
        )
    if order.yes and not order.why:
        raise NotPossible("a reason is recorded with it: add --why TEXT.")
