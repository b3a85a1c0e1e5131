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


@pytest.mark.parametrize("name", ["is_order_open", "lock_order"])
async def test_a_look_for_orders_reads_open_ones(settled: "Pool[Any]", name: str) -> None:
    assert await rows_read_by(settled, _SQL[name]) < 10


async def test_metrics_read_dead_letters_without_an_answer(settled: "Pool[Any]") -> None:
    assert await rows_read_by(settled, _SQL["read_gauges"]) < 10
    assert await settled.fetchval(_SQL["is_order_open"])
    found = await settled.fetchrow(_SQL["read_gauges"])
    assert found is not None
    assert found["dead"] == 2
