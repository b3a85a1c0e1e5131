import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.delivery.reading.record_batches import Unreadable, plain, records_of, split
from shared.delivery.records import Record
from tests.examples.batches import GZIP, LZ4, NONE, SNAPPY, ZSTD, batch, bomb, patched, scattered

PLACE = TopicPartition("cri.in.ca-post.v1", 0)
LIMIT = 1 << 20


def _read(data: bytes, limit: int = LIMIT) -> list[Record]:
    return [
        record
        for each in split(data, 0)
        for record in records_of(PLACE, plain(each, limit=lambda: limit))
    ]


def _shortest(read: Callable[[], Any]) -> float:
    """Return the shortest processor time of three: one may include a garbage collection."""
    times = []
    for _ in range(3):
        began = time.process_time()
        read()
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("codec", [NONE, GZIP, SNAPPY, LZ4, ZSTD])
def test_records_are_read_as_they_were_written(codec: int) -> None:
    found = _read(batch(b"a" * 500, None, b"", codec=codec, headers=[("key", b"\xff")]))

    assert [(r.offset, r.value) for r in found] == [(0, b"a" * 500), (1, None), (2, b"")]
    assert {r.headers for r in found} == {(("key", b"\xff"),)}


def test_a_header_key_that_is_no_text_is_escaped_and_nothing_else_changes() -> None:
    data = batch(b"a", None, headers=[("key", b"x"), ("k2", b"y")])

    (first, second) = _read(patched(data, b"key", b"\xffey"))

    assert first.headers == second.headers == (("\\xffey", b"x"), ("k2", b"y"))
    assert [r._replace(headers=()) for r in (first, second)] == [
        r._replace(headers=()) for r in _read(data)
    ]


@pytest.mark.parametrize("old", [b"", b"k"])
def test_hundreds_of_thousands_of_headers_cost_little(old: bytes) -> None:
    headers = [("k", b"")] * 300_000
    data = batch(b"before", b"laden", headers=headers)
    if old:
        data = patched(data, b"\x02k\x00", b"\x02\xff\x00")

    found = _read(data)

    assert _shortest(lambda: _read(data)) < 0.05
    assert [(r.value, len(r.headers)) for r in found] == [(b"before", 1000), (b"laden", 1000)]


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD])
def test_beyond_the_limit_nothing_is_unpacked(codec: int) -> None:
    data = batch(b"\0" * LIMIT, codec=codec)

    with pytest.raises(Unreadable) as raised:
        _read(data)

    assert raised.value.reason == "too_large"
    assert len(_read(data, limit=2 * LIMIT)) == 1


def test_what_only_costs_time_to_unpack_is_not_unpacked() -> None:
    with pytest.raises(Unreadable) as raised:
        _read(scattered(batch(b"x" * 100)))

    assert raised.value.reason == "codec"


def test_a_decompression_bomb_is_rejected_in_a_fraction_of_a_second() -> None:
    data = bomb(100 << 20)

    def read() -> None:
        with pytest.raises(Unreadable) as raised:
            _read(data)
        assert raised.value.reason == "too_large"

    assert _shortest(read) < 0.1


@pytest.mark.parametrize("place", range(17, 70, 4))
def test_a_batch_that_was_changed_anywhere_behind_its_length_is_corrupt(place: int) -> None:
    data = bytearray(batch(b"a" * 100))
    data[place] ^= 0x40

    with pytest.raises(Unreadable) as raised:
        _read(bytes(data))

    assert raised.value.reason == "corrupt"


def test_what_a_fetch_cut_off_is_left_for_the_next() -> None:
    data = batch(b"a")

    assert split(data + data[:30], 0) == split(data, 0)
    assert split(data[:-1], 0) == []
