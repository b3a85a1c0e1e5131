"""How long reporting keeps texts of assessments that are not published."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.reporting.publication import store
from services.reporting.settings import Settings
from shared.business_clock import BusinessClock
from shared.postgres.statements import load_statements
from shared.retention.holds import ReadHolds
from shared.retention.sweeper import Kept, KnowsHolds, Sweeper
from shared.retention.windows import Window

_SQL = load_statements(__package__)


def sweeper(settings: Settings) -> Sweeper:
    """Return the sweeper that erases texts of assessments that ended long ago."""
    return sweeping(
        drafts=timedelta(days=settings.texts_kept_days),
        clock=settings.clock,
        knows_holds=ReadHolds(settings),
    )


def sweeping(
    *, drafts: timedelta, clock: BusinessClock, knows_holds: KnowsHolds | None = None
) -> Sweeper:
    """Return the sweeper by that real time; assessments end by the business *clock*."""
    texts, reports = (
        Window(what, "texts_kept_days", drafts, clock) for what in ("drafts", "draft_reports")
    )
    kept = [
        Kept(texts, erase_drafts),
        Kept(reports, store.erase_drafted_reports, store.lock_drafted_reports),
    ]
    return Sweeper(kept, clock=clock, knows_holds=knows_holds)


async def erase_drafts(connection: "PoolConnectionProxy[Any]", causes: Sequence[str]) -> None:
    """Erase the texts that came with the records *causes*."""
    await connection.execute(_SQL["erase_drafts"], causes)
