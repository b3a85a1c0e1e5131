"""A stage on the run's Postgres, on which examples are played."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.conftest import Database
from tests.proofs.door.examples import Examples
from tests.proofs.door.stage import Stage

OpenStage = Callable[[Examples], Awaitable[Stage]]


@pytest.fixture
async def open_stage(database: Database, postgres_admin_dsn: str) -> AsyncIterator[OpenStage]:
    """Give a function that opens the stage of some examples, which closes at the end."""
    async with AsyncExitStack() as opened:

        async def open_it(examples: Examples) -> Stage:
            stage = await Stage.open(database, examples, admin_dsn=postgres_admin_dsn)
            opened.push_async_callback(stage.close)
            return stage

        yield open_it
