"""Each month is released once, with its own figures, whatever happens to the process."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.reporting.restore import Restore
from services.reporting.sites.store import take_in
from shared.contracts.event import Event
from shared.contracts.reporting import RELEASES_TOPIC
from shared.postgres.pool import LIMITS
from shared.process.tasks import AT_ONCE
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.published_sites import Publishing, areas_of
from tests.examples.restored import announce, catch_up, dumped
from tests.examples.roles import as_owner
from tests.examples.streams import START, EventStream
from tests.integration.reporting.conftest import TOPICS, Log
from tests.integration.reporting.releasing import (
    DUE,
    Pool,
    accepted_in,
    busy_provider,
    march,
    process,
    references,
    stream,
)
from tests.proofs.checker import run as checked
from tests.proofs.checker.releases import i24_releases_are_reruns

Cells: TypeAlias = dict[tuple[str, str, str], int | str]


async def releases(pool: "Pool") -> list[dict[str, Any]]:
    return [event["data"] for event in await events_in(pool, RELEASES_TOPIC)]


async def outbox_rows(pool: "Pool") -> list[Any]:
    return [row for row in await outbox_of(pool) if row["topic"] == RELEASES_TOPIC]


async def only_release(pool: "Pool") -> dict[str, Any]:
    (published,) = await releases(pool)
    release: dict[str, Any] = published["release"]
    return release


def cells(release: dict[str, Any], measure: str = "count") -> Cells:
    return {
        (f["figure"], f["breakdown"], f["group"]): f["value"]
        for f in release["figures"]
        if f["measure"] == measure
    }


async def test_e81_a_month_is_released_on_the_third_working_day(log: Log) -> None:
    await march(log)

    before = await process(DUE - timedelta(hours=2)).publish_due(log.pool)
    none_yet = await releases(log.pool)
    after = await process(DUE).publish_due(log.pool)

    assert timedelta(minutes=59) < before < timedelta(hours=1)  # midnight in New York
    assert none_yet == []
    assert after == AT_ONCE
    found = cells(await only_release(log.pool))
    assert found["requests", "us_state", "US-CA"] == 60
    assert found["requests", "us_state", "US-NE"] == "10 or fewer"
    assert found["requests", "us_state", "US-NY"] == "10 or fewer"
    assert found["requests", "reached", "closed"] == 50  # 45, ties up
    assert found["offers", "event", "made"] == 60
    assert found["engagements", "close_reason", "completed"] == 50


async def test_e86_goals_topics_families_and_forms_are_counted(log: Log) -> None:
    await march(log)

    await process(DUE).publish_due(log.pool)

    found = cells(await only_release(log.pool))
    assert {key[2]: value for key, value in found.items() if key[1] == "goal"} == {
        "trust": 60,
        "wellness": 60,
        "operations": "10 or fewer",
        "learning": "10 or fewer",
        "promising_practices": "10 or fewer",
        "not_stated": "10 or fewer",
    }
    assert found["requests", "topic", "jails"] == found["requests", "family", "sheriff"] == 60
    assert found["requests", "family", "general"] == 60  # once for two topics of it
    assert found["requests", "service_form", "consultation"] == 60
    assert found["engagements", "completed_by_goal", "trust"] == 50


async def test_e87_agencies_with_which_an_engagement_began_are_counted_once(log: Log) -> None:
    """Of 45 engagements, 24 are with one agency; 21 are with agencies without an ORI."""
    await log.take_in(references())
    for number in range(1, 46):
        key = {"ori": None, "key": f"town-{number}", "listed": False} if number > 24 else {}
        made = EventStream(number, sworn_band="10-49", **key)
        made.accepted()
        made.triaged()
        made.offered()
        made.engaged()
        await log.take_in(made.events)

    await process(DUE).publish_due(log.pool)

    release = await only_release(log.pool)
    found = cells(release)
    assert found["agencies", "size", "under_50"] == 20  # 22
    assert found["agencies", "us_state", "US-CA"] == 20
    assert found["agencies", "sworn_band", "50-99"] == "10 or fewer"
    assert release["list_year"] == "2025"
    assert found["offers", "accepted_by", "not_stated"] == 50  # 45; no provider is registered


async def judged(log: Log, *reports: Event) -> list[str | None]:
    """Return what the checker finds of the release and of *reports* on the same topic."""
    (event,) = await outbox_rows(log.pool)
    row = await log.pool.fetchrow("SELECT month, sha256, body::text AS body FROM releases")
    assert row is not None
    topics: dict[str, list[checked.Record]] = {}
    for r in log.records:
        record = checked.Record(r.topic, r.partition, r.offset, b"key", r.value)
        topics.setdefault(r.topic, []).append(record)
    topics[RELEASES_TOPIC] = [
        checked.Record(RELEASES_TOPIC, 0, offset, b"key", value)
        for offset, value in enumerate([*(each.encode() for each in reports), event["value"]])
    ]
    tables = {"reporting": {"releases": [{**row, "body": json.loads(row["body"])}]}}
    return list(i24_releases_are_reruns(checked.Run(topics=topics, ends={}, tables=tables)))


async def test_the_checker_counts_the_same_from_the_log(log: Log) -> None:
    """Percentiles, too: they stand on 45 and 61 requests."""
    await march(log)
    await process(DUE).publish_due(log.pool)

    found = await judged(log)

    assert [each for each in found if each is not None] == []
    assert len(found) > 200
    times = cells(await only_release(log.pool), "p50")
    assert times["triage_to_offer", "all", "all"] == 0


async def test_a_providers_load_is_released_rounded(log: Log) -> None:
    """Of 54 offers 24 are accepted and 14 open; 38 are answered, most within two days."""
    await busy_provider(log)

    await process(DUE).publish_due(log.pool)

    release = await only_release(log.pool)
    found = cells(release)
    assert found["offers", "made_to", "iacp"] == 50
    assert found["offers", "accepted_by", "iacp"] == 20
    assert found["offers", "open_with", "iacp"] == 10
    assert found["offers", "lapsed_by", "iacp"] == "10 or fewer"
    assert cells(release, "per_10_engagements") == {("offers", "provider", "iacp"): 25}
    times = {key[0]: value for key, value in cells(release, "p50").items() if key[2] == "iacp"}
    assert times == {
        "offer_to_answer": 48, "acceptance_to_delivery": 120, "delivery_to_close": 24,
    }  # fmt: skip
    assert {each["name"] for each in release["figures"] if each["group"] == "iacp"} == {"Chiefs"}
    assert [each for each in await judged(log) if each is not None] == []


async def test_what_is_open_is_open_at_the_end_of_the_month(log: Log) -> None:
    """Offers of March that are answered in April are open in March, and no more in April."""
    await log.take_in(references())
    for number in range(1, 21):
        made = stream(number)
        made._at = datetime(2026, 4, 10, tzinfo=UTC)
        made.engaged()
        await log.take_in(made.events)

    for _ in range(2):
        await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(log.pool)

    first, second = [cells(each["release"]) for each in await releases(log.pool)]
    place = ("offers", "open_with", "not_stated")  # no provider is listed
    assert (first[place], second[place]) == (20, "10 or fewer")


async def test_e86_recommendations_count_by_goal_in_the_month_of_their_first_report(
    log: Log,
) -> None:
    """Fourteen of March come again in April, with twelve others, and with another goal."""
    await march(log)
    begun, whole = areas_of(["not_started"] * 14), areas_of(["in_progress"] * 26)
    begun[0]["goal"], whole[0]["goal"] = "operations", "trust"
    published = Publishing().report(areas=begun, published_on="2026-03-20")
    published.report(areas=whole, published_on="2026-04-20", version=2)
    async with log.pool.acquire() as connection:
        await take_in(connection, published.events)

    await process(DUE).publish_due(log.pool)
    found = await judged(log, *published.events)
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(log.pool)

    first, second = [cells(each["release"]) for each in await releases(log.pool)]
    goals = ("operations", "trust", "not_stated")
    assert [first["recommendations", "area_goal", goal] for goal in goals] == [
        10, "10 or fewer", "10 or fewer",
    ]  # fmt: skip
    assert [second["recommendations", "area_goal", goal] for goal in goals] == [
        "10 or fewer", 10, "10 or fewer",
    ]  # fmt: skip
    assert [each for each in found if each is not None] == []


async def test_times_from_the_first_contact_are_released_too(log: Log) -> None:
    """Requests are accepted on the tenth day after it, at the latest."""
    await march(log)

    await process(DUE).publish_due(log.pool)

    times = cells(await only_release(log.pool), "p50")
    assert times["first_contact_to_acceptance", "all", "all"] == 10 * 24
    assert times["first_contact_to_close", "program", "cri-tac"] == 10 * 24


async def test_the_release_says_what_it_was_computed_from(log: Log) -> None:
    await march(log)

    await process(DUE).publish_due(log.pool)

    (event,) = await events_in(log.pool, RELEASES_TOPIC)
    release = event["data"]["release"]
    assert (event["subject"], event["dataclassification"]) == ("2026-03", "public")
    assert release["definitions"] == {"figures": 5, "gate": 1}
    assert {(each["topic"], each["next_offset"]) for each in release["positions"]} == {
        ("cri.int.intake.v1", 61),
        ("cri.int.routing.v1", 2 * 61 + 3 * 45),
        ("cri.int.reference.v1", 4),
    }
    row = await log.pool.fetchrow("SELECT * FROM releases")
    assert row is not None
    assert (row["month"], row["sha256"]) == ("2026-03", event["data"]["sha256"])


async def test_a_months_figures_are_that_months(log: Log) -> None:
    """Twenty of March, thirty of April; the last of March were offered in April."""
    await log.take_in(references())
    end_of_march = datetime(2026, 4, 1, 3, 58, tzinfo=UTC)  # accepted at 3:59, offered at 4:01
    for number in range(1, 21):
        await log.take_in(stream(number, end_of_march).events)
    await accepted_in(log, datetime(2026, 4, 20, tzinfo=UTC), first=21, count=30)

    for _ in range(2):
        await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(log.pool)

    first, second = [cells(each["release"]) for each in await releases(log.pool)]
    accepted, offered = ("requests", "reached", "accepted"), ("offers", "event", "made")
    assert (first[accepted], first[offered]) == (20, "10 or fewer")
    assert (second[accepted], second[offered]) == (30, 20)


async def test_months_that_were_missed_are_released_late_one_by_one(log: Log) -> None:
    await march(log)
    late = process(datetime(2026, 6, 10, tzinfo=UTC))

    steps = [await late.publish_due(log.pool) for _ in range(4)]

    assert steps[:3] == [AT_ONCE] * 3
    assert timedelta(days=20) < steps[3]
    found = await releases(log.pool)
    assert [each["release"]["month"] for each in found] == ["2026-03", "2026-04", "2026-05"]
    assert cells(found[0]["release"])["requests", "reached", "accepted"] == 60
    assert cells(found[1]["release"])["requests", "reached", "accepted"] == "10 or fewer"


async def test_of_several_processes_one_publishes(log: Log) -> None:
    await march(log)

    await asyncio.gather(*(process(DUE).publish_due(log.pool) for _ in range(4)))
    await process(DUE).publish_due(log.pool)

    assert len(await releases(log.pool)) == 1
    assert await log.pool.fetchval("SELECT count(*) FROM releases") == 1


async def test_a_month_that_another_process_has_just_published_is_not_published_again(
    log: Log,
) -> None:
    """The other one publishes, and its relay sends, after this one has looked what is due."""
    await march(log)

    async def meanwhile(pool: "Pool") -> None:
        await process(DUE).publish_due(pool)
        await pool.execute("DELETE FROM outbox")

    await process(DUE, meanwhile).publish_due(log.pool)

    assert await releases(log.pool) == []
    assert await log.pool.fetchval("SELECT count(*) FROM releases") == 1


async def test_a_process_that_dies_while_it_publishes_leaves_nothing(
    stack: Stack, database: Database
) -> None:
    """Its session ends after release and message are written, before they are committed."""
    dsn = await database("reporting")
    owner = await asyncpg.connect(as_owner(stack, dsn, "reporting"))
    await owner.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
    )
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await march(Log(pool))
        await owner.execute(
            "CREATE TRIGGER die AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION die()"
        )

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await process(DUE).publish_due(pool)
        left = await pool.fetchval("SELECT count(*) FROM releases")
        await owner.execute("DROP TRIGGER die ON outbox")
        await process(DUE).publish_due(pool)

        assert left == 0
        assert len(await releases(pool)) == 1
    await owner.close()


async def test_a_month_waits_until_the_log_is_read_to_its_end(log: Log) -> None:
    """The clock goes on, but the last record that was read is of before."""

    async def stands_still(pool: "Pool") -> None:
        await pool.execute(
            "INSERT INTO read_to (as_of) SELECT now() - interval '7 days' ON CONFLICT DO NOTHING"
        )

    await march(log)

    await process(DUE, stands_still).publish_due(log.pool)
    waiting = await releases(log.pool)
    await process(DUE).publish_due(log.pool)

    assert waiting == []
    assert len(await releases(log.pool)) == 1


async def test_a_month_waits_for_the_rebuild_after_an_upgrade(log: Log) -> None:
    """A row of an earlier release does not have the topics."""
    await march(log)
    number = stream(7).tracking_number
    await log.pool.execute("UPDATE requests SET topics = NULL WHERE tracking_number = $1", number)

    await process(DUE).publish_due(log.pool)

    assert await releases(log.pool) == []


async def test_nothing_is_due_without_requests_or_without_a_calendar(log: Log) -> None:
    await process(DUE).publish_due(log.pool)
    await accepted_in(log, START, first=1, count=1)
    await process(DUE).publish_due(log.pool)

    assert await releases(log.pool) == []


async def test_what_was_left_out_is_named(log: Log) -> None:
    await march(log)
    broken = stream(62)
    topic, event = broken.events[1]
    await log.take_in([broken.events[0], (topic, event.encode().replace(b'"decision"', b'"d"'))])
    await log.take_in([broken.events[2]])

    await process(DUE).publish_due(log.pool)

    release = await only_release(log.pool)
    ended = 2 * 61 + 3 * 45
    assert release["left_out"] == [f"cri.int.routing.v1/0/{ended + n}" for n in range(2)]


async def test_a_published_release_cannot_be_changed(log: Log) -> None:
    await march(log)
    await process(DUE).publish_due(log.pool)

    with pytest.raises(asyncpg.PostgresError):
        await log.pool.execute("UPDATE releases SET sha256 = 'another'")


@pytest.fixture
async def dump(stack: Stack, database: Database) -> AsyncIterator[tuple["Pool", "Pool"]]:
    """A database that has taken March in, and its dump from before the release."""
    dsn = await database("reporting")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await march(Log(pool))
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="reporting") as copy,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives,
        asyncpg.create_pool(copy, min_size=1, max_size=2, server_settings=LIMITS) as is_dump,
    ):
        yield lives, is_dump


async def test_after_a_restore_the_published_release_is_the_months(
    dump: tuple["Pool", "Pool"],
) -> None:
    """What the dump would count is not what was published."""
    lives, restored = dump
    await process(DUE).publish_due(lives)
    sent = await outbox_rows(lives)
    published = json.loads(sent[0]["value"])["data"]
    await restored.execute("UPDATE requests SET us_state = 'US-NY'")
    await announce(restored, sent, at=START)

    await catch_up(restored, Restore(), [], service="reporting")
    pause = await process(DUE).publish_due(restored)

    assert pause > timedelta(days=20)
    assert await releases(restored) == []
    row = await restored.fetchrow("SELECT sha256, body::text AS body FROM releases")
    assert row is not None
    assert (row["sha256"], json.loads(row["body"])) == (published["sha256"], published["release"])


async def test_after_a_restore_a_month_that_was_not_published_is(
    dump: tuple["Pool", "Pool"],
) -> None:
    _, restored = dump

    await catch_up(restored, Restore(), [], service="reporting")
    await process(DUE).publish_due(restored)

    assert len(await releases(restored)) == 1
