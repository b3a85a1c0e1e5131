"""
What a user of the tutorials would write: one handler call and one transaction per message.

It publishes inside the handler and acknowledges by default (at most once: a crash loses
messages). Each process runs the stage that SVC names. Only connection security differs from the
tutorials; logs are on.
"""

import os
from datetime import UTC, datetime
from typing import Any

import asyncpg
import uvloop
from faststream import Context, ContextRepo, FastStream
from faststream.kafka import KafkaBroker
from faststream.security import SASLScram512

from benchmarks.peer.model import Accepted, Routed, Submit

broker = KafkaBroker(
    os.environ["KAFKA"],
    security=SASLScram512(os.environ["KAFKA_USER"], os.environ["KAFKA_PASSWORD"], use_ssl=False),
)
app = FastStream(broker)
NAME = os.environ["SVC"]
FROM_CONTEXT = Context()


@app.on_startup
async def start(context: ContextRepo) -> None:
    pool = await asyncpg.create_pool(os.environ["PG"], min_size=2, max_size=8)
    context.set_global("pool", pool)
    async with pool.acquire() as connection:
        await connection.execute(
            f"create schema if not exists t_{NAME};"
            f"create table if not exists t_{NAME}.row"
            "(request_id uuid primary key, body jsonb, at timestamptz);"
        )


def now() -> datetime:
    return datetime.now(UTC)


async def keep(pool: Any, message: Submit | Accepted | Routed) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            f"insert into t_{NAME}.row values($1,$2,$3) on conflict do nothing",
            message.request_id,
            message.model_dump_json(),
            now(),
        )


if NAME == "intake":

    @broker.subscriber("t.in", group_id="t-intake", auto_offset_reset="earliest")
    @broker.publisher("t.requests")
    async def intake(message: Submit, pool: Any = FROM_CONTEXT) -> Accepted:
        await keep(pool, message)
        return Accepted(
            request_id=message.request_id,
            tracking=f"CRI-{message.request_id.hex[:8]}",
            accepted_at=now(),
            agency=message.agency,
            topics=message.topics,
            services=message.services,
        )


if NAME == "routing":

    @broker.subscriber("t.requests", group_id="t-routing", auto_offset_reset="earliest")
    @broker.publisher("t.routed")
    async def routing(message: Accepted, pool: Any = FROM_CONTEXT) -> Routed:
        await keep(pool, message)
        return Routed(
            request_id=message.request_id, program="cri-tac", provider="p1", routed_at=now()
        )


if NAME == "notifications":

    @broker.subscriber("t.routed", group_id="t-notif", auto_offset_reset="earliest")
    @broker.publisher("t.out")
    async def notifications(message: Routed, pool: Any = FROM_CONTEXT) -> Routed:
        await keep(pool, message)
        return message


if NAME == "reporting":

    @broker.subscriber("t.routed", group_id="t-report", auto_offset_reset="earliest")
    async def reporting(message: Routed, pool: Any = FROM_CONTEXT) -> None:
        await keep(pool, message)


if __name__ == "__main__":
    uvloop.run(app.run())  # as `faststream run` does where uvloop is installed
