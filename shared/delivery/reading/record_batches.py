"""
Record batches as Kafka stores them (magic 2): found, checked and unpacked within bounds.

aiokafka's own batch class parses most records. It decompresses without a limit, so batches are
decompressed here first. It fails at a header key that is not UTF-8 and builds any number of
headers, so such batches are left to the slower parser below.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.util import decode_varint

from shared.delivery.reading.codecs import TooLarge, Undecodable, unpack
from shared.delivery.records import Record

MOST_UNPACKED = 16 * 1024 * 1024
"""Eight times the largest record that a topic takes; unpacking it takes less than 0.1 s."""
_LENGTH, _MAGIC, _ATTRIBUTES, _LAST_DELTA = 8, 16, 21, 23
_FIRST_TIMESTAMP, _MAX_TIMESTAMP, _COUNT, _RECORDS = 27, 35, 57, 61
_BEFORE_LENGTH = 12
_CODEC, _LOG_APPEND_TIME = 0x07, 0x08
_MOST_HEADERS = 1_000
_LADEN_BYTES = 16_384
_HEAD = struct.Struct(">qi")
_LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999
Plain = bytearray | memoryview


class Unreadable(Exception):
    """
    A batch, or the rest of it, that cannot be unpacked.

    ``reason`` is ``corrupt``, ``codec`` or ``too_large``; ``error`` says what was found.
    """

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(f"{reason}: {error}")
        self.reason = reason
        self.error = error


class Batch(NamedTuple):
    """The bytes of a batch, which holds the offsets below *until*."""

    until: int
    data: memoryview


def split(data: bytes, position: int) -> list[Batch]:
    """
    Return the whole batches of a fetch that asked for *position*; the last may be cut off.

    Raises `Unreadable` if their heads make no sense.
    """
    batches: list[Batch] = []
    view = memoryview(data)
    at, end = 0, len(data)
    while end - at >= _RECORDS:
        first, length = _HEAD.unpack_from(data, at)
        after = at + _BEFORE_LENGTH + length
        if data[at + _MAGIC] != 2 or length < _RECORDS - _BEFORE_LENGTH:
            raise Unreadable("corrupt", "head of a batch")
        if after > end:
            break
        (last_delta,) = struct.unpack_from(">i", data, at + _LAST_DELTA)
        until = first + last_delta + 1
        if last_delta < 0 or until <= position:
            raise Unreadable("corrupt", "offsets of a batch")
        batches.append(Batch(until, view[at:after]))
        position, at = until, after
    return batches


def plain(batch: Batch, *, limit: Callable[[], int]) -> Plain:
    """Return *batch* checked and without compression; raises `Unreadable` beyond *limit* bytes."""
    if not DefaultRecordBatch(batch.data).validate_crc():
        raise Unreadable("corrupt", "checksum of a batch")
    (attributes,) = struct.unpack_from(">h", batch.data, _ATTRIBUTES)
    codec = attributes & _CODEC
    if codec == 0:
        return batch.data
    most = limit()
    try:
        unpacked = unpack(codec, batch.data[_RECORDS:], limit=most)
    except Undecodable as error:
        raise Unreadable("codec", str(error)) from error
    except TooLarge as error:
        raise Unreadable("too_large", f"more than {most} bytes unpacked") from error
    head = bytearray(batch.data[:_RECORDS])
    struct.pack_into(">h", head, _ATTRIBUTES, attributes & ~_CODEC)
    struct.pack_into(">i", head, _LENGTH, _RECORDS - _BEFORE_LENGTH + len(unpacked))
    return head + unpacked


def records_of(partition: TopicPartition, data: Plain) -> Iterator[Record]:
    """Yield the records of a plain batch, in order; raises `Unreadable` where they end early."""
    topic, number = partition
    if len(data) > _LADEN_BYTES and _is_laden(data):
        yield from _tolerant(partition, data)
        return
    following = 0
    try:
        for found in DefaultRecordBatch(data):
            yield Record(
                topic,
                number,
                found.offset,
                found.key,
                found.value,
                tuple(found.headers),
                _time(found.timestamp),
            )
            following = found.offset + 1
    except UnicodeDecodeError:
        for record in _tolerant(partition, data):
            if record.offset >= following:
                yield record
    except CorruptRecordException as error:
        raise Unreadable("corrupt", "structure of a record") from error


def _is_laden(data: Plain) -> bool:
    """Tell whether a record has more headers than we keep; aiokafka would build all of them."""
    buffer = bytearray(data)
    (count,) = struct.unpack_from(">i", buffer, _COUNT)
    at = _RECORDS
    with suppress(IndexError, ValueError):  # then it is read to where it is corrupt
        for _ in range(count):
            length, start = decode_varint(buffer, at)
            at = start + length
            if length > _LADEN_BYTES and _header_count(buffer, start) > _MOST_HEADERS:
                return True
    return False


def _header_count(buffer: bytearray, at: int) -> int:
    _, at = decode_varint(buffer, at + 1)  # timestamp, behind the attributes
    _, at = decode_varint(buffer, at)  # offset
    for _ in ("key", "value"):
        length, at = decode_varint(buffer, at)
        at += max(length, 0)
    count: int = decode_varint(buffer, at)[0]
    return count


def _tolerant(partition: TopicPartition, data: Plain) -> Iterator[Record]:
    """
    Yield the records of a batch, each with its first thousand headers.

    Bytes of a header key that are not UTF-8 are escaped.
    """
    buffer = bytearray(data)
    first, _ = _HEAD.unpack_from(buffer)
    (attributes,) = struct.unpack_from(">h", buffer, _ATTRIBUTES)
    first_timestamp, max_timestamp = struct.unpack_from(">qq", buffer, _FIRST_TIMESTAMP)
    (count,) = struct.unpack_from(">i", buffer, _COUNT)
    following = _RECORDS
    try:
        for _ in range(count):
            length, start = decode_varint(buffer, following)
            following = start + length
            timestamp_delta, at = decode_varint(buffer, start + 1)  # behind its attributes
            offset_delta, at = decode_varint(buffer, at)
            key, at = _bytes(buffer, at)
            value, at = _bytes(buffer, at)
            is_append_time = attributes & _LOG_APPEND_TIME
            timestamp = max_timestamp if is_append_time else first_timestamp + timestamp_delta
            yield Record(
                partition.topic,
                partition.partition,
                first + offset_delta,
                key,
                value,
                tuple(_headers(buffer, at)),
                _time(timestamp),
            )
    except (IndexError, ValueError) as error:
        raise Unreadable("corrupt", "structure of a record") from error


def _headers(buffer: bytearray, at: int) -> Iterator[tuple[str, bytes | None]]:
    count, at = decode_varint(buffer, at)
    for _ in range(min(count, _MOST_HEADERS)):
        key, at = _bytes(buffer, at)
        value, at = _bytes(buffer, at)
        yield (key or b"").decode(errors="backslashreplace"), value


def _bytes(buffer: bytearray, at: int) -> tuple[bytes | None, int]:
    length, at = decode_varint(buffer, at)
    if length < 0:
        return None, at
    if at + length > len(buffer):
        raise IndexError
    return bytes(buffer[at : at + length]), at + length


def _time(milliseconds: int) -> datetime:
    """Return the time; a topic that lets producers set it may hold any number."""
    return datetime.fromtimestamp(min(max(milliseconds, 0), _LAST_MILLISECOND) / 1000, UTC)
