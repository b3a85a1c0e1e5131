"""What runs every few seconds and at each view of a page reads no more rows as more are stored."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncpg import Pool

from deploy.local.stack import Stack
from services.reporting.sites.store import read_site_events
from services.reporting.store import read_release_state
from tests.conftest import Database
from tests.examples.rows_read import filled, rows_read

_SITES = 20
_REQUESTS = """
INSERT INTO requests (tracking_number, accepted_at)
SELECT n, now() - n * interval '1 minute' FROM generate_series(1, 3000) AS n"""
_EVENTS = f"""
INSERT INTO site_events (slug, number, value)
SELECT 'site-' || n % {_SITES}, 1 + n / {_SITES}, '{{}}' FROM generate_series(0, 2999) AS n"""


@pytest.fixture(params=[False, True], ids=["young", "analyzed"])
async def stored(
    request: pytest.FixtureRequest, stack: Stack, database: Database
) -> AsyncIterator["Pool[Any]"]:
    """Thousands of requests, none of them released, and of events about sites."""
    dsn = await database("reporting")
    rows = (_REQUESTS, _EVENTS)
    async with filled(stack, dsn, "reporting", *rows, analyzed=request.param) as pool:
        yield pool


async def test_a_look_for_a_release_reads_the_first_request(stored: "Pool[Any]") -> None:
    async with stored.acquire() as connection:
        before = await rows_read(connection)

        found = await read_release_state(connection)

        assert await rows_read(connection) - before < 10
        assert found.first_at == await connection.fetchval("SELECT min(accepted_at) FROM requests")


async def test_a_page_of_sites_reads_the_events_that_are_new(stored: "Pool[Any]") -> None:
    known = {f"site-{n}": 150 for n in range(_SITES - 1)} | {"site-7": 148}
    async with stored.acquire() as connection:
        before = await rows_read(connection)

        found = await read_site_events(connection, after=known)

        assert await rows_read(connection) - before < 150 + 20 * _SITES
    assert [(each.slug, each.number) for each in found] == [
        *((f"site-{_SITES - 1}", n) for n in range(1, 151)), ("site-7", 149), ("site-7", 150)
    ]  # fmt: skip
