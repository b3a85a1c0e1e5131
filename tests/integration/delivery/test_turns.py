from shared.delivery.reading.turns import PACE
from shared.process.settings import ServiceSettings
from tests.integration.delivery.participants import Participants
from tests.integration.delivery.readings import BUSY, reading, traffic


async def test_given_records_all_the_time_no_fetch_is_sent_before_its_turn(
    any_topic: ServiceSettings, door: Participants
) -> None:
    async with reading(any_topic, [BUSY]) as found, traffic(door):
        found.batch_seconds = 0.006
        await found.begins(8)

    assert found.fetched_after
    assert min(found.fetched_after) >= PACE * found.batch_seconds, found.fetched_after
