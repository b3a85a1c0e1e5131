from typing import Any

import asyncpg
import pytest

from shared.postgres.copying import copy_rows
from tests.integration.delivery.ledger import ledger


@pytest.mark.parametrize("value", ["\ud800", "a\0b", 7])
async def test_a_value_that_cannot_be_copied_is_refused_data(
    pool: "asyncpg.Pool[Any]", value: object
) -> None:
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.DataError):
            await copy_rows(connection, "ledger", columns=["entry"], rows=[("fine",), (value,)])

        await copy_rows(connection, "ledger", columns=["entry"], rows=[("after",)])

    assert await ledger(pool) == ["after"]
