"""Whatever the relay had sent when the database was lost, nothing of it is decided again."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.intake.handlers import IntakeReader
from services.intake.restore import Restore
from shared.contracts.intake import ANSWERS_TOPIC
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.inbound import AT, OFFICE, PROVIDER, data_of, submission
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, cut, dumped
from tests.integration.intake.conftest import AGENCIES, PARTICIPANTS, TOPICS, World


@pytest.fixture
async def lives(stack: Stack, database: Database) -> AsyncIterator[tuple[World, World]]:
    """Two databases that took in the same: one lives on, the other is its dump."""
    dsn = await database("intake")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        world = World(pool)
        await open_checkpoints(pool, [f"cri.in.{who['id']}.v1" for who in PARTICIPANTS])
        said = [world.said("participant.register", who, sender=OFFICE) for who in PARTICIPANTS]
        said += [
            world.said("topic.define", {"id": code, "name": code}, sender=OFFICE)
            for code in TOPICS
        ]
        await world.take_in(*said, world.said("request.submit", submission(reference="old")))
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="intake") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        yield World(lives_on, offsets=world.offsets), World(is_dump)


async def said_since(world: World) -> list[Record]:
    """Return what everybody says after the dump, about the request before it and new ones."""
    old = await world.pool.fetchval("SELECT tracking_number FROM requests")
    amendment = {"tracking_number": old, "need": {"issue": "More of it."}}
    counter = {"offer_id": f"{old}-O1", "answer": "decline", "reason_code": "timing"}
    return [
        world.said("request.submit", submission(reference="new")),
        world.said("request.submit", submission(reference="wordless", need=None)),
        world.said("request.amend", amendment),
        world.sent(b"not json"),
        world.said("contact.set", data_of("contact.set", "")),
        world.said("request.submit", submission(reference="new"), id="again"),
        world.said("request.submit", submission(reference="old", goals=["trust"])),
        world.said("capacity.declare", data_of("capacity.declare", ""), sender=PROVIDER),
        world.said("offer.answer", counter | {"note": "In May."}, sender=PROVIDER),
        world.said("program.define", data_of("program.define", ""), sender=OFFICE),
        world.said("status.ask", {"about": "all"}, id="asked"),
        world.said("status.ask", {"about": "all"}),
        world.said("status.ask", {"about": "all"}, id="asked"),
        world.said("status.ask", {"about": "all", "after": f"open/{old}"}),
        world.said("finding.record", data_of("finding.record", old), sender=PROVIDER),
        world.said("recommendation.claim", data_of("recommendation.claim", old)),
        world.said("request.withdraw", {"tracking_number": old, "reason": "no_longer_needed"}),
    ]


async def tables(world: World) -> dict[str, Any]:
    """Return the rows of intake, without the times of its own clock."""
    held = {}
    for table, columns in {
        "requests": "tracking_number, request_id, participant, reference, content, first_record,"
        " facts::text, published, confided, ended, ended_at",
        "messages": "*",
        "words": "tracking_number, said::text",
        "listings": "participant, about, since, pages",
        "sequences": "topic, subject, last",
        "catalog": "number, kind, id, body",
        "checkpoints": "topic, next_offset, applied, duplicate, refused, dead",
    }.items():
        rows = await world.pool.fetch(f"SELECT {columns} FROM {table} ORDER BY 1, 2")
        held[table] = [tuple(row) for row in rows]
    return held


def again() -> Restore:
    return Restore(IntakeReader(agencies=AGENCIES, office=OFFICE), office=OFFICE)


async def test_what_was_announced_is_known_again_and_nothing_is_sent(
    lives: tuple[World, World],
) -> None:
    lived, dump = lives
    records = await said_since(lived)
    await lived.take_in(*records)
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)

    await catch_up(dump.pool, again(), [records], service="intake")

    assert await outbox_of(dump.pool) == []
    assert await tables(dump) == await tables(lived)
    first = await dump.pool.fetchval("SELECT nextval('tracking_numbers')")
    assert first > 3


@pytest.mark.parametrize("seed", range(1, 13))
async def test_whatever_was_sent_every_record_has_led_to_its_events_once(
    lives: tuple[World, World], seed: int
) -> None:
    lived, dump = lives
    records = await said_since(lived)
    await lived.take_in(*records)
    on_log = cut(await outbox_of(lived.pool), seed=seed)
    await announce(dump.pool, on_log, at=AT)

    await catch_up(dump.pool, again(), [records[:4], records[4:]], service="intake")

    sent = await outbox_of(dump.pool)
    assert {row["event_id"] for row in sent}.isdisjoint(row["event_id"] for row in on_log)
    every = [json.loads(row["value"]) for row in (*on_log, *sent)]
    then = [json.loads(row["value"]) for row in await outbox_of(lived.pool)]
    assert sorted(_what(each) for each in every) == sorted(_what(each) for each in then)
    _are_numbered_without_a_gap(every)
    numbers = {e["data"]["reference"]: e["subject"] for e in every if "accepted" in e["type"]}
    stated = {e["subject"] for e in every if "need_stated" in e["type"]}
    assert len(set(numbers.values())) == 2
    assert stated == {numbers["new"], min(await _known(dump))}


async def test_what_comes_after_the_catch_up_goes_on_from_there(
    lives: tuple[World, World],
) -> None:
    lived, dump = lives
    records = await said_since(lived)
    await lived.take_in(*records)
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)
    await catch_up(dump.pool, again(), [records], service="intake")
    dump.offsets = lived.offsets

    outcomes = await dump.take_in(
        dump.said("request.submit", submission(reference="wordless", need=None)),
        dump.said("request.submit", submission(reference="third")),
    )

    assert outcomes == {"duplicate": 1, "applied": 1}
    (repeated,) = await dump.topic(ANSWERS_TOPIC)
    assert repeated["data"]["of"] == records[1].coordinate
    assert len(await _known(dump)) == 4


_APART = {"need_stated": "words", "note_stated": "words", "draft_stated": "drafts"}
"""The events that are on another topic than those with the codes of the same message."""


def _what(event: dict[str, Any]) -> tuple[str, str]:
    return event["causationid"], event["type"]


def _are_numbered_without_a_gap(events: list[dict[str, Any]]) -> None:
    found: dict[tuple[str, str], list[int]] = {}
    for event in events:
        topic = _APART.get(event["type"].split(".")[3], "")
        found.setdefault((topic, event["subject"]), []).append(int(event["sequence"]))
    for numbers in found.values():
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def _known(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT tracking_number FROM requests")
    return [row["tracking_number"] for row in rows]
