"""Erases rows that were kept long enough: a batch in each transaction, in any process."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.business_clock import BusinessClock
from shared.catalog.catalog import Catalog, CatalogCache
from shared.postgres.statements import load_statements
from shared.process.tasks import AT_ONCE, LATER, Task
from shared.retention.windows import Held, Window, held

log = structlog.get_logger()
Connection = PoolConnectionProxy
_SQL = load_statements(__package__)
_LOOK_SECONDS = 30.0
BATCH = 200
"""The most rows that one transaction erases."""
KnowsHolds = Callable[["Pool[Any]"], Awaitable[bool]]
OnKeys = Callable[["Connection[Any]", Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kept:
    """
    Rows that the service keeps as ``window`` says; ``erase`` erases those with the given keys.

    If others may write these rows, ``lock`` locks them first, and the sweep then reads again which
    of them are due.
    """

    window: Window
    erase: OnKeys
    lock: OnKeys | None = None


class Sweeper:
    """
    Erases the rows in *kept* once their windows are over, unless a records hold covers them.

    With *knows_holds*, nothing is erased until that confirms that all holds are read: one may have
    been set while the service was down. *others* are windows with fixed times and with tasks of
    their own; they are stored only so that operators see them.
    """

    def __init__(
        self,
        kept: Sequence[Kept],
        *,
        clock: BusinessClock,
        batch: int = BATCH,
        knows_holds: KnowsHolds | None = None,
        others: Sequence[Window] = (),
    ) -> None:
        self._kept = {each.window.what: each for each in kept}
        self._clock = clock
        self._batch = batch
        self._knows_holds = knows_holds
        self._others = others
        self._catalog = CatalogCache()
        self._noted = False

    @property
    def task(self) -> Task:
        """The task that sweeps, for `Service.tasks`."""
        return Task("retention", self.step, every=_LOOK_SECONDS)

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Sweep one batch of one window, if one is due."""
        if not self._noted:
            await self._note(pool)
            self._noted = True
        names = [window.what for window in self.windows]
        looked = await pool.fetchrow(_SQL["look_at_windows"], list(self._kept), names)
        assert looked is not None
        if not looked["are_noted"]:  # an older release, which does not know all, started later
            self._noted = False
            return AT_ONCE
        if not looked["is_due"]:
            return LATER
        if self._knows_holds is not None and not await self._knows_holds(pool):
            return LATER
        async with pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_SQL["take_window"], list(self._kept))
            erased = 0
            if row is not None:
                kept = self._kept[row["what"]]
                erased = await self._sweep(connection, kept, now=row["now"])
        if row is None:
            return LATER
        if erased:
            log.info("retention.erased", what=row["what"], rows=erased)
        return AT_ONCE

    @property
    def windows(self) -> list[Window]:
        """All windows, including those that other tasks sweep."""
        return [*(each.window for each in self._kept.values()), *self._others]

    async def _note(self, pool: "Pool[Any]") -> None:
        windows = self.windows
        await pool.execute(
            _SQL["note_windows"],
            [window.what for window in windows],
            [window.setting for window in windows],
            [window.kept for window in windows],
            [window.has_ends for window in windows],
            [window.is_copy for window in windows],
        )

    async def _sweep(self, connection: "Connection[Any]", kept: Kept, *, now: datetime) -> int:
        """Erase a batch; return how many rows it had."""
        window, catalog = kept.window, await self._catalog.current(connection)
        before = window.before(now)
        arguments = due_arguments(
            catalog,
            window.what,
            before=before,
            at=self._clock.at(now),
            is_copy=window.is_copy,
        )
        keys = await find_due(connection, arguments, self._batch)
        is_last = len(keys) < self._batch
        if keys and kept.lock is not None:
            await kept.lock(connection, keys)
            rows = await connection.fetch(_SQL["find_still_due"], *arguments, keys)
            keys = [row["key"] for row in rows]
        if keys:
            await kept.erase(connection, keys)
        pause = window.every if is_last else None
        await connection.execute(_SQL["note_sweep"], window.what, len(keys), before, pause)
        return len(keys)


def due_arguments(
    catalog: Catalog, what: str, *, before: datetime, at: datetime, is_copy: bool = False
) -> tuple[Any, ...]:
    """Return the first nine parameters of ``find_due``."""
    covered = Held() if is_copy else held(catalog.holds.values(), at=at)
    contacts = sorted(covered.contacts)
    registered = [
        each.id
        for each in catalog.participants.values()
        if each.effective_until is None or each.effective_until > before
    ]
    return (
        what,
        before,
        covered.everything,
        sorted(covered.requests),
        sorted(covered.participants),
        [participant for participant, _ in contacts],
        [contact_id for _, contact_id in contacts],
        sorted(covered.subscriptions),
        registered,
    )


async def find_due(
    connection: "Connection[Any]", arguments: tuple[Any, ...], limit: int
) -> list[str]:
    """Return the keys of at most *limit* rows that are due."""
    rows = await connection.fetch(_SQL["find_due"], *arguments, limit)
    return [row["key"] for row in rows]
