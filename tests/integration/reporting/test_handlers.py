"""Batches of the log become rows, lines and news: whole, once, and in any interleaving."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from services.reporting import store
from services.reporting.handlers import ReportingReader
from services.reporting.program_openings import announce_openings
from services.reporting.project import changed_by, merge
from shared.business_clock import BusinessClock
from shared.contracts import intake, reference, routing
from shared.contracts.event import Event, derived_id, padded
from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import events_in
from tests.examples.round_trips import counted
from tests.examples.solicitations import announced
from tests.examples.streams import START, EventStream
from tests.integration.reporting.conftest import TOPICS, Log

Pool: TypeAlias = "asyncpg.Pool[Any]"


def full_stream(number: int) -> EventStream:
    stream = EventStream(number)
    stream.accepted()
    stream.triaged()
    stream.waitlisted()
    stream.offered()
    stream.answered("decline", "timing")
    stream.declined()
    stream.amended(agency=stream.agency.model_copy(update={"sworn_band": "250-999"}))
    stream.offered("noble")
    stream.engaged()
    stream.progressed("kick_off")
    stream.clock_missed("in_delivery")
    stream.progressed("delivered")
    stream.closed()
    return stream


async def rows(pool: "Pool") -> dict[str, dict[str, Any]]:
    found = await pool.fetch("SELECT * FROM requests ORDER BY tracking_number")
    return {
        row["tracking_number"]: {
            name: value
            for name, value in row.items()
            if name != "tracking_number" and value not in (None, 0)
        }
        for row in found
    }


async def test_a_request_and_its_timeline_are_kept(log: Log) -> None:
    stream = full_stream(1)

    await log.take_in(stream.events)

    expected: dict[str, Any] = {}
    for _, event in stream.events:
        merge(expected, changed_by(event))  # type: ignore[arg-type]  # any Event
    assert await rows(log.pool) == {stream.tracking_number: expected}
    lines = await log.pool.fetch("SELECT * FROM timeline ORDER BY at")
    assert [line["event_id"] for line in map(dict, lines)] == [
        asyncpg.pgproto.pgproto.UUID(event.id) for _, event in stream.events
    ]


@pytest.mark.parametrize(
    ("days", "is_amended", "notes"), [(0, False, 0), (0, True, 1), (2, False, 1), (2, True, 2)]
)
async def test_a_batch_takes_five_round_trips_and_one_to_note_what_is_late_or_amended(
    database: Database, days: int, is_amended: bool, notes: int
) -> None:
    own, delivery = map(load_statements, ("services.reporting", "shared.delivery"))
    first, *later = full_stream(1).events
    now = BusinessClock(since=datetime.now(UTC), start=START + timedelta(days=days))
    async with counted(await database("reporting")) as (pool, executed):
        await open_checkpoints(pool, TOPICS)
        log = Log(pool, ReportingReader(now))
        await log.take_in([first])
        executed.clear()

        await log.take_in(e for e in later if is_amended or "amended" not in e[1].type)

    noted = [own["note_late_times"]] * notes
    assert executed == [
        "BEGIN;", delivery["open_batch"], own["save_batch"], *noted, delivery["settle_round"],
        "COMMIT;",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
async def test_any_interleaving_of_topics_in_any_batches_gives_the_same_rows(
    log: Log, seed: int
) -> None:
    chance = random.Random(seed)
    streams = [full_stream(number) for number in range(1, 6)]
    left = {
        topic: [e for stream in streams for e in stream.events if e[0] == topic]
        for topic in (intake.TOPIC, routing.TOPIC)
    }

    while any(left.values()):
        batch = []
        for _ in range(chance.randint(1, 12)):
            topic = chance.choice([topic for topic, events in left.items() if events] or [""])
            if topic:
                batch.append(left[topic].pop(0))
        await log.take_in(batch)

    expected: dict[str, dict[str, Any]] = {stream.tracking_number: {} for stream in streams}
    for stream in streams:
        for _, event in stream.events:
            merge(expected[stream.tracking_number], changed_by(event))  # type: ignore[arg-type]  # any Event
    assert await rows(log.pool) == expected
    assert await log.pool.fetchval("SELECT count(*) FROM timeline") == 5 * 13


async def test_a_batch_sent_again_changes_nothing(log: Log) -> None:
    stream = full_stream(1)
    await log.take_in(stream.events)
    before = await rows(log.pool)

    result = await log.take_in(stream.events)

    assert sum(result.outcomes.values(), Counter()) == {"duplicate": 13}
    assert await rows(log.pool) == before


async def test_what_concerns_no_request_is_passed_over(log: Log) -> None:
    capacity = {
        "provider": "iacp", "valid_until": START, "entries": [], "reference_version": 1
    }  # fmt: skip
    applied = {"participant": "iacp", "what": "capacity.declare", "about": "iacp"}

    result = await log.take_in(
        [
            (
                intake.TOPIC,
                _event(intake.CapacityDeclared, "intake.capacity_declared", "iacp", 1, capacity),
            ),
            (
                routing.TOPIC,
                _event(routing.MessageApplied, "routing.message_applied", "iacp", 1, applied),
            ),
            (routing.TOPIC, b"{}"),
        ]
    )

    assert sum(result.outcomes.values(), Counter()) == {"ignored": 2, "dead": 1}
    assert await log.pool.fetchval("SELECT count(*) FROM timeline") == 0


async def test_a_program_is_announced_to_everybody_when_it_is_defined(log: Log) -> None:
    defined = program_defined(1, status="open")
    again = program_defined(2, status="suspended")

    await log.take_in([(reference.TOPIC, defined)])
    await log.take_in([(reference.TOPIC, again)])

    news = await told(log.pool)
    assert [(n["sequence"], n["data"]["status"]) for n in news] == [
        (padded(1), "open"),
        (padded(2), "suspended"),
    ]
    assert {n["subject"] for n in news} == {"critical-response"}
    assert not any("inreplyto" in n for n in news)


async def test_each_version_of_a_solicitation_is_published_beside_the_programs(log: Log) -> None:
    await log.take_in(
        [
            (reference.TOPIC, program_defined(1, "cri-tac-2026")),
            (reference.TOPIC, announced(2)),
            (reference.TOPIC, announced(3, version=2)),
        ]
    )

    news = await told(log.pool)
    assert [(n["subject"], n["sequence"]) for n in news] == [
        ("cri-tac-2026", padded(1)),
        ("solicitation:cri-tac-2026", padded(1)),
        ("solicitation:cri-tac-2026", padded(2)),
    ]
    assert [n["data"]["version"] for n in news[1:]] == [1, 2]


async def test_an_opening_by_date_is_told_once_by_postgres_clock(log: Log) -> None:
    now = await log.pool.fetchval("SELECT now()")
    past, future = now - timedelta(seconds=1), now + timedelta(hours=1)
    await log.take_in(
        [
            (reference.TOPIC, program_defined(1, status="announced", opens_at=past)),
            (reference.TOPIC, program_defined(2, "other", status="announced", opens_at=future)),
        ]
    )
    wake = asyncio.Event()

    await announce_openings(log.pool, relay_wake=wake)
    pause = await announce_openings(log.pool, relay_wake=wake)

    assert timedelta(minutes=59) < pause <= future - now
    news = await told(log.pool)
    assert [(n["subject"], n["data"]["status"]) for n in news] == [
        ("critical-response", "announced"),
        ("other", "announced"),
        ("critical-response", "open"),
    ]
    assert len({n["id"] for n in news}) == 3
    assert wake.is_set()


async def test_every_statement_prepares_against_the_migrated_schema(pool: "Pool") -> None:
    async with pool.acquire() as connection:
        for sql in store._SQL.values():
            await connection.prepare(sql)


def program_defined(
    version: int,
    program: str = "critical-response",
    *,
    name: str = "Critical Response",
    status: str = "open",
    opens_at: datetime | None = None,
) -> Event:
    data = {"id": program, "name": name, "status": status, "opens_at": opens_at}
    return _event(
        reference.ProgramDefined, "intake.program_defined", reference.SUBJECT, version, data
    )


def _event(model: type[Event], kind: str, subject: str, number: int, data: object) -> Event:
    return model.model_validate(
        {
            "id": derived_id("test", kind, subject, number),
            "source": "urn:cri:continuum:intake",
            "type": f"gov.cri.{kind}.v1",
            "subject": subject,
            "time": START,
            "correlationid": "c",
            "causationid": "cri.in.program-office.v1/0/1",
            "inreplyto": "cri.in.program-office.v1/0/1",
            "sequence": padded(number),
            "data": data,
        }
    )


async def told(pool: "Pool") -> list[dict[str, Any]]:
    return await events_in(pool, "cri.pub.programs.v1")
