"""`continuum retention` on real databases, as the operator: it shows, and has services erase."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg

from continuum import retention
from continuum.access import Access
from deploy.local.stack import Stack
from services.desk import retention as of_desk
from services.reporting.retention import sweeping
from services.webdesk import retention as of_webdesk
from shared.business_clock import REAL_TIME
from shared.contracts.services import SERVICES
from shared.retention.sweeper import Sweeper
from tests.conftest import Database
from tests.examples.retention import sweep
from tests.integration.continuum.test_continuum import access_to

KEPT = timedelta(days=400)


@asynccontextmanager
async def running(pool: Any, own: Sweeper) -> AsyncIterator[None]:
    """Let the service sweep what is due, as soon as it is."""

    async def run() -> None:
        while True:
            await own.step(pool)
            await asyncio.sleep(0.05)  # the service looks every 30 seconds: too long for a test

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()


async def test_what_would_go_is_shown_and_goes_when_it_is_asked_for(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, *SERVICES)
    async with asyncpg.create_pool(access.owners["reporting"], min_size=1, max_size=2) as pool:
        own = sweeping(drafts=KEPT, clock=REAL_TIME)
        await sweep(pool, own)
        await pool.execute(
            "INSERT INTO drafts (cause, engagement_id, stated_at, text)"
            " SELECT 'cri.in.iacp.v1/0/' || n, 'e-1', now() - $1::interval, 'canary'"
            " FROM generate_series(1, 3) AS n",
            KEPT,
        )

        lines = [line.split() for line in await retention.show(access)]

        (row,) = (
            line for line in lines if line[:4] == ["reporting", "texts", "of", "assessments"]
        )
        assert "CONTINUUM_TEXTS_KEPT_DAYS" in row
        assert row[row.index("CONTINUUM_TEXTS_KEPT_DAYS") + 1] == "3"
        assert "canary" not in str(lines)

        async with running(pool, own):
            after, is_done = await retention.apply(access, by="ann", why="a test", wait=30)

        assert is_done
        assert after[-1] == "Carried out."
        assert await pool.fetchval("SELECT count(*) FROM drafts") == 0
        (asked,) = await pool.fetch("SELECT by, why, session_role FROM retention_orders")
        assert tuple(asked) == ("ann", "a test", "operator")


async def test_a_service_that_does_not_run_is_named(stack: Stack, database: Database) -> None:
    access = await access_to(stack, database, *SERVICES)
    async with asyncpg.create_pool(access.owners["reporting"], min_size=1, max_size=2) as pool:
        await sweep(pool, sweeping(drafts=KEPT, clock=REAL_TIME))

    lines, is_done = await retention.apply(access, by="ann", why="a test", wait=0)

    assert not is_done
    assert lines[-1] == "Ordered. Not carried out yet by reporting: is it running?"


async def test_what_has_a_fixed_time_is_shown_and_no_order_waits_for_it(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, *SERVICES, "webdesk")
    async with asyncpg.create_pool(access.owners["webdesk"], min_size=1, max_size=2) as pool:
        own = of_webdesk.sweeping(drafts=timedelta(days=30))
        await sweep(pool, own)
        await pool.execute(
            "INSERT INTO starts (client_hash, network_hash, started_at)"
            " SELECT '', '', now() - make_interval(hours => n) FROM generate_series(23, 24) AS n"
        )

        (starts,) = await shown(access, "hashes of who began drafts")
        async with running(pool, own):
            _, is_done = await retention.apply(access, by="ann", why="a test", wait=30)

    assert (starts[2:5], starts[6:]) == (["1 day", "fixed", "2"], ["1", "0", "by itself"])
    assert is_done


async def test_sessions_of_staff_are_shown_until_they_end(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, *SERVICES, "desk")
    async with asyncpg.create_pool(access.owners["desk"], min_size=1, max_size=2) as pool:
        await sweep(pool, of_desk.sweeping(case_files=timedelta(minutes=15)))
        await pool.execute(
            "INSERT INTO sessions (id_hash, issuer, subject, ends_at)"
            " SELECT decode('0' || n, 'hex'), 'i', 's', now() + make_interval(hours => n)"
            " FROM generate_series(0, 1) AS n"
        )

    (sessions,) = await shown(access, "sessions of staff")

    assert (sessions[2:5], sessions[6:]) == (["12 hours", "fixed", "2"], ["1", "0", "by itself"])


async def shown(access: Access, what: str) -> list[list[str]]:
    """Return the cells of the lines about *what*."""
    lines = [re.split(r"  +", line.strip()) for line in await retention.show(access)]
    return [line for line in lines if what in line]
