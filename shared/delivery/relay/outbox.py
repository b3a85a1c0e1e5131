"""The outbox: messages that wait in Postgres until the relay has sent them to Kafka."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.contracts.envelope import Summary, summary, summary_of
from shared.contracts.event import Event
from shared.delivery.records import Outgoing
from shared.postgres import copying

COLUMNS = ("event_id", "topic", "key", "value", "headers", *Summary._fields)
DEAD_LETTERS = "cri.dlq."
_NULL = b"\xff\xff\xff\xff"
"""Takes the place of the length if a header's value is null."""


def outgoing(topic: str, event: Event, *, key: str) -> Outgoing:
    """Return *event* as a message for *topic*, keyed by *key*."""
    return Outgoing(event.id, topic, key.encode(), event.encode(), summary=summary_of(event))


async def append(connection: "PoolConnectionProxy[Any]", messages: Collection[Outgoing]) -> None:
    """
    Append *messages* in their order, in the caller's transaction.

    Ids are derived, so two messages with one id are a bug: the unique key raises.
    """
    if messages:
        rows = [_row(message) for message in messages]
        await copying.copy_rows(connection, "outbox", columns=COLUMNS, rows=rows)


async def rows_or_copy(
    connection: "PoolConnectionProxy[Any]", messages: Collection[Outgoing]
) -> Sequence[Sequence[Any]]:
    """Return *messages* as ``outbox_row[]`` for the caller's statement; append them if many."""
    rows = [_row(message) for message in messages]
    return await copying.rows_or_copy(connection, "outbox", columns=COLUMNS, rows=rows)


def _row(message: Outgoing) -> tuple[Any, ...]:
    headers = encode_headers(message.headers) if message.headers else b""
    return message.event_id, message.topic, message.key, message.value, headers, *message.summary


def read_summary(row: Mapping[str, Any]) -> Summary:
    """
    Return the summary in the columns of *row*.

    A process of 0.2.0 leaves them empty; then the message's JSON is read. Needed only while such
    processes may run beside this release.
    """
    kind = row["type"]
    if kind is not None:
        return Summary(kind, row["subject"], row["correlation"], row["cause"], row["inreplyto"])
    if row["topic"].startswith(DEAD_LETTERS):
        return Summary()
    try:
        found = json.loads(row["value"] or b"")
    except ValueError:
        return Summary()
    return summary(found) if isinstance(found, dict) else Summary()


def encode_headers(headers: tuple[tuple[str, bytes | None], ...]) -> bytes:
    """Return headers as length-prefixed bytes; null and empty values differ."""
    parts = [part for name, value in headers for part in (name.encode(), value)]
    return b"".join(
        _NULL if part is None else len(part).to_bytes(4, "big") + part for part in parts
    )


def decode_headers(data: bytes) -> list[tuple[str, bytes | None]]:
    """Return the headers that `encode_headers` stored."""
    parts: list[bytes | None] = []
    while data:
        prefix, data = data[:4], data[4:]
        length = 0 if prefix == _NULL else int.from_bytes(prefix, "big")
        parts.append(None if prefix == _NULL else data[:length])
        data = data[length:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [((name or b"").decode(), value) for name, value in pairs]
