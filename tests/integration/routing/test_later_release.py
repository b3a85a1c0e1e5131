"""Events of a later release are harmless: no queue, clock or answer is lost."""

import json
from typing import Any

from services.routing.restore import Restore
from shared.contracts import intake, reference, routing
from shared.delivery.records import Record
from shared.delivery.restore.own_log import parse_published
from tests.examples.later import ABOUT_OTHERS, ABOUT_REQUESTS, later
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up
from tests.examples.routing import AT, Sender, declared
from tests.integration.routing.conftest import World
from tests.integration.routing.test_catch_up import live_on, lives, lives_of

__all__ = ["lives"]


def put(world: World, topic: str, value: bytes) -> Record:
    """Return *value* as the next record of *topic*."""
    offset = world.offsets.get(topic, 0)
    world.offsets[topic] = offset + 1
    return Record(topic, 0, offset, b"", value, (), AT)


async def test_unknown_types_on_both_topics_move_their_gates_and_nothing_else(
    world: World,
) -> None:
    sender = Sender(1)
    number = sender.tracking_number
    await world.take_in(sender.accepted())

    unknown = []
    for name, data in ABOUT_REQUESTS[intake.TOPIC].items():
        sender.number += 1
        value = later(intake.TOPIC, name, number, sender.number, data)
        unknown.append(put(world, intake.TOPIC, value))
    name, subject, data = ABOUT_OTHERS[intake.TOPIC]
    unknown.append(put(world, intake.TOPIC, later(intake.TOPIC, name, subject, 1, data)))
    name, subject, data = ABOUT_OTHERS[reference.TOPIC]
    world.versions += 1
    value = later(reference.TOPIC, name, subject, world.versions, data)
    unknown.append(put(world, reference.TOPIC, value))
    outcomes = await world.take_in_records(unknown)
    await world.take_in(declared("iacp", 1, number=2))
    await world.match()
    await world.take_in(sender.withdrawn())
    await world.match()

    assert outcomes == {"ignored": 3}
    assert await world.kinds(number) == [
        "request_triaged", "offer_made", "offer_withdrawn", "request_withdrawn", "message_applied",
    ]  # fmt: skip
    assert await world.capacity("iacp") == ([1], 0)
    for table in ("held", "parked", "dead_letters"):
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_a_program_and_a_participant_of_a_later_release_stop_nothing(world: World) -> None:
    """Their values are unknown: such a program makes no offers, everything else continues."""
    await world.take_in(declared("iacp", 5))
    world.versions += 1
    program = {"id": "cri-tac", "name": "CRI-TAC", "status": "postponed"}
    event = json.loads(
        later(reference.TOPIC, "program_defined", reference.SUBJECT, world.versions, program)
    )
    await world.take_in_records([put(world, reference.TOPIC, json.dumps(event).encode())])
    first, second = Sender(1), Sender(2)
    await world.take_in(first.accepted())
    await world.match()
    waiting = await world.status(first.tracking_number)
    entry = {"id": "web-desk", "kind": "agency_desk", "name": "Desk", "reached_by": "desk"}
    world.versions += 1
    value = later(
        reference.TOPIC, "participant_registered", reference.SUBJECT, world.versions, entry
    )
    outcomes = await world.take_in_records([put(world, reference.TOPIC, value)])
    await world.take_in(second.accepted())

    assert waiting == "waiting"
    assert outcomes == {"applied": 1}
    assert await world.status(second.tracking_number) == "waiting"


async def test_a_request_with_events_of_a_later_release_is_restored(
    lives: tuple[World, World, list[Sender]],
) -> None:
    lived, dump, senders = lives
    records = await live_on(lived, senders)
    records.append(lived.record(senders[7].accepted()))  # only its triage is published
    await lived.take_in_records(records[-1:])
    rows = [dict(row) for row in await outbox_of(lived.pool)]
    await announce(dump.pool, rows, at=AT)
    # After the events of each decision, a later release has published another one.
    said = [json.loads(row["value"]) for row in rows]
    last: dict[str, Any] = {event["subject"]: event for event in said}
    offset = len(rows)
    for subject, event in last.items():
        name = "request_paused" if subject.startswith("CRI-") else "capacity_recorded"
        number, cause = int(event["sequence"]) + 1, event["causationid"]
        value = later(routing.TOPIC, name, subject, number, {"status": "triaged"}, cause=cause)
        found = parse_published(Record(routing.TOPIC, 0, offset, b"key", value, (), AT))
        assert found is not None
        await dump.pool.execute(
            'INSERT INTO announced (topic, partition, "offset", id, type, subject, number, cause,'
            " at, value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *found,
        )
        offset += 1

    await catch_up(dump.pool, Restore(), [records], service="routing")

    assert await outbox_of(dump.pool) == []
    mine, theirs = await lives_of(dump), await lives_of(lived)
    assert mine["order"] == theirs["order"]
    assert mine["capacities"] == theirs["capacities"]
    published = 7
    assert [
        (*row[:published], row[published] - 1, *row[published + 1 :]) for row in mine["requests"]
    ] == theirs["requests"]
    triages = "SELECT tracking_number, hash FROM decisions WHERE number = 1 ORDER BY 1"
    assert await dump.pool.fetch(triages) == await lived.pool.fetch(triages)
