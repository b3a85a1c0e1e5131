import asyncio

from shared.contracts import intake
from shared.contracts.tracking import tracking_number
from shared.delivery.take_in.take_in import take_in
from tests.examples.facts import AGENCY, inbound
from tests.integration.notifications.conftest import World, numbers

PAIRS = 20


async def test_a_repeat_and_its_first_answer_do_not_miss_each_other_between_replicas(
    world: World,
) -> None:
    accepted = [
        world.log.accepted(tracking_number(2026, n), offset=2 * n) for n in range(1, PAIRS + 1)
    ]
    repeats = [world.log.repeat(2 * n + 1, of=2 * n) for n in range(1, PAIRS + 1)]

    for first, repeat in zip(accepted, repeats, strict=True):
        await asyncio.gather(
            *(
                take_in(
                    world.pool,
                    world.reader,
                    [world.log.record(topic, event)],
                    service="notifications",
                )
                for topic, event in ((intake.TOPIC, first), (intake.ANSWERS_TOPIC, repeat))
            )
        )

    told = await world.out(AGENCY)
    assert numbers(told) == list(range(1, 2 * PAIRS + 1))
    answered = {message["inreplyto"]: message["data"]["repeat"] for message in told}
    assert answered == {inbound(offset): bool(offset % 2) for offset in range(2, 2 * PAIRS + 2)}
    assert await world.count("waiting_repeats") == 0
