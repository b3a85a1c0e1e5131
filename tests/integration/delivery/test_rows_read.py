"""What every process looks for each second, or for its metrics, reads nothing that is settled."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncpg import Pool

from deploy.local.stack import Stack
from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples.rows_read import filled, rows_read_by

_SQL = load_statements("shared.delivery")
_SETTLED = (
    """
INSERT INTO operations (action, topic, partition, "offset", by, why)
SELECT 'replay', 'cri.int.intake.v1', 0, n, 'someone', 'repaired'
  FROM generate_series(1, 3000) AS n""",
    """
INSERT INTO operation_outcomes (operation, outcome)
SELECT id, 'released' FROM operations WHERE "offset" NOT IN (7, 2000)""",
    """
INSERT INTO dead_letters (topic, partition, "offset", key, value, headers, at, reason, error,
                          failed_at, answered)
SELECT 'cri.in.agency.v1', 0, n, '', '', '', now(), 'failed', '', now(), n > 2
  FROM generate_series(1, 3000) AS n""",
)


@pytest.fixture(params=[False, True], ids=["young", "analyzed"])
async def settled(
    request: pytest.FixtureRequest, stack: Stack, database: Database
) -> AsyncIterator["Pool[Any]"]:
    """Thousands of orders, of which two are open, and of dead letters, two without an answer."""
    dsn = await database("routing")
    async with filled(stack, dsn, "routing", *_SETTLED, analyzed=request.param) as pool:
        yield pool


@pytest.mark.parametrize("name", ["is_work_open", "lock_order"])
async def test_a_look_for_orders_reads_open_ones(settled: "Pool[Any]", name: str) -> None:
    assert await rows_read_by(settled, _SQL[name]) < 10


async def test_metrics_read_dead_letters_without_an_answer(settled: "Pool[Any]") -> None:
    assert await rows_read_by(settled, _SQL["read_gauges"]) < 10
    assert await settled.fetchval(_SQL["is_work_open"])
    found = await settled.fetchrow(_SQL["read_gauges"])
    assert found is not None
    assert found["dead"] == 2


_HELD = (
    """
INSERT INTO gates (topic, subject, last)
VALUES ('cri.int.reference.v1', 'catalog', 0), ('cri.int.intake.v1', 'S7', 0)""",
    """
INSERT INTO held (for_topic, for_subject, for_number, topic, partition, "offset", key, value,
                  headers, at)
SELECT 'cri.int.reference.v1', 'catalog', 1, 'cri.int.intake.v1', 0, n, '', '', '', now()
  FROM generate_series(1, 3000) AS n""",
    """
INSERT INTO held (for_topic, for_subject, for_number, topic, partition, "offset", key, value,
                  headers, at)
SELECT 'cri.int.intake.v1', 'S' || n, 1, 'cri.int.routing.v1', 0, n, '', '', '', now()
  FROM generate_series(1, 3000) AS n""",
)


@pytest.fixture(params=[False, True], ids=["young", "analyzed"])
async def waiting(
    request: pytest.FixtureRequest, stack: Stack, database: Database
) -> AsyncIterator["Pool[Any]"]:
    """Thousands of held records: half of them wait for one event."""
    dsn = await database("routing")
    async with filled(stack, dsn, "routing", *_HELD, analyzed=request.param) as pool:
        yield pool


async def test_a_round_reads_the_held_records_that_it_releases(waiting: "Pool[Any]") -> None:
    one = ("cri.int.intake.v1", "S7", 0, 1)
    many = ("cri.int.reference.v1", "catalog", 0, 1)

    few = await rows_read_by(waiting, _SQL["settle_round"], [], [], [one], [])
    first = await rows_read_by(waiting, _SQL["settle_round"], [], [], [one, many], [])

    assert few < 30
    assert first < 3000


async def test_a_look_for_records_left_over_reads_no_held_ones(waiting: "Pool[Any]") -> None:
    assert await rows_read_by(waiting, _SQL["is_work_open"]) < 10
    assert await rows_read_by(waiting, _SQL["is_left_over"]) < 10


async def test_a_step_through_records_left_over_reads_those_that_it_takes_in(
    waiting: "Pool[Any]",
) -> None:
    await waiting.execute("UPDATE gates SET last = 1")
    await waiting.execute("INSERT INTO left_over SELECT topic, subject FROM gates")

    assert await rows_read_by(waiting, _SQL["release_left_over"], 500) < 3000
