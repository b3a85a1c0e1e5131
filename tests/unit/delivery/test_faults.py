"""Partitions that could not be read move on while others are looked at."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.delivery.reading.buffer import Fault
from shared.delivery.reading.faults import Faults

FIRST, SECOND = (TopicPartition("cri.int.routing.v1", number) for number in (0, 1))


class Consumer:
    """Fetches nothing more of any partition."""

    def retry(self, partition: TopicPartition, offset: int, *, after: float) -> None:
        pass

    def has_nothing(self, partition: TopicPartition, offset: int) -> bool:
        return True


class Silent(Consumer):
    """Has not yet answered for any partition."""

    def has_nothing(self, partition: TopicPartition, offset: int) -> bool:
        return False


class Blocks:
    """Notes which partitions move on; meanwhile a batch of all of them is committed."""

    faults: Faults

    def __init__(self) -> None:
        self.unblocked: list[TopicPartition] = []

    async def note(self, partition: TopicPartition, offset: int, **_: str) -> None:
        pass

    async def moved(self, positions: Mapping[TopicPartition, int]) -> None:
        self.unblocked += positions
        self.faults.moved(dict.fromkeys((FIRST, SECOND), 8))


async def test_a_partition_moves_on_while_another_is_unblocked() -> None:
    consumer: Any = Consumer()
    blocks: Any = Blocks()
    pool: Any = None
    positions: Any = SimpleNamespace(expected={})
    faults = blocks.faults = Faults(pool, positions=positions, blocked=blocks)
    for partition in (FIRST, SECOND):
        await faults.meet(consumer, Fault(partition, 7, reason="corrupt", error="CorruptRecord"))

    await faults.look_again(consumer)

    assert blocks.unblocked == [FIRST]
    assert SECOND not in faults


@pytest.mark.parametrize(("position", "unblocked"), [(7, []), (8, [FIRST])])
async def test_given_another_process_moved_past_the_record_the_block_is_over(
    position: int, unblocked: list[TopicPartition]
) -> None:
    consumer: Any = Silent()
    blocks: Any = Blocks()
    pool: Any = None
    positions: Any = SimpleNamespace(expected={FIRST: position})
    faults = blocks.faults = Faults(pool, positions=positions, blocked=blocks)
    await faults.meet(consumer, Fault(FIRST, 7, reason="corrupt", error="CorruptRecord"))

    await faults.look_again(consumer)

    assert blocks.unblocked == unblocked
