"""Records as rows of the tables that keep them byte for byte: held, parked, dead letters."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.delivery.records import Record
from shared.delivery.relay.outbox import decode_headers, encode_headers


def columns_of(records: Sequence[Record]) -> tuple[list[Any], ...]:
    """Return the arrays for ``topic, partition, offset, key, value, headers, at``."""
    return (
        [record.topic for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [record.key for record in records],
        [record.value for record in records],
        [encode_headers(record.headers) for record in records],
        [record.at for record in records],
    )


def record_of(row: Mapping[str, Any]) -> Record:
    """Return the record that *row* keeps."""
    return Record(
        row["topic"],
        row["partition"],
        row["offset"],
        row["key"],
        row["value"],
        tuple(decode_headers(row["headers"])),
        row["at"],
    )
