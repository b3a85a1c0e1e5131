"""How long intake keeps the free text of requests."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake.settings import Settings
from shared.business_clock import BusinessClock
from shared.contracts.services import OFFICE_DESK
from shared.postgres.statements import load_statements
from shared.retention.holds import ReadHolds
from shared.retention.sweeper import BATCH, Kept, KnowsHolds, Sweeper
from shared.retention.windows import Window

_SQL = load_statements(__package__)


def sweeper(settings: Settings) -> Sweeper:
    """
    Return the sweeper that erases the free text of requests that ended long ago.

    Nothing is erased before all records holds are known; intake reads them on the offices' topics.
    """
    offices = "|".join(map(re.escape, (settings.program_office, OFFICE_DESK)))
    return sweeping(
        words=timedelta(days=settings.words_kept_days),
        clock=settings.clock,
        knows_holds=ReadHolds(settings, topics=rf"^cri\.in\.({offices})\.v1$"),
    )


def sweeping(
    *,
    words: timedelta,
    clock: BusinessClock,
    knows_holds: KnowsHolds | None = None,
    batch: int = BATCH,
) -> Sweeper:
    """Return a sweeper; *words* is real time, and requests end by the business *clock*."""
    window = Window("words", "words_kept_days", words, clock)
    return Sweeper([Kept(window, erase_words)], clock=clock, knows_holds=knows_holds, batch=batch)


async def erase_words(connection: "PoolConnectionProxy[Any]", requests: Sequence[str]) -> None:
    """Erase the free text of *requests*, which have ended."""
    await connection.execute(_SQL["erase_words"], requests)
