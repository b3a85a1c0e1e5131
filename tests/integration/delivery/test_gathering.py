from typing import Any

import asyncpg
from structlog.testing import capture_logs

from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import KEPT, OTHER, Topics, holds, of_both, until
from tests.integration.delivery.ledger import LedgerReader


async def test_while_what_may_wait_gathers_the_rest_goes_on(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    patient = static.model_copy(update={"batch_wait_ms": 60_000})
    async with of_both(patient, pool, reader, batched_topics=[KEPT]) as running:

        async def reads_everything() -> bool:
            return len(running._positions.expected) == 4

        await until(reads_everything)
        await topics.send(KEPT, "A")
        await until(lambda: holds(pool, "A"))

        await topics.send(KEPT, "B", "C")
        await topics.send(OTHER, "D")

        await until(lambda: holds(pool, "A", "D"))


async def test_what_has_gathered_is_taken_in_at_once(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    patient = static.model_copy(update={"batch_wait_ms": 2000})
    with capture_logs() as logs:
        async with of_both(patient, pool, reader, batched_topics=[KEPT]):
            await topics.send(KEPT, "A")
            await until(lambda: holds(pool, "A"))

            await topics.send(KEPT, "B", "C")

            await until(lambda: holds(pool, "A", "B", "C"))
    batches = [line["records"] for line in logs if line["event"] == "records.taken_in"]
    assert batches == [1, 2]
