"""Decompresses batches, each within a limit of memory."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import cramjam

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_HEADER = 16
# Producers write one gzip member, or snappy blocks of 32 KiB. Thousands of tiny ones would only
# cost time.
_GZIP_MEMBERS = 16
_SNAPPY_BLOCKS = 4_096


class Undecodable(Exception):
    """These bytes are not what their codec writes."""


class TooLarge(Exception):
    """Unpacked, this would take more memory than allowed."""


def unpack(codec: int, data: memoryview, *, limit: int) -> bytes | bytearray:
    """Return *data* unpacked; raises `Undecodable`, or `TooLarge` beyond *limit* bytes."""
    if (unpacker := _UNPACKERS.get(codec)) is None:
        raise Undecodable(f"unknown codec {codec}")
    try:
        return unpacker(data, limit)
    except (zlib.error, cramjam.DecompressionError, struct.error) as error:
        raise Undecodable(type(error).__name__) from error


def _gzip(data: memoryview, limit: int) -> bytes:
    rest: bytes | memoryview = data
    unpacked: list[bytes] = []
    left = limit
    while rest:
        if len(unpacked) == _GZIP_MEMBERS:
            raise Undecodable("too many gzip members")
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        unpacked.append(member.decompress(rest, left + 1))
        left -= len(unpacked[-1])
        if left < 0:
            raise TooLarge
        if not member.eof:
            raise Undecodable("gzip data ends early")
        rest = member.unused_data
    return b"".join(unpacked)


def _snappy(data: memoryview, limit: int) -> bytes:
    """Unpack one raw block (librdkafka), or a stream of blocks in xerial's format (Java)."""
    if bytes(data[: len(_XERIAL)]) != _XERIAL:
        return _snappy_block(data, limit)
    unpacked: list[bytes] = []
    left, at = limit, _XERIAL_HEADER
    while at < len(data):
        if len(unpacked) == _SNAPPY_BLOCKS:
            raise Undecodable("too many snappy blocks")
        (size,) = struct.unpack_from(">i", data, at)
        at += 4
        if not 0 < size <= len(data) - at:
            raise Undecodable("snappy data ends early")
        unpacked.append(_snappy_block(data[at : at + size], left))
        left -= len(unpacked[-1])
        at += size
    return b"".join(unpacked)


def _snappy_block(data: memoryview, limit: int) -> bytes:
    block = bytes(data)
    if cramjam.snappy.decompress_raw_len(block) > limit:
        raise TooLarge
    return bytes(cramjam.snappy.decompress_raw(block))


def _into(decompress_into: Callable[[Any, Any], int]) -> Callable[[memoryview, int], bytearray]:
    def unpack_into(data: memoryview, limit: int) -> bytearray:
        # Only the pages that are written to take memory.
        unpacked = bytearray(limit)
        try:
            size = decompress_into(bytes(data), unpacked)
        except cramjam.DecompressionError as error:
            if "whole buffer" in str(error):
                raise TooLarge from error
            raise
        return unpacked[:size]

    return unpack_into


_UNPACKERS: dict[int, Callable[[memoryview, int], bytes | bytearray]] = {
    GZIP: _gzip,
    SNAPPY: _snappy,
    LZ4: _into(cramjam.lz4.decompress_into),
    ZSTD: _into(cramjam.zstd.decompress_into),
}
