"""Writes heartbeats: the numbers of the last and the oldest message of each participant."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from asyncpg import Pool

from services.notifications import store
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts import envelope
from shared.contracts.event import derived_id
from shared.contracts.outbound import SOURCE, TYPES, Heartbeat
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox


async def write_heartbeats(
    pool: "Pool[Any]",
    *,
    seconds: int,
    oldest: Mapping[str, int] | None = None,
    clock: BusinessClock = REAL_TIME,
) -> int:
    """
    Append one heartbeat for each participant unless the last ones are fresh; return how many.

    A heartbeat takes no number. Messages numbered above its head may be published before it; the
    message that its head names never comes after it, because that was committed earlier.
    *oldest* maps each topic to the first number that it still holds.
    """
    async with pool.acquire() as connection, connection.transaction():
        at = await store.claim_heartbeat(connection, seconds=seconds)
        if at is None:
            return 0
        heads = await store.read_heads(connection)
        messages = heartbeats(heads, at=clock.at(at), oldest=oldest or {})
        await outbox.append(connection, messages)
        return len(messages)


def heartbeats(
    heads: Iterable[tuple[str, str, int]], *, at: datetime, oldest: Mapping[str, int]
) -> list[Outgoing]:
    """Return the heartbeat of each (topic, participant, head)."""
    kind = TYPES["heartbeat"]
    messages = []
    for topic, participant, head in heads:
        identifier = derived_id(at.isoformat(), kind, participant)
        about = envelope.attributes(
            kind=kind,
            source=SOURCE,
            subject=participant,
            at=at,
            cause=identifier,
            correlation=identifier,
            identity=identifier,
            classification="confidential",
        )
        value = envelope.write(about, Heartbeat(head=head, first=oldest.get(topic)).encode())
        summary = envelope.summary(about)
        messages.append(Outgoing(identifier, topic, participant.encode(), value, summary=summary))
    return messages
