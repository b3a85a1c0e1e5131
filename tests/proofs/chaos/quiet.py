"""Whether the stack is idle: no unread, unsent or held records."""

from collections.abc import Mapping
from typing import Any

import asyncpg
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from tests.proofs.chaos.login import login

_OUTBOX = "SELECT topic, count(*) FROM outbox GROUP BY topic"
_LEFT = "SELECT (SELECT count(*) FROM held) AS held, (SELECT count(*) FROM set_aside) AS set_aside"
_MAILS = """
SELECT count(*)
  FROM mails
 WHERE state = 'sending'
    OR (state IN ('prepared', 'try_later') AND due_at <= now() AND digest_at IS NULL)
"""


async def unrest(stack: Stack, *, but: str = "") -> list[str]:
    """
    Return what is not idle, as text; records on the topic *but* are left out.

    Raises connection errors if a server is down.
    """
    found = await unread(stack, but=but)
    for service in stack.services:
        connection = await asyncpg.connect(stack.dsn(service), timeout=5)
        try:
            for topic, count in await connection.fetch(_OUTBOX):
                found += [] if topic == but else [f"{service}: {count} for {topic} in the outbox"]
            left = await connection.fetchrow(_LEFT)
            assert left is not None
            found += [f"{service}: {name} {count}" for name, count in left.items() if count]
        finally:
            await connection.close()
    return found


async def mails_due(stack: Stack) -> int:
    """
    Return how many mails are to go out now, are being sent, or were when their process died.

    Raises as `unrest` does.
    """
    connection = await asyncpg.connect(stack.dsn("notifications"), timeout=5)
    try:
        return int(await connection.fetchval(_MAILS))
    finally:
        await connection.close()


async def unread(
    stack: Stack, until: Mapping[tuple[str, int], int] | None = None, *, but: str = ""
) -> list[str]:
    """
    Return in words what services have not read, of all or of what stands below *until*.

    Records on the topic *but* are left out. Raises what a server that is away raises.
    """
    found = []
    for service in stack.services:
        connection = await asyncpg.connect(stack.dsn(service), timeout=5)
        try:
            read = await _read(connection)
        finally:
            await connection.close()
        topics = {topic for topic, _ in read} - {but}
        found += [
            f"{service}: {end - read.get(place, 0)} unread on {place[0]}/{place[1]}"
            for place, end in (ends(stack) if until is None else until).items()
            if place[0] in topics and read.get(place, 0) < end
        ]
    return found


async def _read(connection: Any) -> dict[tuple[str, int], int]:
    rows = await connection.fetch("SELECT topic, partition, next_offset FROM checkpoints")
    return {(topic, partition): offset for topic, partition, offset in rows}


def ends(stack: Stack) -> dict[tuple[str, int], int]:
    """Return where each partition ends now."""
    admin = AdminClient(login(stack, ADMIN))
    places = [TopicPartition(t.name, n) for t in stack.topics for n in range(t.partitions)]
    latest: Any = OffsetSpec.latest  # which the library does not annotate
    asked = admin.list_offsets({place: latest() for place in places}, request_timeout=10)
    return {(place.topic, place.partition): f.result().offset for place, f in asked.items()}
