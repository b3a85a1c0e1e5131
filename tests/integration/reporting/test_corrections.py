"""What is learned late of a released month corrects it with the next release, and only then."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.reporting.corrections.decide import MOST
from services.reporting.corrections.publish import read_touched
from services.reporting.corrections.store import read_late_times
from services.reporting.restore import Restore
from shared.contracts.reporting import RELEASES_TOPIC
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.examples.streams import START
from tests.integration.reporting.conftest import TOPICS, Log
from tests.integration.reporting.releasing import DUE, Pool, process, references, stream
from tests.proofs.checker import run as checked
from tests.proofs.checker.releases import i24_releases_are_reruns
from tests.unit.reporting.test_release import release

APRIL, MAY = datetime(2026, 5, 20, tzinfo=UTC), datetime(2026, 6, 10, tzinfo=UTC)
"""After the releases of these months are due."""
ALWAYS = datetime(2100, 1, 1, tzinfo=UTC)
COMPLETED = ("engagements", "event", "closed")
CALIFORNIA = ("requests", "us_state", "US-CA")


async def requests(log: Log, first: int, last: int, *, closed: int = 0, **facts: Any) -> None:
    """Take in requests of March by number; those up to *closed* are completed."""
    for number in range(first, last + 1):
        made = stream(number, **facts)
        if number <= closed:
            made.engaged()
            made.progressed("delivered")
            made.closed()
        await log.take_in(made.events)


async def released(log: Log, count: int, **facts: Any) -> None:
    """Publish March, with *count* requests."""
    await log.take_in(references())
    await requests(log, 1, count, **facts)
    await process(DUE).publish_due(log.pool)


async def corrections(pool: "Pool") -> list[dict[str, Any]]:
    return [
        event["data"]
        for event in await events_in(pool, RELEASES_TOPIC)
        if "figure_corrected" in event["type"]
    ]


async def changed(pool: "Pool") -> dict[tuple[str, str, str], tuple[Any, Any]]:
    return {
        (each["figure"], each["breakdown"], each["group"]): (each["before"], each["after"])
        for each in await corrections(pool)
        if each["measure"] == "count"
    }


async def test_e82_a_late_event_corrects_what_it_shows_with_the_next_release(log: Log) -> None:
    await released(log, 64)
    await requests(log, 65, 66)
    none_yet = await corrections(log.pool)

    await process(APRIL).publish_due(log.pool)

    assert none_yet == []
    found = await changed(log.pool)
    assert found[CALIFORNIA] == (60, 70)
    assert found["requests", "reached", "accepted"] == (60, 70)
    assert {(each["release"], each["corrected_with"]) for each in await corrections(log.pool)} == {
        ("2026-03", "2026-04")
    }
    assert {each["because"] for each in await corrections(log.pool)} == {"late"}
    stored = await log.pool.fetch("SELECT number, body::text AS body FROM corrections ORDER BY 1")
    assert [json.loads(row["body"]) for row in stored] == await corrections(log.pool)
    assert [row["number"] for row in stored] == list(range(2, len(stored) + 2))


async def test_e82_a_change_that_rounding_hides_corrects_nothing(log: Log) -> None:
    await released(log, 57)
    await requests(log, 58, 58)

    await process(APRIL).publish_due(log.pool)

    assert await corrections(log.pool) == []


async def test_e82_a_closure_that_is_told_late_corrects_its_month(log: Log) -> None:
    await released(log, 30, closed=24)
    late = [stream(number) for number in (25, 26)]
    for made in late:
        made.engaged()
        made.progressed("delivered")
        made.closed()
        await log.take_in(made.events[3:])

    await process(APRIL).publish_due(log.pool)

    found = await changed(log.pool)
    assert found[COMPLETED] == found["engagements", "close_reason", "completed"] == (20, 30)
    assert CALIFORNIA not in found


async def test_a_correction_is_published_once(log: Log) -> None:
    await released(log, 64)
    await requests(log, 65, 66)

    for at in (APRIL, APRIL, MAY):
        await process(at).publish_due(log.pool)

    found = await corrections(log.pool)
    assert {each["corrected_with"] for each in found} == {"2026-04"}
    async with log.pool.acquire() as connection:
        assert await read_late_times(connection, before=ALWAYS) == []


async def test_what_was_amended_corrects_the_months_in_which_the_request_counts(log: Log) -> None:
    """Two of 66 turn out to be in Nebraska; the agencies say so in April."""
    await released(log, 66)
    for number in (1, 2):
        made = stream(number, state="US-NE")
        made._at = datetime(2026, 4, 20, tzinfo=UTC)
        made.amended()
        await log.take_in(made.events[3:])
    await log.pool.execute("DELETE FROM late_times WHERE because = 'late'")

    await process(APRIL).publish_due(log.pool)

    assert await changed(log.pool) == {
        CALIFORNIA: (70, 60),
        ("requests", "us_state", "all"): (70, 60),
    }
    assert {each["because"] for each in await corrections(log.pool)} == {"amended"}


async def test_a_request_that_is_known_late_counts_in_each_of_its_months(log: Log) -> None:
    """Its acceptance could not be read when March and April were released."""
    await log.take_in(references())
    made = [stream(number) for number in range(1, 12)]
    for each in made:
        each._at = datetime(2026, 4, 9, tzinfo=UTC)
        each.engaged()
        await log.take_in(each.events[1:])
    await requests(log, 20, 20)
    await process(DUE).publish_due(log.pool)
    await process(APRIL).publish_due(log.pool)

    for each in made:
        await log.take_in(each.events[:1])
    await process(MAY).publish_due(log.pool)

    found = await corrections(log.pool)
    assert {each["release"] for each in found} == {"2026-03", "2026-04"}
    assert {
        (each["release"], each["group"]) for each in found if each["breakdown"] == "reached"
    } >= {
        ("2026-03", "accepted"),
        ("2026-04", "assigned"),
    }


async def test_months_of_which_nothing_was_learned_are_not_counted_again(log: Log) -> None:
    """Somebody changes a row: that is a fault, which a rebuild finds, and no correction."""
    await released(log, 64)
    await log.pool.execute("UPDATE requests SET us_state = 'US-NY'")

    await process(APRIL).publish_due(log.pool)

    assert await corrections(log.pool) == []


async def test_one_release_counts_the_latest_months_again_and_leaves_the_others(
    log: Log,
) -> None:
    times = [datetime(2024, 1, 15, tzinfo=UTC) + timedelta(days=31 * n) for n in range(MOST + 2)]
    await log.pool.executemany(
        "INSERT INTO late_times VALUES ($1, 'late')", [(at,) for at in times]
    )

    async with log.pool.acquire() as connection:
        touched, since = await read_touched(connection, release())

    assert [str(month) for month in touched] == sorted(f"{at:%Y-%m}" for at in times[2:])
    assert times[1] < since < times[2]


async def test_the_checker_finds_the_same_corrections_in_the_log(log: Log) -> None:
    await released(log, 64, closed=14)
    await requests(log, 65, 66, closed=66)
    await process(APRIL).publish_due(log.pool)
    events = [row for row in await outbox_of(log.pool) if row["topic"] == RELEASES_TOPIC]

    topics: dict[str, list[checked.Record]] = {RELEASES_TOPIC: []}
    for r in log.records:
        record = checked.Record(r.topic, r.partition, r.offset, b"key", r.value)
        topics.setdefault(r.topic, []).append(record)
    for offset, event in enumerate(events):
        record = checked.Record(RELEASES_TOPIC, 0, offset, b"key", event["value"])
        topics[RELEASES_TOPIC].append(record)
    tables = {
        name: [dict(row) for row in await log.pool.fetch(f"SELECT * FROM {name}")]
        for name in ("releases", "corrections")
    }
    run = checked.Run(topics=topics, ends={}, tables={"reporting": tables})

    assert [each for each in i24_releases_are_reruns(run) if each is not None] == []


@pytest.fixture
async def dump(stack: Stack, database: Database) -> AsyncIterator[tuple["Pool", "Pool"]]:
    """A database in which something was learned of March, and its dump from before April."""
    dsn = await database("reporting")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await released(Log(pool), 64)
        await pool.execute("DELETE FROM outbox")
        await pool.execute("INSERT INTO late_times VALUES ($1, 'late')", START)
        await pool.execute("UPDATE requests SET us_state = 'US-NY'")
    async with (
        dumped(stack, dsn, service="reporting") as copy,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives,
        asyncpg.create_pool(copy, min_size=1, max_size=2, server_settings=LIMITS) as is_dump,
    ):
        yield lives, is_dump


async def test_after_a_restore_the_published_corrections_are_there_and_none_comes_again(
    dump: tuple["Pool", "Pool"],
) -> None:
    lives, restored = dump
    await process(APRIL).publish_due(lives)
    sent = [row for row in await outbox_of(lives) if row["topic"] == RELEASES_TOPIC]
    published = await corrections(lives)
    await announce(restored, sent, at=START)

    await catch_up(restored, Restore(), [], service="reporting")
    await process(MAY).publish_due(restored)

    assert published != []
    assert await corrections(restored) == []
    stored = await restored.fetch("SELECT body::text AS body FROM corrections ORDER BY number")
    assert [json.loads(row["body"]) for row in stored] == published


async def test_after_a_restore_what_was_not_corrected_is(dump: tuple["Pool", "Pool"]) -> None:
    """The release of April had gone out, and its corrections had not."""
    lives, restored = dump
    await process(APRIL).publish_due(lives)
    sent = [row for row in await outbox_of(lives) if row["topic"] == RELEASES_TOPIC]
    await announce(restored, sent[:1], at=START)

    await catch_up(restored, Restore(), [], service="reporting")
    await process(MAY).publish_due(restored)

    found, before = await corrections(restored), await corrections(lives)
    assert [(each["group"], each["before"], each["after"]) for each in found] == [
        (each["group"], each["before"], each["after"]) for each in before
    ]
    assert {each["corrected_with"] for each in found} == {"2026-05"}
