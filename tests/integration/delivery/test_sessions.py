import asyncio

import asyncpg

from deploy.local.stack import Stack
from shared.process.outages import TRANSIENT


async def test_an_ended_session_is_an_outage_at_whatever_moment_it_is_noticed(
    stack: Stack,
) -> None:
    """Given a session that the server ends, what its next transaction raises is waited out."""
    raised: list[Exception] = []
    other = await asyncpg.connect(stack.postgres.dsn())
    for turns in range(60):
        connection = await asyncpg.connect(stack.postgres.dsn())
        ending = connection.get_server_pid()
        await other.execute("SELECT pg_terminate_backend($1)", ending)
        for _ in range(turns % 20):
            await asyncio.sleep(0)  # one more turn each time: another moment to notice it
        try:
            while True:
                async with connection.transaction():
                    await connection.execute("SELECT 1")
        except Exception as error:
            raised.append(error)
    await other.close()

    assert len(raised) == 60
    assert [error for error in raised if not isinstance(error, TRANSIENT)] == []
