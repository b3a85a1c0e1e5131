"""Kafka's record batches (magic 2) byte by byte, also such as no client library would send."""

import gzip
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.record.util import calc_crc32c, encode_varint

GZIP, ZSTD, TRANSACTIONAL, CONTROL = 1, 4, 0x10, 0x20


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record whose header keys are bytes."""

    value: bytes | None
    key: bytes | None = None
    headers: Sequence[tuple[bytes, bytes | None]] = ()


def batch(
    records: Sequence[RawRecord],
    *,
    attributes: int = 0,
    count: int | None = None,
    last_delta: int | None = None,
    crc: int | None = None,
    magic: int = 2,
    base_offset: int = 0,
    body: bytes | None = None,
) -> bytes:
    """Return the batch; every part may be said otherwise than it is."""
    now = int(time.time() * 1000)
    packed = b"".join(_record(record, place) for place, record in enumerate(records))
    if attributes & 7 == GZIP and body is None:
        packed = gzip.compress(packed)
    number = len(records) if count is None else count
    delta = len(records) - 1 if last_delta is None else last_delta
    checked = struct.pack(">hiqqqhii", attributes, delta, now, now, -1, -1, -1, number)
    checked += packed if body is None else body
    total = calc_crc32c(checked) if crc is None else crc
    head = struct.pack(">ibI", 0, magic, total)
    return struct.pack(">qi", base_offset, len(head) + len(checked)) + head + checked


def varint(number: int) -> bytes:
    """Return a number as records hold it."""
    written = bytearray()
    encode_varint(number, written.append)
    return bytes(written)


def _record(record: RawRecord, place: int) -> bytes:
    content = b"\0" + varint(0) + varint(place) + _bytes(record.key) + _bytes(record.value)
    content += varint(len(record.headers))
    for name, value in record.headers:
        content += _bytes(name) + _bytes(value)
    return varint(len(content)) + content


def _bytes(content: bytes | None) -> bytes:
    return varint(-1) if content is None else varint(len(content)) + content
