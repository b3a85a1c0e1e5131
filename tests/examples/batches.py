"""Record batches as a producer sends them and Kafka stores them."""

import gzip
import struct
import zlib
from collections.abc import Sequence

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
_LENGTH, _CRC, _ATTRIBUTES, _RECORDS = 8, 17, 21, 61


def batch(
    *values: bytes | None,
    codec: int = NONE,
    headers: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Return a record batch as a producer sends it."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=codec, is_transactional=0, producer_id=-1,
        producer_epoch=-1, base_sequence=-1, batch_size=1 << 30,
    )  # fmt: skip
    for place, value in enumerate(values):
        builder.append(place, 1_700_000_000_000, None, value, list(headers))
    return bytes(builder.build())


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return the batch with *old* replaced by *new* of equal length, and its new checksum."""
    assert len(old) == len(new)
    assert old in data
    changed = bytearray(data.replace(old, new))
    struct.pack_into(">I", changed, _CRC, calc_crc32c(bytes(changed[_ATTRIBUTES:])))
    return bytes(changed)


def stored_at(offset: int, data: bytes) -> bytes:
    """Return the batch as Kafka returns it: its first record has *offset*."""
    return struct.pack(">q", offset) + data[_LENGTH:]


def bomb(size: int) -> bytes:
    """Return a batch with one record of *size* zeros, compressed by gzip."""
    # attributes, timestamp delta, offset delta, no key, then the value and no headers
    body = b"\0\0\0\1" + _varint(size)
    packing = zlib.compressobj(9, wbits=31)
    packed = packing.compress(_varint(len(body) + size + 1) + body)
    for _ in range(0, size, 1 << 20):
        packed += packing.compress(bytes(1 << 20))
    return _of_gzip(batch(b""), packed + packing.compress(b"\0") + packing.flush())


def scattered(data: bytes) -> bytes:
    """Return the plain batch compressed by gzip, in as many members as it has bytes."""
    members = [gzip.compress(bytes([each]), mtime=0) for each in data[_RECORDS:]]
    return _of_gzip(data, b"".join(members))


def _of_gzip(data: bytes, packed: bytes) -> bytes:
    changed = bytearray(data[:_RECORDS] + packed)
    struct.pack_into(">i", changed, 8, len(changed) - 12)
    struct.pack_into(">h", changed, _ATTRIBUTES, GZIP)
    struct.pack_into(">I", changed, _CRC, calc_crc32c(bytes(changed[_ATTRIBUTES:])))
    return bytes(changed)


def _varint(number: int) -> bytes:
    number <<= 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
