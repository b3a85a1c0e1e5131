"""Clocks on a real Postgres: lapses, late answers, missed clocks, parked requests."""

from datetime import UTC, datetime, timedelta

from shared.process.tasks import LATER, SOON
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import World, statements_of


async def offered(world: World, request: Sender) -> None:
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.match()


async def test_an_offer_lapses_and_the_next_candidate_is_asked(world: World) -> None:
    await world.refer(examples.provider("fop"))
    request = Sender()
    await world.take_in(declared("iacp", 2), declared("fop", 1), request.accepted())
    await world.match()
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.match()

    published = await world.published(request.tracking_number)
    assert [e["type"].split(".")[3] for e in published] == [
        "request_triaged",
        "offer_made",
        "offer_lapsed",
        "offer_made",
    ]
    assert published[2]["causationid"] == published[1]["id"]
    assert [provider for _, provider in await world.offers()] == ["iacp", "fop"]


async def test_nothing_lapses_within_the_grace(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.pool.execute("UPDATE requests SET due_at = now() - interval '30 seconds'")

    pause = await world.deadlines.step(world.pool)

    assert await world.status(request.tracking_number) == "offered"
    grace = timedelta(seconds=examples.ruleset().calendar.grace_seconds)
    assert timedelta(0) < pause <= grace - timedelta(seconds=30)


async def test_checking_running_clocks_is_one_statement(world: World) -> None:
    await offered(world, Sender())
    await world.deadlines.step(world.pool)  # reads the catalog

    async with statements_of(world.pool) as statements:
        pause = await world.deadlines.step(world.pool)

    assert len(statements) == 1
    assert pause > SOON


async def test_without_clocks_there_is_nothing_to_wait_for(world: World) -> None:
    assert await world.deadlines.step(world.pool) == LATER


async def test_an_answer_in_time_that_comes_after_the_lapse_still_counts(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()
    await world.deadlines.step(world.pool)
    await world.match()
    assert await world.status(request.tracking_number) == "referred"

    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))
    await world.match()

    assert await world.status(request.tracking_number) == "assigned"
    assert await world.capacity("iacp") == ([0], 1)


async def test_an_answer_after_the_expiry_is_refused(world: World) -> None:
    request = Sender()
    await offered(world, request)

    late = datetime.now(UTC) + timedelta(days=30)
    await world.take_in(request.answered("accept", "iacp", at=late))

    [refused] = [e for e in await world.published() if e["type"].endswith("refused.v1")]
    assert refused["data"]["reasons"][0]["code"] == "offer_expired"
    assert await world.status(request.tracking_number) == "offered"


async def test_silence_in_an_engagement_is_published_once(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.deadlines.step(world.pool)

    published = await world.published(request.tracking_number)
    missed = [e for e in published if e["type"].endswith("clock_missed.v1")]
    assert [e["data"]["clock"] for e in missed] == ["engagement_silence"]
    assert await world.status(request.tracking_number) == "assigned"


async def test_nothing_lapses_behind_a_parked_key(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()
    await world.pool.execute(
        'INSERT INTO parked_keys (key, reason, topic, partition, "offset")'
        " VALUES ($1, 'test', 'cri.int.intake.v1', 0, 0)",
        request.tracking_number,
    )

    assert await world.deadlines.step(world.pool) == LATER

    assert await world.status(request.tracking_number) == "offered"


async def test_a_locked_request_is_left_for_the_next_step(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()

    async with world.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM requests FOR UPDATE")
        assert await world.deadlines.step(world.pool) == SOON

    assert await world.status(request.tracking_number) == "offered"
    await world.deadlines.step(world.pool)
    assert await world.status(request.tracking_number) == "triaged"


async def test_a_request_gets_a_queue_number_when_its_directed_offer_lapses(
    world: World,
) -> None:
    request = Sender(agency={"listed": False})
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.take_in(request.directed("assign", provider="iaclea"))
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.match()

    published = await world.published(request.tracking_number)
    assert await world.kinds(request.tracking_number) == [
        "request_referred",
        "offer_made",
        "message_applied",
        "offer_lapsed",
        "offer_made",
    ]
    row = await world.pool.fetchval("SELECT queue_number FROM requests")
    assert published[3]["data"]["queue_number"] == row
