"""Two replicas of routing on one database: each with its partition, both with all lanes."""

import asyncio

from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import Pool, World


async def test_two_replicas_give_queue_numbers_and_make_offers_in_one_order(
    world: World, pool: Pool
) -> None:
    other = World(pool, partition=1)
    await world.take_in(declared("iacp", 1000), declared("iaclea", 1000))
    lives = [
        (replica, [Sender(n) for n in range(first, 200, 2)])
        for first, replica in ((1, world), (2, other))
    ]

    async def run(replica: World, requests: list[Sender]) -> None:
        for first in range(0, len(requests), 9):
            await replica.take_in(*[r.accepted() for r in requests[first : first + 9]])
            await replica.match()

    await asyncio.gather(*[run(replica, requests) for replica, requests in lives])
    await asyncio.gather(world.match(), other.match())

    rows = await pool.fetch("SELECT tracking_number, queue_number FROM requests")
    places = {row["tracking_number"]: row["queue_number"] for row in rows}
    offered = [places[tracking_number] for tracking_number, _ in await world.offers()]
    assert len(set(places.values())) == len(offered) == 199
    assert offered == sorted(offered)
    assert await world.capacity("iacp") == ([1000 - 199], 199)


async def test_replicas_see_each_others_decisions(world: World, pool: Pool) -> None:
    other = World(pool, partition=1)
    request = Sender()
    await world.take_in(request.accepted())

    await other.match()
    await world.refer(examples.provider("fop"))
    await other.take_in(declared("fop", 1))
    await asyncio.gather(world.match(), other.match())

    assert await world.offers() == [(request.tracking_number, "fop")]
