"""All services are down for a week while participants submit: they work off the backlog."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
from confluent_kafka import Consumer, TopicPartition

from deploy.stack.proxy_routes import POSTGRES
from shared.contracts import intake
from shared.contracts.services import SERVICES
from tests.proofs.chaos.clocks import KAFKA
from tests.proofs.chaos.login import login
from tests.proofs.scenarios.scenario import ScenarioContext

COUNT = 50_000
_WEEK = timedelta(days=7)
_LIVES_SECONDS = 8.0
_LEAST_A_SECOND = 20
"""Far below what one process of each service takes in: below this, something is wrong."""


def run(context: ScenarioContext) -> list[str]:
    """
    Let services end, 50,000 submissions arrive, a week pass; then let the services come back.

    By the clocks of Postgres, Kafka and all services; submissions keep the times of their arrival.

    Return what was not answered, decided twice, or set aside.
    """
    count, clocks = context.sizes.count or COUNT, context.rig.clocks
    assert clocks is not None
    context.rig.hold(_LIVES_SECONDS)
    # Offers lapse after 20 s here; eleven providers could never answer so many in that time.
    context.say("the providers can take on a few more requests, and no more")
    context.ask("scarce")
    for service in SERVICES:
        context.rig.dismiss((service, 0))
    context.say(f"no service runs, and {count} submissions arrive")
    first = context.ask("how").submitted
    context.ask("hurry")
    while context.ask("how").submitted < first + count:
        context.rig.hold(0.5)
    context.ask("stop")
    context.say("a week passes, and the services come back")
    for each in (*SERVICES, POSTGRES, KAFKA):
        clocks.step(each, int(_WEEK.total_seconds()))
    wrong = asyncio.run(_clock_of_postgres(context))
    for service in SERVICES:
        context.rig.wanted[service, 0] = {}
    began = time.monotonic()
    wrong += context.rest(within=180 + count / _LEAST_A_SECOND)
    seconds = time.monotonic() - began
    wrong += context.ask("end").problems
    wrong += context.rig.ended
    wrong += _clock_of_kafka(context)
    wrong += context.violations()
    print(f"backlog: {count} submissions, at rest after {seconds:.0f} s", flush=True)
    return wrong


async def _clock_of_postgres(context: ScenarioContext) -> list[str]:
    """Wait until Postgres is a week ahead; return a sentence if it never is."""
    connection = await asyncpg.connect(context.stack.postgres.dsn())
    try:
        for _ in range(50):
            ahead = await connection.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)
            if ahead > _WEEK - timedelta(minutes=1):
                return []
            await asyncio.sleep(0.1)  # the library looks at its file once a second
    finally:
        await connection.close()
    return [f"Postgres is {ahead} ahead, not {_WEEK}"]


def _clock_of_kafka(context: ScenarioContext) -> list[str]:
    """Return a sentence if Kafka did not give what intake wrote last a time a week ahead."""
    consumer = Consumer({**login(context.stack, "intake"), "group.id": "intake.backlog"})
    try:
        partition = TopicPartition(intake.TOPIC, 0)
        _, end = consumer.get_watermark_offsets(partition, timeout=10)
        partition.offset = end - 1
        consumer.assign([partition])
        record = consumer.poll(10)
        assert record is not None, "Kafka gave nothing within 10 s"
        assert record.error() is None, record.error()
        ahead = record.timestamp()[1] / 1000 - time.time()
    finally:
        consumer.close()
    if ahead > (_WEEK - timedelta(hours=1)).total_seconds():
        return []
    return [f"Kafka is {ahead:.0f} s ahead, not {_WEEK}"]
