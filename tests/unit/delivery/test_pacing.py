"""When a fetch is sent, and which topics it names."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiokafka.protocol.fetch import FetchRequest

from shared.delivery.reading.pacing import Pacing
from shared.delivery.records import Record

AWAITED, GATHERING = "cri.in.agency.v1", "cri.int.routing.v1"
MOST = 10


class Clock:
    now = 1024.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pacing(clock: Clock) -> Pacing:
    return Pacing(batched_topics={GATHERING}, gather_seconds=0.125, clock=clock)


def request(*topics: str) -> FetchRequest:
    return FetchRequest(200, 1, 4_194_304, 0, [(topic, [(0, 5, 1024)]) for topic in topics])


def named(fetch: FetchRequest) -> list[str]:
    return [topic for topic, _ in fetch.topics]


def take_in(pacing: Pacing, topic: str, number: int = 1) -> None:
    at = datetime.now(UTC)
    records = [Record(topic, 0, offset, None, b"{}", (), at) for offset in range(number)]
    pacing.fetched()
    pacing.begin(records, MOST)


async def test_given_no_records_yet_everything_is_fetched_at_once(pacing: Pacing) -> None:
    whole = request(AWAITED, GATHERING)

    assert await pacing.next_fetch(whole) is whole


async def test_given_a_batch_that_runs_the_next_fetch_waits_for_its_end(pacing: Pacing) -> None:
    take_in(pacing, AWAITED)
    fetch = asyncio.create_task(pacing.next_fetch(request(AWAITED)))
    await asyncio.sleep(0.05)  # longer than any turn, if time had passed by the clock
    assert not fetch.done()

    pacing.end()

    assert named(await fetch) == [AWAITED]


async def test_given_topics_that_gather_others_are_fetched_until_these_are_due(
    pacing: Pacing,
) -> None:
    take_in(pacing, GATHERING)
    pacing.end()

    fetch = await pacing.next_fetch(request(AWAITED, GATHERING))

    assert named(fetch) == [AWAITED]
    assert fetch._max_wait_ms == 125


async def test_given_topics_that_have_gathered_they_are_fetched_with_others(
    pacing: Pacing, clock: Clock
) -> None:
    take_in(pacing, GATHERING)
    pacing.end()
    clock.now += 0.2
    whole = request(AWAITED, GATHERING)

    assert await pacing.next_fetch(whole) is whole


async def test_given_topics_that_have_gathered_they_are_not_fetched_before_others(
    pacing: Pacing, clock: Clock
) -> None:
    take_in(pacing, GATHERING)
    pacing.end()
    clock.now += 0.2
    take_in(pacing, AWAITED)
    whole = request(AWAITED, GATHERING)
    fetch = asyncio.create_task(pacing.next_fetch(whole))
    await asyncio.sleep(0.05)  # longer than any turn, if time had passed by the clock
    assert not fetch.done()

    pacing.end()

    assert await fetch is whole


async def test_given_a_full_batch_of_batched_topics_the_next_fetch_includes_them(
    pacing: Pacing,
) -> None:
    take_in(pacing, GATHERING, MOST)
    pacing.end()

    assert named(await pacing.next_fetch(request(GATHERING))) == [GATHERING]


async def test_given_records_that_make_no_batch_the_next_fetch_waits_only_briefly(
    pacing: Pacing,
) -> None:
    pacing.fetched()

    assert named(await pacing.next_fetch(request(AWAITED))) == [AWAITED]
