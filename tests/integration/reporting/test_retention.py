"""Texts of assessments go long after the assessment has ended, and stay while it goes on."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.reporting.retention import sweeping
from shared.business_clock import REAL_TIME
from shared.process.tasks import AT_ONCE

KEPT = timedelta(days=400)
DAY = timedelta(days=1)


async def texts(
    pool: Any, *, stated: timedelta, ended: timedelta | None, site: bool = True
) -> int:
    """Sweep one text, stated and its assessment ended so long ago; return how many are left."""
    now: datetime = await pool.fetchval("SELECT now()")
    if site:
        await pool.execute(
            "INSERT INTO sites VALUES ('e-1', 'CRI-2026-000001-K', 'iacp', 'ca-post', $1, $2)",
            now - stated,
            None if ended is None else now - ended,
        )
    await pool.execute(
        "INSERT INTO drafts (cause, engagement_id, stated_at, applied, text)"
        " VALUES ('cri.in.iacp.v1/0/1', 'e-1', $1, true, 'canary')",
        now - stated,
    )
    own = sweeping(drafts=KEPT, clock=REAL_TIME)
    while await own.step(pool) == AT_ONCE:
        pass
    left: int = await pool.fetchval("SELECT count(*) FROM drafts")
    return left


@pytest.mark.parametrize(
    ("stated", "ended", "expected"),
    [
        (KEPT, KEPT, 0),
        (2 * KEPT, KEPT - DAY, 1),
        (2 * KEPT, None, 1),
        (KEPT - DAY, KEPT, 1),
    ],
)
async def test_a_text_stays_as_long_after_it_was_stated_and_after_the_end(
    pool: Any, stated: timedelta, ended: timedelta | None, expected: int
) -> None:
    assert await texts(pool, stated=stated, ended=ended) == expected


async def test_a_text_of_no_assessment_counts_from_when_it_was_stated(pool: Any) -> None:
    assert await texts(pool, stated=KEPT, ended=None, site=False) == 0
