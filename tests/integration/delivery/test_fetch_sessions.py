"""Silent partitions beside busy ones: what fetches name, and when a first record comes."""

import time
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition

from shared.process.settings import ServiceSettings
from tests.examples.batches import batch
from tests.integration.delivery.participants import Participants
from tests.integration.delivery.readings import BUSY, reading, traffic

SILENT = [TopicPartition(f"cri.in.test-silent{number}.v1", 0) for number in range(20)]


@pytest.fixture
async def silent(door: Participants) -> AsyncIterator[list[TopicPartition]]:
    await door.make(*(place.topic for place in SILENT))
    yield SILENT
    await door.remove(*(place.topic for place in SILENT))


async def test_beside_a_busy_partition_silent_ones_are_not_named_and_their_first_records_come(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition]
) -> None:
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        await found.holds(BUSY, 50)
        found.named.clear()
        await found.fetches_on(20)

        assert set(found.named) == {BUSY}

        waits = []
        for place in silent:
            started = time.monotonic()
            await door.send(place.topic, batch(b"first"))
            await found.holds(place, 1)
            waits.append(time.monotonic() - started)

        assert [found.records[place][0].value for place in silent] == [b"first"] * len(silent)
        assert sorted(waits)[-2] < 0.5, waits


@pytest.mark.parametrize("attribute", ["_id", "_epoch"])
async def test_given_a_session_that_the_broker_does_not_know_nothing_is_lost_or_read_twice(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition], attribute: str
) -> None:
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        await found.holds(BUSY, 20)
        (session,) = found.consumer._sessions.values()

        setattr(session, attribute, getattr(session, attribute) + 1000)

        await door.send(silent[0].topic, batch(b"first"))
        await found.holds(silent[0], 1)
        await found.holds(BUSY, len(found.records[BUSY]) + 20)


async def test_given_a_partition_that_is_paused_nothing_of_it_comes_until_it_is_fetched_again(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition]
) -> None:
    paused = silent[0]
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        await found.holds(BUSY, 20)
        found.consumer._pause("test", [paused])
        await found.fetches_on(2)  # the one that runs still fetches it

        await door.send(paused.topic, batch(b"first"))
        await found.fetches_on(20)
        assert not found.consumer.waits(paused)

        found.consumer._resume("test", [paused])
        await found.holds(paused, 1)


async def test_given_a_partition_sought_to_where_it_stands_it_goes_on_from_there(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition]
) -> None:
    """Given an offset that the broker knows already, it is not named again, and not forgotten."""
    sought = silent[0]
    await door.send(sought.topic, batch(b"first"))
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        await found.holds(sought, 1)
        for _ in range(20):
            found.consumer.seek(sought, 1)
            await found.fetches_on(1)

        await door.send(sought.topic, batch(b"second"))

        await found.holds(sought, 2)


async def test_given_a_partition_tried_again_without_news_it_is_known_to_have_nothing_new(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition]
) -> None:
    """The broker does not answer for it, nor is it named, as the broker knows its offset."""
    tried = silent[0]
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        await found.holds(BUSY, 20)
        since = time.monotonic()
        found.consumer.retry(tried, 0, after=0)
        assert not found.consumer.has_nothing(tried, 0)
        await found.fetches_on(2)

        assert found.consumer.has_nothing(tried, 0)
        assert not found.consumer.has_nothing(tried, 1)
        assert found.consumer.others_answer(tried, since)


async def test_given_assignments_that_change_every_partition_is_read_where_it_was_left(
    any_topic: ServiceSettings, door: Participants, silent: list[TopicPartition]
) -> None:
    async with reading(any_topic, [BUSY, *silent]) as found, traffic(door):
        for number in range(1, 6):
            places = [BUSY, *silent[number::2]]
            await found.assign(places)
            before = {place: len(found.records[place]) for place in silent}
            for place in silent:
                await door.send(place.topic, batch(b"one"))

            await found.holds(BUSY, len(found.records[BUSY]) + 20)
            for place in silent[number::2]:
                await found.holds(place, before[place] + 1)
            for place in set(silent) - set(places):
                assert len(found.records[place]) == before[place]
