"""A restored database is brought up to the events that the relay had sent; none is sent twice."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.routing.restore import Restore
from services.routing.verify import verify_decisions
from shared.contracts import intake, reference
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples import routing as examples
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import Outbox, outbox_of
from tests.examples.restored import announce, catch_up, cut, dumped
from tests.examples.routing import AT, Sender, declared
from tests.integration.routing.conftest import World

IACP, OTHER = "iacp", "nsa"


@pytest.fixture
async def lives(
    stack: Stack, database: Database
) -> AsyncIterator[tuple[World, World, list[Sender]]]:
    """Two databases with the same contents: one continues, the other is its dump."""
    senders = [Sender(number) for number in range(1, 9)]
    before = [declared(IACP, 2), senders[0].accepted(), senders[1].accepted()]
    providers = [examples.provider(IACP), examples.provider(OTHER)]
    dsn = await database("routing")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, [intake.TOPIC, reference.TOPIC])
        world = World(pool)
        await world.refer(*examples.entries(providers=providers))
        await world.take_in(*before)
        await world.match()
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="routing") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=4, server_settings=LIMITS) as is_dump,
    ):
        yield World(lives_on, offsets=world.offsets), World(is_dump), senders


async def live_on(world: World, senders: list[Sender]) -> list[Record]:
    """Continue after the dump, with matcher and clocks in between; return the records read."""
    first, second, third, fourth, fifth, sixth, seventh, _ = senders
    now = datetime.now(UTC)
    records: list[Record] = []

    async def read(*events: Any) -> None:
        found = [world.record(event) for event in events]
        records.extend(found)
        await world.take_in_records(found)
        await world.match()

    await read(third.accepted(), fourth.accepted())  # no provider has capacity
    await read(first.answered("accept", IACP, at=now), fifth.accepted())
    amended = second.amended(topics=["wellness"])  # in time
    await read(amended, second.answered("decline", IACP, at=now))  # capacity for the third
    await read(declared(OTHER, 1, 1, number=1))
    await world.rewind_clocks()
    await world.deadlines.step(world.pool)
    await world.match()
    await read(third.withdrawn(), declared(IACP, 5, number=2), sixth.accepted())
    await read(sixth.amended(topics=["other"]), seventh.accepted(), seventh.withdrawn())
    await read(first.milestone("kick_off", IACP), first.amended(topics=["other"]))
    helping = (IACP, OTHER)
    await read(*[sixth.answered("accept", by, at=now) for by in helping])
    lost = [sixth.closed(by, reason="cannot_go_on") for by in helping]
    await read(*lost, sixth.withdrawn())  # so that no offer takes the place that it returns
    await read(first.milestone("delivered", IACP), first.closed(IACP))
    await read(first.amended(topics=["too late"]), first.withdrawn())
    await read(seventh.amended(topics=["too late"]))
    return records


async def lives_of(world: World) -> dict[str, Any]:
    """Return all of requests and capacities, except fields that no event contains."""
    columns = (
        "tracking_number, status, facts, program, lane, queued, waits_for, published,"
        " last_event, offer_state, offer_expires_at, offer_declaration, due_clock,"
        " due_cause, offered"
    )
    requests = await world.pool.fetch(f"SELECT {columns} FROM requests ORDER BY 1")
    order = await world.pool.fetch(
        "SELECT tracking_number FROM requests WHERE queued ORDER BY queue_number"
    )
    capacities = await world.pool.fetch(
        "SELECT provider, declaration, entries, (SELECT sum(each) FROM unnest(free) AS each),"
        " load FROM capacities ORDER BY 1"
    )
    return {
        "requests": [tuple(row) for row in requests],
        "order": [row[0] for row in order],
        "capacities": [tuple(row) for row in capacities],
        "sequences": [
            tuple(r) for r in await world.pool.fetch("SELECT * FROM sequences ORDER BY 2")
        ],
    }


async def test_published_decisions_are_restored_and_nothing_is_sent(
    lives: tuple[World, World, list[Sender]],
) -> None:
    lived, dump, senders = lives
    records = await live_on(lived, senders)
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)

    await catch_up(dump.pool, Restore(), [records], service="routing")

    assert await outbox_of(dump.pool) == []
    assert await lives_of(dump) == await lives_of(lived)
    assert (await verify_decisions(dump.pool))[1] == []
    await dump.match()
    assert await outbox_of(dump.pool) == []


async def test_every_field_that_events_contain_is_restored(
    lives: tuple[World, World, list[Sender]],
) -> None:
    lived, dump, senders = lives
    records = await live_on(lived, senders)
    directed = Sender(9, agency={"listed": False})
    said = [directed.accepted(), directed.directed("assign", provider=OTHER)]
    records += (more := [lived.record(event) for event in said])
    await lived.take_in_records(more)
    await lived.match()  # applies the capacity that the directed offer takes
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)

    await catch_up(dump.pool, Restore(), [records], service="routing")

    for statement in (
        "SELECT to_jsonb(requests) - 'fresh' FROM requests ORDER BY tracking_number",
        "SELECT to_jsonb(capacities) FROM capacities ORDER BY provider",
    ):
        rows, restored = [await world.pool.fetch(statement) for world in (lived, dump)]
        assert [json.loads(row[0]) for row in restored] == [json.loads(row[0]) for row in rows]


async def test_events_omitted_by_an_earlier_release_get_no_number_of_later_ones(
    lives: tuple[World, World, list[Sender]],
) -> None:
    lived, dump, (first, *_) = lives
    said = [first.withdrawn(), first.amended(topics=["too late"]), first.withdrawn()]
    records = [lived.record(event) for event in said]
    await lived.take_in_records(records)
    on_log = as_an_earlier_release(await outbox_of(lived.pool))
    await announce(dump.pool, on_log, at=AT)

    await catch_up(dump.pool, Restore(), [records], service="routing")

    assert await outbox_of(dump.pool) == []


def as_an_earlier_release(rows: Outbox) -> Outbox:
    """Return *rows*, all about one request, without amendments that came too late."""
    events = [json.loads(row["value"]) for row in rows]
    kept = [index for index, e in enumerate(events) if "came_too_late" not in e["type"]]
    first = int(events[0]["sequence"])
    return [
        {
            **rows[index],
            "value": json.dumps({**events[index], "sequence": f"{first + number:020d}"}).encode(),
        }
        for number, index in enumerate(kept)
    ]


@pytest.mark.parametrize("seed", range(1, 17))
async def test_each_request_continues_from_its_last_published_event(
    lives: tuple[World, World, list[Sender]], seed: int
) -> None:
    lived, dump, senders = lives
    records = await live_on(lived, senders)
    on_log = cut(await outbox_of(lived.pool), seed=seed)
    await announce(dump.pool, on_log, at=AT)

    await catch_up(dump.pool, Restore(), [records[:5], records[5:]], service="routing")
    await dump.match()

    sent = await outbox_of(dump.pool)
    assert {row["event_id"] for row in sent}.isdisjoint(row["event_id"] for row in on_log)
    numbers: dict[str, list[int]] = defaultdict(list)
    answers: dict[str, int] = defaultdict(int)
    last: dict[str, Any] = {}
    too_late: list[str] = []
    for row in (*on_log, *sent):
        event = json.loads(row["value"])
        numbers[event["subject"]].append(int(event["sequence"]))
        if "message_" in event["type"]:
            answers[event["inreplyto"]] += 1
        elif "came_too_late" in event["type"]:
            too_late.append(event["causationid"])
        else:
            last[event["subject"]] = event
    for found in numbers.values():
        assert found == list(range(found[0], found[0] + len(found)))
    assert set(answers.values()) == {1}
    assert len(too_late) == len(set(too_late)) == 2
    then = [json.loads(row["value"]) for row in await outbox_of(lived.pool)]
    assert answers.keys() == {e["inreplyto"] for e in then if "message_" in e["type"]}
    rows = await dump.pool.fetch("SELECT tracking_number, status, last_event FROM requests")
    held = {row[0]: (row[1], str(row[2])) for row in rows}
    for number, event in last.items():
        assert held[number] == (event["data"]["status"], event["id"])
    assert await dump.pool.fetchval("SELECT count(*) FROM dead_letters") == 0
    for (free,) in await dump.pool.fetch("SELECT free FROM capacities"):
        assert min(free, default=0) >= 0


async def test_a_late_clock_is_announced_again_after_a_restore(
    lives: tuple[World, World, list[Sender]],
) -> None:
    lived, dump, senders = lives
    records = await live_on(lived, senders)
    referred = Sender(9, agency={"listed": False})
    records += (more := [lived.record(referred.accepted())])
    await lived.take_in_records(more)
    await lived.rewind_clocks()
    await lived.deadlines.step(lived.pool)
    await lived.rewind_late_clocks()
    await lived.deadlines.step(lived.pool)
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)

    await catch_up(dump.pool, Restore(), [records], service="routing")

    late = "SELECT * FROM late_clocks WHERE tracking_number = $1"
    rows = [await world.pool.fetch(late, referred.tracking_number) for world in (lived, dump)]
    assert rows[0] == rows[1]
    assert [(row["clock"], row["misses"]) for row in rows[0]] == [("triage.standard", 2)]


@pytest.mark.parametrize("unpublished", [0, 1, 2])
async def test_e52_a_settled_clock_stays_settled_after_a_restore(
    lives: tuple[World, World, list[Sender]], unpublished: int
) -> None:
    lived, dump, _ = lives
    referred = Sender(9, agency={"listed": False})
    records = [lived.record(referred.accepted())]
    await lived.take_in_records(records)
    await lived.rewind_clocks()
    await lived.deadlines.step(lived.pool)
    records.append(lived.record(referred.settled("triage.standard")))
    await lived.take_in_records(records[1:])
    then = await outbox_of(lived.pool)
    await announce(dump.pool, then[: len(then) - unpublished], at=AT)

    await catch_up(dump.pool, Restore(), [records], service="routing")

    assert await dump.pool.fetchval("SELECT count(*) FROM late_clocks WHERE misses > 0") == 0
    sent = [json.loads(row["value"]) for row in await outbox_of(dump.pool)]
    kinds = [event["type"].split(".")[3] for event in sent]
    assert kinds == ["clock_settled", "message_applied"][2 - unpublished :]
