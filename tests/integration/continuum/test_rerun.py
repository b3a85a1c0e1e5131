"""A published month is computed again from the log: to the same hash, whatever came later."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from continuum.access import NotPossible
from continuum.figures import rerun
from deploy.local.stack import Stack
from services.reporting.handlers import ReportingReader
from tests.conftest import Database
from tests.integration.continuum.conftest import Rebuilt, rebuilt
from tests.integration.reporting.releasing import DUE, process, references, stream


@pytest.fixture
async def reporting(stack: Stack, database: Database) -> AsyncIterator[Rebuilt]:
    """Thirty requests of March, and one of which an event cannot be read."""
    async with rebuilt(stack, await database("reporting"), "reporting", ReportingReader()) as made:
        events = [event for number in range(1, 31) for event in stream(number).events]
        await made.take_in([*references(), *events])
        accepted, (topic, triaged), offered = stream(31).events
        broken = triaged.encode().replace(b'"decision":{', b'"decision":7,"was":{', 1)
        await made.take_in([accepted, (topic, broken), offered])
        await process(DUE).publish_due(made.pool)
        yield made


async def again(reporting: Rebuilt, month: str = "2026-03") -> tuple[list[str], bool]:
    return await rerun(reporting.access, reporting.log, month, say=print)


async def test_e82_a_rerun_comes_to_the_same_hash_twice(reporting: Rebuilt) -> None:
    first, equal = await again(reporting)
    second, still_equal = await again(reporting)

    sha256 = await reporting.pool.fetchval("SELECT sha256 FROM releases")
    assert equal, first
    assert still_equal
    assert first == second
    assert first[1] == f"  published: sha256 {sha256}"
    assert await reporting.pool.fetchval("SELECT to_regnamespace('rebuild') IS NULL")


async def test_e82_what_came_after_the_release_changes_no_rerun(reporting: Rebuilt) -> None:
    """Late events of March, and a row that somebody changed."""
    await reporting.take_in([e for number in range(40, 60) for e in stream(number).events])
    await reporting.pool.execute("UPDATE requests SET us_state = 'US-NY'")

    lines, equal = await again(reporting)

    assert equal, lines


async def test_e82_a_corrected_month_is_rerun_as_it_was_first_and_as_it_is_now(
    reporting: Rebuilt,
) -> None:
    await reporting.take_in([e for number in range(40, 60) for e in stream(number).events])
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(reporting.pool)

    lines, equal = await again(reporting)

    sha256 = await reporting.pool.fetchval("SELECT sha256 FROM releases ORDER BY month")
    later = await reporting.pool.fetchval("SELECT body ->> 'sha256' FROM corrections LIMIT 1")
    assert equal, lines
    assert sha256 != later
    assert [line.split()[2] for line in lines if line.startswith("  published: ")] == [
        sha256,
        later,
    ]


async def test_a_correction_that_the_log_does_not_give_is_named(reporting: Rebuilt) -> None:
    """Somebody changes a row before the next release counts March again."""
    await reporting.take_in(stream(40).events)
    await reporting.pool.execute("UPDATE requests SET us_state = 'US-NY'")
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(reporting.pool)

    lines, equal = await again(reporting)

    assert not equal
    assert "  requests, us_state, US-NY, count: 30 (New York) → 10 or fewer (New York)" in lines


async def test_what_a_rebuild_replaces_corrects_the_months_with_the_next_release(
    reporting: Rebuilt,
) -> None:
    """Somebody has changed a row before March was released, and an operator repairs the table."""
    april = datetime(2026, 4, 9, tzinfo=UTC)
    for number in range(60, 80):
        await reporting.take_in(stream(number, april).events)
    await reporting.pool.execute("UPDATE requests SET us_state = 'US-NY'")
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(reporting.pool)
    await reporting.pool.execute("DELETE FROM late_times")
    await reporting.rebuild(yes=True)
    await process(datetime(2026, 6, 20, tzinfo=UTC)).publish_due(reporting.pool)

    lines, equal = await again(reporting, "2026-04")

    causes = await reporting.pool.fetch(
        "SELECT DISTINCT body ->> 'because' AS because FROM corrections"
        " WHERE body ->> 'corrected_with' = '2026-05'"
    )
    assert [row["because"] for row in causes] == ["rebuilt"]
    assert not equal  # the first release never was what the log says
    assert lines[-1] == "equal"


async def test_a_release_that_the_log_does_not_give_is_named(reporting: Rebuilt) -> None:
    """Somebody changes a row, and April is released."""
    april = datetime(2026, 4, 9, tzinfo=UTC)
    for number in range(60, 80):
        await reporting.take_in(stream(number, april).events)
    await reporting.pool.execute("UPDATE requests SET us_state = 'US-NY'")
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(reporting.pool)

    lines, equal = await again(reporting, "2026-04")

    assert not equal
    assert "  requests, us_state, US-NY, count: 20 (New York) → 10 or fewer (New York)" in lines
    assert (
        "  requests, us_state, US-CA, count: 10 or fewer (California) → 20 (California)" in lines
    )
    assert lines[-1].startswith("DIFFERENT")


async def test_a_month_that_is_not_published_cannot_be_rerun(reporting: Rebuilt) -> None:
    with pytest.raises(NotPossible, match="2026-04 is not published"):
        await again(reporting, "2026-04")
