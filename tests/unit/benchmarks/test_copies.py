"""A copy of a row has the same values for another request."""

from benchmarks.copies import QUEUE, Original, row

_NUMBER = "CRI-2026-000001-Z"
_ORIGINAL = Original(
    _NUMBER,
    reference="load1-1",
    records=("cri.in.system-01.v1/0/4", "cri.in.system-01.v1/0/45"),
    status="closed",
)
_COPY = b"CRI-2026-000012-B"
_SHARED = b"66086ff2-4bf9-506b-9309-bc39e8e62600"


def copied(line: bytes, counter: int = 12, number: bytes = _COPY) -> bytes:
    return row(line, _ORIGINAL, ahead=1000, kept=frozenset({_SHARED})).copy(counter, number)


def test_tracking_number_reference_and_place_in_the_queue_are_the_copy_s() -> None:
    line = b'CRI-2026-000001-Z\tload1-1\t{"offer":"CRI-2026-000001-Z-O1"}\t' + QUEUE + b"\t100 %"

    assert copied(line) == (
        b'CRI-2026-000012-B\theld-CRI-2026-000012-B\t{"offer":"CRI-2026-000012-B-O1"}\t1012\t100 %'
    )


def test_a_name_that_only_begins_alike_is_another_one() -> None:
    line = b"load1-10\tcri.in.system-01.v1/0/450\tCRI-2026-000002-X"

    assert copied(line) == line


def test_each_copy_has_records_of_its_own_beyond_the_end_of_the_topic() -> None:
    line = b"cri.in.system-01.v1/0/4 cri.in.system-01.v1/0/45"

    assert copied(line) == (
        b"cri.in.system-01.v1/0/1000000001200 cri.in.system-01.v1/0/1000000001201"
    )


def test_ids_are_new_in_every_copy_and_the_same_wherever_it_is_named() -> None:
    event = b"a2ad78eb-d9ce-5ec2-87bd-f931d56b08c5"

    first, again = copied(event + b"\t" + event).split(b"\t")
    other = copied(event, 13)

    assert first == again != event
    assert other not in (first, event)
    assert copied(_SHARED) == _SHARED


def test_an_id_that_begins_with_a_moment_still_does() -> None:
    request = b"01a21387-1d14-7963-8ba7-7633e601bd7d"

    assert copied(request)[:28] == request[:28]
    assert copied(request) != request
