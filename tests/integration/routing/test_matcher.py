"""The matcher on a real Postgres: capacity, order of waiting, opening programs, two matchers."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from services.routing.verify import verify_decisions
from shared.process.tasks import AT_ONCE, LATER, SOON
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import Pool, World, statements_of

_WAITING_FOR_A_LOCK = "SELECT count(*) FROM pg_locks WHERE NOT granted"
CAMPUS = {"cri_type": "campus", "agency_class": "university"}


async def test_offers_end_where_capacity_does_and_the_next_waits(world: World) -> None:
    requests = [Sender(n) for n in (1, 2, 3)]
    await world.take_in(declared("iacp", 2), *[r.accepted() for r in requests])

    await world.match()

    assert [await world.status(r.tracking_number) for r in requests] == [
        "offered",
        "offered",
        "waiting",
    ]
    [waiting] = [e for e in await world.published() if e["type"].endswith("waitlisted.v1")]
    assert waiting["data"]["reason"] == "no_capacity"
    assert await verify_decisions(world.pool) == (6, [])


async def test_a_wait_is_published_once(world: World) -> None:
    request = Sender()
    await world.take_in(request.accepted())
    await world.match()

    await world.take_in(declared("iaclea", 5))
    await world.match()

    assert await world.kinds(request.tracking_number) == ["request_triaged", "request_waitlisted"]


async def test_new_capacity_serves_waiting_requests_in_order(world: World) -> None:
    requests = [Sender(n) for n in range(1, 8)]
    await world.take_in(*[r.accepted() for r in requests])
    await world.match()

    capacity = declared("iacp", 5)
    await world.take_in(capacity)
    await world.match()

    expected = [(r.tracking_number, "iacp") for r in requests[:5]]
    assert await world.offers() == expected
    offers = [e for e in await world.published() if e["type"].endswith("offer_made.v1")]
    assert {e["causationid"] for e in offers} == {capacity.id}
    assert len({e["id"] for e in offers}) == 5


async def test_a_request_can_pass_an_earlier_one_that_no_provider_has_capacity_for(
    world: World,
) -> None:
    earlier, later = Sender(1), Sender(2, agency=CAMPUS)
    await world.take_in(earlier.accepted(), later.accepted(), declared("iaclea", 1))

    await world.match()

    assert await world.offers() == [(later.tracking_number, "iaclea")]
    recorded = await world.pool.fetchval(
        "SELECT record FROM decisions WHERE tracking_number = $1 AND number = 2",
        earlier.tracking_number,
    )
    decided = json.loads(recorded)
    assert decided["outcome"] == "waiting"
    assert [c[0] for c in decided["candidates"]] == ["iaclea", "iacp"]


async def test_a_request_is_referred_if_no_provider_passes_the_rules(world: World) -> None:
    await world.refer(examples.provider("iacp", serves=["state"]))
    request = Sender()
    await world.take_in(request.accepted())

    await world.match()

    assert await world.kinds(request.tracking_number) == ["request_triaged", "request_referred"]


async def test_a_declined_request_keeps_its_queue_number(world: World) -> None:
    first, second = Sender(1, agency=CAMPUS), Sender(2, agency=CAMPUS)
    await world.take_in(declared("iaclea", 1), first.accepted(), second.accepted())
    await world.match()

    await world.take_in(
        first.answered("decline", "iaclea", at=datetime.now(UTC)), declared("iacp", 1)
    )
    await world.match()

    assert await world.offers() == [
        (first.tracking_number, "iaclea"),
        (first.tracking_number, "iacp"),
        (second.tracking_number, "iaclea"),
    ]


async def test_capacity_returns_to_the_declaration_it_was_taken_from(world: World) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.match()

    await world.take_in(declared("iacp", 3, number=2), request.withdrawn())
    await world.match()

    assert await world.capacity("iacp") == ([3], 0)


async def test_expired_capacity_is_not_used(world: World) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    request = Sender()
    await world.take_in(declared("iacp", 5, until=yesterday), request.accepted())

    await world.match()

    assert await world.status(request.tracking_number) == "waiting"


async def test_a_program_that_opens_serves_waiting_requests_in_order(world: World) -> None:
    response = examples.provider("npi", programs=["critical-response"])
    await world.refer(response)
    requests = [Sender(n, program="critical-response") for n in (1, 2, 3)]
    await world.take_in(declared("npi", 9), *[r.accepted() for r in requests])
    await world.match()
    assert await world.offers() == []

    await world.refer(examples.program("critical-response"))
    await world.match()

    assert await world.offers() == [(r.tracking_number, "npi") for r in requests]


async def test_a_program_opens_by_its_date_without_another_message(world: World) -> None:
    opens_at = datetime.now(UTC) + timedelta(seconds=1)
    announced = examples.program("critical-response", status="announced", opens_at=opens_at)
    await world.refer(announced, examples.provider("npi", programs=["critical-response"]))
    request = Sender(program="critical-response")
    await world.take_in(declared("npi", 1), request.accepted())
    await world.match()
    assert await world.status(request.tracking_number) == "waiting"

    async with asyncio.timeout(20):
        while await world.offers() == []:
            await world.match()

    assert await world.kinds(request.tracking_number) == ["request_waitlisted", "offer_made"]
    assert datetime.now(UTC) >= opens_at


async def test_a_waiting_request_is_matched_again_after_an_amendment(world: World) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 1, topics=["policy"]), request.accepted())
    await world.match()
    assert await world.status(request.tracking_number) == "waiting"

    await world.take_in(request.amended(topics=["policy"]))
    await world.match()

    assert await world.status(request.tracking_number) == "offered"


async def test_two_matchers_never_exceed_the_capacity_and_keep_the_order(
    world: World, pool: Pool
) -> None:
    other = World(pool)
    requests = [Sender(n) for n in range(1, 301)]
    await world.take_in(declared("iacp", 120, 80), *[r.accepted() for r in requests])

    await asyncio.gather(world.match(), other.match())

    offers = await world.offers()
    assert offers == [(r.tracking_number, "iacp") for r in requests[:200]]
    assert await world.capacity("iacp") == ([0, 0], 200)


async def test_declarations_taken_by_two_matchers_apply_in_their_order(
    world: World, pool: Pool
) -> None:
    other = World(pool)
    await world.take_in(*[declared("iacp", n, number=n) for n in range(1, 601)])

    await asyncio.gather(world.match(), other.match())

    assert await pool.fetchval("SELECT free FROM capacities") == [600]
    assert await pool.fetchval("SELECT count(*) FROM capacity_changes") == 0


async def _one_of_each_lane(world: World, *entries: Any) -> list[Sender]:
    """Let one request wait in each of three lanes, whose only provider has no capacity."""
    await world.refer(
        examples.program("critical-response"),
        examples.provider("npi", programs=["cri-tac", "critical-response"]),
        *entries,
    )
    requests = [
        Sender(1),
        Sender(2, program="critical-response"),
        Sender(3, program="critical-response", urgency="urgent"),
    ]
    await world.take_in(*[request.accepted() for request in requests])
    await world.match()
    assert await world.offers() == []
    return requests


async def test_the_last_capacity_goes_to_the_urgent_lane_regardless_of_lane_names(
    world: World,
) -> None:
    *_, urgent = await _one_of_each_lane(world)

    await world.take_in(declared("npi", 1))
    await world.match()

    assert await world.offers() == [(urgent.tracking_number, "npi")]


async def test_two_matchers_give_the_last_capacity_to_the_urgent_lane(
    world: World, pool: Pool
) -> None:
    *_, urgent = await _one_of_each_lane(world)
    other = World(pool)

    await world.take_in(declared("npi", 1))
    await asyncio.gather(world.match(), other.match())

    assert await world.offers() == [(urgent.tracking_number, "npi")]


async def test_the_rule_set_defines_the_order_of_lanes(world: World) -> None:
    ruleset = examples.ruleset(version=2, lanes=["standard", "urgent"])
    first, second, _ = await _one_of_each_lane(world, ruleset)

    await world.take_in(declared("npi", 2))
    await world.match()

    assert {number for number, _ in await world.offers()} == {
        first.tracking_number,
        second.tracking_number,
    }


async def _while_the_urgent_lane_is_worked_on(world: World, pool: Pool) -> list[tuple[str, str]]:
    """Step the matcher while another transaction holds the urgent lane and has not committed."""
    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM lanes WHERE lane = 'critical-response.urgent' FOR UPDATE")
        await world.matcher.step(pool)
        return await world.offers()


async def test_a_lane_waits_for_a_higher_one_that_shares_a_provider(
    world: World, pool: Pool
) -> None:
    await world.refer(
        examples.program("critical-response"),
        examples.provider("npi", programs=["cri-tac", "critical-response"]),
    )
    await world.take_in(declared("npi", 1))
    await world.match()
    standard, urgent = Sender(1), Sender(2, program="critical-response", urgency="urgent")
    await world.take_in(standard.accepted(), urgent.accepted())

    meanwhile = await _while_the_urgent_lane_is_worked_on(world, pool)
    await world.match()

    assert meanwhile == []
    assert await world.offers() == [(urgent.tracking_number, "npi")]


async def test_lanes_without_a_common_provider_do_not_wait_for_each_other(
    world: World, pool: Pool
) -> None:
    await world.refer(
        examples.program("critical-response"),
        examples.provider("npi", programs=["critical-response"]),
    )
    await world.take_in(declared("iacp", 1))
    await world.match()
    standard, urgent = Sender(1), Sender(2, program="critical-response", urgency="urgent")
    await world.take_in(standard.accepted(), urgent.accepted())

    meanwhile = await _while_the_urgent_lane_is_worked_on(world, pool)

    assert meanwhile == [(standard.tracking_number, "iacp")]


async def test_a_step_decides_nothing_under_rules_that_changed_before_its_locks(
    world: World, pool: Pool
) -> None:
    await world.take_in(declared("iacp", 1))
    await world.match()
    request = Sender()
    await world.take_in(request.accepted())

    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM capacities FOR UPDATE")
        step = asyncio.create_task(world.matcher.step(pool))
        async with asyncio.timeout(20):
            while not await pool.fetchval(_WAITING_FOR_A_LOCK):
                pass
        await world.refer(examples.provider("iacp", serves=["state"]))

    assert await step == AT_ONCE
    assert await world.offers() == []

    await world.match()

    assert await world.status(request.tracking_number) == "referred"


async def test_a_step_without_work_is_one_statement(world: World, pool: Pool) -> None:
    await world.take_in(Sender().accepted())
    await world.match()

    async with statements_of(pool) as statements:
        pause = await world.matcher.step(pool)

    assert len(statements) == 1
    assert pause == LATER


async def test_a_locked_lane_with_work_is_tried_again_soon(world: World, pool: Pool) -> None:
    await world.take_in(declared("iacp", 1), Sender().accepted())
    await world.match()
    await world.take_in(Sender(2).accepted())

    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM lanes FOR UPDATE")
        assert await world.matcher.step(pool) == SOON

    assert await world.matcher.step(pool) == LATER
    assert await pool.fetchval("SELECT count(*) FROM requests WHERE fresh") == 0
