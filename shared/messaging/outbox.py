"""Messages waiting in Postgres until the relay has handed them to Kafka."""

from collections.abc import Collection
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.contracts.event import Event
from shared.messaging.records import Outgoing


def outgoing(topic: str, event: Event, *, key: str) -> Outgoing:
    """Return *event* as a message for *topic*, keyed by *key*."""
    return Outgoing(event.id, topic, key.encode(), event.encode())


async def append(connection: "PoolConnectionProxy[Any]", messages: Collection[Outgoing]) -> None:
    """
    Append *messages* in their order, in the caller's transaction.

    Two messages with one id are a bug (ids are derived), so the unique key is not softened.
    """
    if messages:
        await connection.copy_records_to_table(
            "outbox",
            columns=("event_id", "topic", "key", "value", "headers"),
            records=[
                (
                    m.event_id,
                    m.topic,
                    m.key,
                    m.value,
                    encode_headers(m.headers) if m.headers else b"",
                )
                for m in messages
            ],
        )


def encode_headers(headers: tuple[tuple[str, bytes], ...]) -> bytes:
    """Return headers as length-prefixed bytes; empty for none."""
    parts = [part for name, value in headers for part in (name.encode(), value)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def decode_headers(data: bytes) -> list[tuple[str, bytes]]:
    """Return the headers that `encode_headers` stored."""
    parts: list[bytes] = []
    while data:
        length = int.from_bytes(data[:4], "big")
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    return [(name.decode(), value) for name, value in zip(parts[::2], parts[1::2], strict=True)]
