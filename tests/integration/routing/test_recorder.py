"""Requests with incomplete events of an earlier release are recorded on the log, once."""

import asyncio
import json

from services.routing.recorder import Recorder
from tests.examples.outboxes import outbox_of
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import World


async def test_a_request_of_an_earlier_release_is_recorded_once(world: World) -> None:
    older, newer = Sender(1), Sender(2)
    await world.take_in(declared("iacp", 1), older.accepted())
    await world.match()
    await world.pool.execute("UPDATE requests SET recorded = 0")
    await world.take_in(newer.accepted())
    before = len(await outbox_of(world.pool))
    recorder = Recorder(relay_wake=asyncio.Event())

    await recorder.step(world.pool)
    await recorder.step(world.pool)

    [row] = (await outbox_of(world.pool))[before:]
    event = json.loads(row["value"])
    assert event["type"] == "gov.cri.routing.request_recorded.v1"
    assert event["subject"] == older.tracking_number
    assert event["data"]["offered"] == ["iacp"]
    assert await incomplete(world) == 0


async def test_a_request_changed_by_an_earlier_release_is_recorded_again(world: World) -> None:
    sender = Sender(1)
    await world.take_in(sender.accepted())
    recorder = Recorder(relay_wake=asyncio.Event())
    await recorder.step(world.pool)
    before = len(await outbox_of(world.pool))
    await world.pool.execute("UPDATE requests SET published = published + 1")

    await recorder.step(world.pool)

    [row] = (await outbox_of(world.pool))[before:]
    assert int(json.loads(row["value"])["sequence"]) == 3
    assert await incomplete(world) == 0


async def test_an_amendment_that_an_earlier_release_took_in_is_recorded(world: World) -> None:
    """It publishes nothing: without this, the events of the request would lack its new facts."""
    sender = Sender(1)
    await world.take_in(sender.accepted())
    recorder = Recorder(relay_wake=asyncio.Event())
    await recorder.step(world.pool)
    before = len(await outbox_of(world.pool))
    facts = await world.pool.fetchval("SELECT facts FROM requests")
    amended = json.dumps(json.loads(facts) | {"request.goals": ["wellness"]})
    await world.pool.execute("UPDATE requests SET facts = $1", amended)

    await recorder.step(world.pool)

    [row] = (await outbox_of(world.pool))[before:]
    assert json.loads(row["value"])["data"]["facts"]["request.goals"] == ["wellness"]
    assert await incomplete(world) == 0


async def test_a_look_of_the_matcher_that_changes_nothing_leaves_a_request_recorded(
    world: World,
) -> None:
    sender = Sender(1, program="critical-response")  # not open
    await world.take_in(sender.accepted())
    await world.take_in(sender.amended(topics=["other"]))

    await world.match()

    assert await world.pool.fetchval("SELECT count(*) FROM requests WHERE fresh") == 0
    assert await world.kinds(sender.tracking_number) == ["request_waitlisted", "facts_changed"]
    assert await incomplete(world) == 0


async def incomplete(world: World) -> int:
    found: int = await world.pool.fetchval(
        "SELECT count(*) FROM requests WHERE recorded < published"
    )
    return found
