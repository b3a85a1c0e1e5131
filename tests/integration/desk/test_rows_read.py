"""A page of the desk reads what it shows, not all that is stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncpg import Pool

from deploy.local.stack import Stack
from services.desk.store import ASSESSED, list_assessed, read_case
from tests.conftest import Database
from tests.examples.rows_read import filled, rows_read

_CASES = f"""
INSERT INTO cases (request_id, tracking_number, agency, program, status)
SELECT n, 'case-' || n, 'Agency', CASE WHEN n % 100 = 0 THEN '{ASSESSED}' ELSE 'cri-tac' END,
       'assigned'
  FROM generate_series(1, 2000) AS n"""
_HAPPENINGS = """
INSERT INTO happenings (request_id, event_id, number, at, type, data)
SELECT request_id, n, n, now(), CASE n WHEN 1 THEN 'engagement_opened' ELSE 'offer_made' END,
       jsonb_build_object('program', program, 'engagement_id', tracking_number || '-E1',
                          'provider', 'iacp')
  FROM cases, generate_series(1, 3) AS n"""
_ITEMS = """
INSERT INTO work_items (item_id, kind, request_id, number, opened_at)
SELECT 'reply:case-' || n || '-E1', 'reply', n, 1, now() - interval '1 day'
  FROM generate_series(1, 2000) AS n"""


@pytest.fixture(params=[False, True], ids=["young", "analyzed"])
async def stored(
    request: pytest.FixtureRequest, stack: Stack, database: Database
) -> AsyncIterator["Pool[Any]"]:
    """Thousands of cases with an open item each; one in a hundred is assessed in public."""
    dsn = await database("desk")
    rows = (_CASES, _HAPPENINGS, _ITEMS)
    async with filled(stack, dsn, "desk", *rows, analyzed=request.param) as pool:
        yield pool


async def test_the_page_of_a_case_reads_its_own_items(stored: "Pool[Any]") -> None:
    async with stored.acquire() as connection:
        before = await rows_read(connection)

        found = await read_case(connection, "case-700", at=datetime.now(UTC))

        assert await rows_read(connection) - before < 20
    assert found is not None
    assert [item.item_id for item in found.items] == ["reply:case-700-E1"]


async def test_the_list_of_assessed_engagements_reads_their_program(stored: "Pool[Any]") -> None:
    async with stored.acquire() as connection:
        before = await rows_read(connection)

        found = await list_assessed(connection, at=datetime.now(UTC))

        assert await rows_read(connection) - before < 20 * 10
    assert len(found) == 20
    assert {each.waiting for each in found} == {1}


async def test_no_assessment_and_no_item_of_a_case_is_left_out(
    stack: Stack, database: Database
) -> None:
    dsn = await database("desk")
    many = _CASES.replace("n % 100 = 0", "n % 2 = 0")
    items = _ITEMS.replace("'reply', n,", "'reply', 700,")
    pool: Pool[Any]
    async with (
        filled(stack, dsn, "desk", many, _HAPPENINGS, items, analyzed=True) as pool,
        pool.acquire() as connection,
    ):
        assessed = await list_assessed(connection, at=datetime.now(UTC))
        case = await read_case(connection, "case-700", at=datetime.now(UTC))

    assert len(assessed) == 1000
    assert case is not None
    assert len(case.items) == 2000
