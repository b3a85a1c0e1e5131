from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pytest
from aiokafka import TopicPartition

from shared.delivery import isolation
from shared.delivery.isolation import TRIES, Isolation
from shared.delivery.records import Record

AT = datetime(2026, 3, 2, tzinfo=UTC)
TOPIC = "cri.in.ca-post.v1"


class Blocks:
    """Stands in for the table of blocked partitions, which no decision here depends on."""

    async def note(self, partition: TopicPartition, offset: int, **_: str) -> None:
        pass


class World:
    """
    Partitions of TOPIC whose *bad* records fail; if *away*, everything fails.

    If it *leaves*, partitions go to another process while a record becomes a dead letter.
    """

    def __init__(self, *bad: tuple[int, int]) -> None:
        self.bad = set(bad)
        self.away = False
        self.leaves = False
        self.taken: list[tuple[int, int]] = []
        self.alone: list[tuple[int, int]] = []
        self.condemned: list[tuple[int, int]] = []
        self.following: dict[int, int] = {}
        self.isolation = Isolation(
            service="intake",
            blocked=Blocks(),  # type: ignore[arg-type]
            ready=self._ready,
            attempt=self._attempt,
            dead_letter=self._dead_letter,
            is_outage=self._is_outage,
        )

    def _ready(self, records: Sequence[Record]) -> list[Record]:
        following, ready = dict(self.following), []
        for record in records:
            if following.get(record.partition, 0) == record.offset:
                following[record.partition] = record.offset + 1
                ready.append(record)
        return ready

    async def _attempt(self, records: Sequence[Record]) -> None:
        places = [(record.partition, record.offset) for record in records]
        if len(places) == 1:
            self.alone += places
        if self.away or self.bad & set(places):
            raise ConnectionError
        self._move(places)
        self.taken += places

    async def _dead_letter(self, record: Record, _: Exception) -> None:
        self.condemned.append((record.partition, record.offset))
        if self.leaves:
            self.isolation.keep([])
        self._move([(record.partition, record.offset)])

    async def _is_outage(self, _: Collection[TopicPartition]) -> bool:
        return self.away

    def _move(self, places: Sequence[tuple[int, int]]) -> None:
        for partition, offset in places:
            self.following[partition] = offset + 1


def records(*places: tuple[int, int]) -> list[Record]:
    return [Record(TOPIC, partition, n, None, b"", (), AT) for partition, n in places]


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "RESTS", (0,))


async def test_one_bad_record_is_condemned_after_three_failures_alone() -> None:
    world = World((0, 1))
    batch = records((0, 0), (0, 1), (0, 2), (1, 0), (1, 1))

    for _ in range(TRIES):
        await world.isolation.take_in(batch)

    assert world.condemned == [(0, 1)]
    assert world.alone.count((0, 1)) == TRIES
    assert sorted(world.taken) == [(0, 0), (0, 2), (1, 0), (1, 1)]


async def test_a_partition_may_leave_while_its_record_becomes_a_dead_letter() -> None:
    world = World((0, 0))
    world.leaves = True

    for _ in range(TRIES):
        await world.isolation.take_in(records((0, 0)))

    assert world.condemned == [(0, 0)]
    assert world.isolation.resting() == set()


async def test_an_outage_of_any_length_counts_against_no_record() -> None:
    world = World((0, 1))
    batch = records((0, 1))
    world.following[0] = 1
    await world.isolation.take_in(batch)
    await world.isolation.take_in(batch)

    world.away = True
    for _ in range(20):
        with pytest.raises(ConnectionError):
            await world.isolation.take_in(batch)
    world.away, world.bad = False, set()
    await world.isolation.take_in(batch)

    assert world.condemned == []
    assert world.taken == [(0, 1)]


async def test_when_every_partition_fails_the_build_is_at_fault_and_no_record() -> None:
    world = World(*((partition, 0) for partition in range(5)))
    batch = records(*((partition, 0) for partition in range(5)))

    for _ in range(3 * TRIES):
        await world.isolation.take_in(batch)

    assert world.condemned == []


async def test_a_partition_that_rests_is_offered_nothing_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolation, "RESTS", (60,))
    world = World((0, 0))
    batch = records((0, 0), (0, 1), (1, 0), (1, 1))

    await world.isolation.take_in(batch)
    await world.isolation.take_in(batch)

    assert world.isolation.resting() == {TopicPartition(TOPIC, 0)}
    assert world.alone.count((0, 0)) == 1
    assert world.taken == [(1, 0), (1, 1)]
