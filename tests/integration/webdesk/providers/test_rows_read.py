"""A page of one thing reads what its provider did about that, not all that it ever did."""

from typing import Any

import pytest
from asyncpg import Pool

from deploy.local.stack import Stack
from services.webdesk.provider_store import read_acts_about
from tests.conftest import Database
from tests.examples.rows_read import filled, rows_read

_ACTS = """
INSERT INTO provider_acts (message_id, provider, actor, kind, about, said, sent_at)
SELECT n, 'iacp', 'contact', 'accept', 'offer-' || n % 500, '{}', now() - n * interval '1 minute'
  FROM generate_series(1, 3000) AS n"""


@pytest.mark.parametrize("analyzed", [False, True], ids=["young", "analyzed"])
async def test_a_page_reads_the_acts_about_its_offer(
    stack: Stack, database: Database, analyzed: bool
) -> None:
    dsn = await database("webdesk")
    pool: Pool[Any]
    async with (
        filled(stack, dsn, "webdesk", _ACTS, analyzed=analyzed) as pool,
        pool.acquire() as connection,
    ):
        before = await rows_read(connection)

        found = await read_acts_about(connection, "offer-7", provider="iacp")

        assert await rows_read(connection) - before < 20
    assert [each.message_id for each in found] == ["7", "507", "1007", "1507", "2007", "2507"]
