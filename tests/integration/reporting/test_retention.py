"""Texts of assessments go long after the assessment has ended, and stay while it goes on."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.reporting.assessments.site import Person
from services.reporting.publication import store
from services.reporting.publication.report import Correction, Draft, Publication, Published, Report
from services.reporting.retention import sweeping
from shared.business_clock import REAL_TIME
from shared.contracts.published_reports import ReportBody, SiteFacts
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


SITE = SiteFacts(
    slug="north-miami-fl", engagement_id="e-1", agency="North Miami", state="US-FL",
    provider="iacp", status="active", opened_on=date(2026, 1, 5),
)  # fmt: skip
BODY = ReportBody(
    slug=SITE.slug, report_id="r", version=1, kind="initial", title="canary", as_of=SITE.opened_on,
    summary="canary",
)  # fmt: skip
NOBODY = Person("program-office", None)


async def swept(pool: Any, report: Report, *, ended: timedelta | None) -> Report:
    """Sweep one report, whose assessment ended so long ago; return what is left of it."""
    now: datetime = await pool.fetchval("SELECT now()")
    await pool.execute(
        "INSERT INTO sites VALUES ('e-1', 'CRI-2026-000001-K', 'iacp', 'ca-post', $1, $2)",
        now - 3 * KEPT,
        None if ended is None else now - ended,
    )
    async with pool.acquire() as connection:
        await store.save_publications(connection, [Publication(site=SITE)])
        await store.save_drafted_reports(connection, [("e-1", report)])
    own = sweeping(drafts=KEPT, clock=REAL_TIME)
    while await own.step(pool) == AT_ONCE:
        pass
    async with pool.acquire() as connection, connection.transaction():
        return (await store.lock_publications(connection, ["e-1"]))["e-1"].reports["r"]


def drafted(now: datetime, **more: Any) -> Report:
    draft = Draft(version=1, hash="a", body=BODY, due_at=now - 2 * KEPT, **more)
    return Report(report_id="r", draft=draft, drafters=[NOBODY])


@pytest.mark.parametrize(("ended", "is_kept"), [(KEPT, False), (KEPT - DAY, True), (None, True)])
async def test_a_draft_of_a_report_stays_as_long_as_the_texts_of_its_assessment(
    pool: Any, ended: timedelta | None, is_kept: bool
) -> None:
    report = drafted(await pool.fetchval("SELECT now()"))

    left = await swept(pool, report, ended=ended)

    assert left == (report if is_kept else report.without_drafts())
    assert ("canary" in left.encode().decode()) == is_kept
    assert left.draft.version == 1


async def test_what_was_published_stays_and_an_unapproved_correction_goes(pool: Any) -> None:
    now: datetime = await pool.fetchval("SELECT now()")
    approved, other = (
        Correction(number=number, item="title", before="a", after="b", why="c", by=NOBODY,
                   is_approved=number == 1)
        for number in (1, 2)
    )  # fmt: skip
    report = drafted(now, state="published").model_copy(
        update={
            "published": Published(version=1, hash="a", body=BODY, at=now - 2 * KEPT),
            "corrections": [approved, other],
        }
    )

    left = await swept(pool, report, ended=KEPT)

    assert left.draft == report.draft
    assert left.published == report.published
    erased = other.model_copy(update={"before": "", "after": "", "why": ""})
    assert left.corrections == [approved, erased]
