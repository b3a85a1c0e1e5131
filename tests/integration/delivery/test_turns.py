from itertools import pairwise

from shared.delivery.reading.turns import PACE
from shared.process.settings import ServiceSettings
from tests.integration.delivery.participants import Participants
from tests.integration.delivery.readings import BUSY, reading, traffic


async def test_given_records_all_the_time_batches_begin_no_sooner_than_their_turns(
    any_topic: ServiceSettings, door: Participants
) -> None:
    async with reading(any_topic, [BUSY]) as found, traffic(door):
        found.batch_seconds = 0.006
        await found.begins(8)

    pauses = [later - earlier for earlier, later in pairwise(found.began)]
    assert min(pauses) >= 0.99 * PACE * found.batch_seconds, pauses
