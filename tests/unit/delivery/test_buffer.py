from itertools import chain

from aiokafka import TopicPartition

from shared.delivery.reading.buffer import FAIR_BYTES, FAIR_RECORDS, TURN_RECORDS, Buffer, Fault
from tests.examples.batches import batch, stored_at

FLOOD = TopicPartition("cri.in.flood.v1", 0)
ASKS = TopicPartition("cri.in.asks.v1", 0)
OURS = TopicPartition("cri.int.intake.v1", 0)
MOST = 500


def _offsets(buffer: Buffer, positions: dict[TopicPartition, int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in buffer.take(positions, MOST).records:
        found.setdefault(record.topic, []).append(record.offset)
    return found


def test_a_participant_gets_a_bounded_prefix_and_less_of_it_while_another_waits() -> None:
    buffer = Buffer()
    buffer.add(FLOOD, batch(*[b""] * 40_000), 0)
    positions = {FLOOD: 0, ASKS: 7}

    assert _offsets(buffer, positions)[FLOOD.topic] == list(range(TURN_RECORDS))

    buffer.add(ASKS, stored_at(7, batch(b"status")), 7)
    assert _offsets(buffer, positions) == {
        FLOOD.topic: list(range(FAIR_RECORDS)),
        ASKS.topic: [7],
    }


def test_a_participant_gets_a_bounded_number_of_bytes_while_another_waits() -> None:
    buffer = Buffer()
    buffer.add(FLOOD, batch(*[b"x" * 100_000] * 8), 0)
    buffer.add(ASKS, batch(b"x" * (FAIR_BYTES + 1), b"next"), 0)

    found = _offsets(buffer, {FLOOD: 0, ASKS: 0})

    assert found == {FLOOD.topic: [0, 1], ASKS.topic: [0]}


def test_headers_count_towards_the_bytes_of_a_participant() -> None:
    buffer = Buffer()
    buffer.add(FLOOD, batch(*[b""] * 8, headers=[("name", b"x" * 50_000), ("x" * 50_000, b"")]), 0)
    buffer.add(ASKS, batch(b"status"), 0)

    found = _offsets(buffer, {FLOOD: 0, ASKS: 0})

    assert found == {FLOOD.topic: [0, 1], ASKS.topic: [0]}


def test_an_internal_partition_gets_the_same_share_while_others_wait() -> None:
    buffer = Buffer()
    buffer.add(OURS, batch(*[b"event"] * 300), 0)
    buffer.add(ASKS, batch(b"status"), 0)

    assert len(_offsets(buffer, {OURS: 0, ASKS: 0})[OURS.topic]) == TURN_RECORDS


def test_several_internal_partitions_fill_a_batch() -> None:
    buffer = Buffer()
    ours = [TopicPartition("cri.int.intake.v1", number) for number in range(6)]
    for partition in ours:
        buffer.add(partition, batch(*[b"event"] * 300), 0)

    assert len(buffer.take(dict.fromkeys(ours, 0), MOST).records) == MOST


def test_records_not_taken_in_are_offered_again_from_the_position() -> None:
    buffer = Buffer()
    buffer.add(FLOOD, batch(*[b""] * 10), 0)

    assert _offsets(buffer, {FLOOD: 0}) == {FLOOD.topic: list(range(10))}
    assert _offsets(buffer, {FLOOD: 4}) == {FLOOD.topic: list(range(4, 10))}
    assert _offsets(buffer, {FLOOD: 10}) == {}
    assert not buffer.waits(FLOOD)


def test_with_more_floods_than_a_batch_holds_every_partition_is_served() -> None:
    floods = [TopicPartition(f"cri.in.flood-{n}.v1", 0) for n in range(20)]
    buffer = Buffer()
    positions = dict.fromkeys([*floods, ASKS], 0)
    for flood in floods:
        buffer.add(flood, batch(*[b""] * 1_000), 0)
    buffer.add(ASKS, batch(b"status"), 0)
    served: list[set[str]] = []

    for _ in range(3):
        found = _offsets(buffer, positions)
        served.append(set(found))
        for topic, offsets in found.items():
            positions[TopicPartition(topic, 0)] = offsets[-1] + 1

    assert ASKS.topic in chain.from_iterable(served)
    assert set().union(*served) == {partition.topic for partition in positions}


def test_a_fault_is_reported_after_all_earlier_records_are_taken_in() -> None:
    buffer = Buffer()
    spoiled = bytearray(stored_at(1, batch(b"spoiled")))
    spoiled[-2] ^= 1
    buffer.add(ASKS, batch(b"before") + bytes(spoiled) + stored_at(2, batch(b"behind")), 0)

    before = buffer.take({ASKS: 0}, MOST)
    after = buffer.take({ASKS: 1}, MOST)
    buffer.skip(ASKS, 2, reason="corrupt")
    behind = buffer.take({ASKS: 1}, MOST)

    assert ([r.value for r in before.records], before.faults) == ([b"before"], [])
    assert after.records == []
    assert after.faults == [Fault(ASKS, 1, "corrupt", "checksum of a batch", 2, bytes(spoiled))]
    assert [(r.offset, r.value, r.unreadable) for r in behind.records] == [
        (1, None, "corrupt"),
        (2, b"behind", None),
    ]


def test_a_hole_is_a_fault_at_the_first_offset_that_is_missing() -> None:
    buffer = Buffer()
    buffer.add(ASKS, batch(b"a") + stored_at(5, batch(b"b")), 0)

    buffer.take({ASKS: 0}, MOST)
    (fault,) = buffer.take({ASKS: 1}, MOST).faults

    assert (fault.offset, fault.reason) == (1, "missing")


def test_records_that_are_not_at_the_position_are_not_offered() -> None:
    buffer = Buffer()
    buffer.add(ASKS, stored_at(5, batch(b"a")), 5)

    found = buffer.take({ASKS: 3}, MOST)

    assert found.records == []
    assert [(f.offset, f.reason) for f in found.faults] == [(3, "missing")]


def test_few_large_batches_make_the_next_large_one_wait_and_no_small_one() -> None:
    large = [TopicPartition(f"cri.in.large-{n}.v1", 0) for n in range(6)]
    buffer = Buffer()
    for partition in large:
        buffer.add(partition, batch(*[b"x" * 100_000] * 150, codec=1), 0)
    buffer.add(ASKS, batch(b"status" * 100, codec=1), 0)
    positions = dict.fromkeys([*large, ASKS], 0)

    first = _read_on(buffer, positions)
    assert ASKS in first
    assert len(first) < len(positions)
    for _ in range(100):
        _read_on(buffer, positions)
    assert positions == dict.fromkeys(large, 150) | {ASKS: 1}


def _read_on(buffer: Buffer, positions: dict[TopicPartition, int]) -> set[TopicPartition]:
    found = buffer.take(positions, 10_000)
    assert found.faults == []
    read = [(TopicPartition(r.topic, r.partition), r.offset) for r in found.records]
    positions.update({partition: offset + 1 for partition, offset in read})
    return {partition for partition, _ in read}


def test_deleted_records_are_offered_without_content_before_later_ones() -> None:
    buffer = Buffer()
    buffer.add_deleted(FLOOD, 3, 6)
    buffer.add(FLOOD, stored_at(6, batch(b"kept")), 6)

    found = buffer.take({FLOOD: 3}, MOST).records

    assert [(record.offset, record.value, record.unreadable) for record in found] == [
        *((offset, None, "deleted") for offset in (3, 4, 5)),
        (6, b"kept", None),
    ]
    assert _offsets(buffer, {FLOOD: 5}) == {FLOOD.topic: [5, 6]}
    assert _offsets(buffer, {FLOOD: 7}) == {}
    assert not buffer.waits(FLOOD)
