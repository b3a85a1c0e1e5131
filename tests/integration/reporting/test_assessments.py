"""Assessments become rows and answers: once, whatever comes first, and after a restore, too."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from services.reporting.assessments import store
from services.reporting.assessments.batch import CHANGED
from services.reporting.assessments.decide import refusal_of
from services.reporting.assessments.site import Site, evolve
from services.reporting.early import EarlyMessages
from services.reporting.handlers import ReportingReader
from services.reporting.restore import Restore
from shared.contracts import intake, reporting
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.event import Event
from shared.delivery.records import Record
from tests.examples.assessments import (
    AGENCY,
    ENGAGEMENT,
    NUMBER,
    PROVIDER,
    draft_of,
    message,
)
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.publications import said
from tests.examples.restored import announce, catch_up, cut
from tests.examples.streams import START
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import opened, routed

CANARY = "canary-7c1f"
Said = Sequence[tuple[str, Event]]


def life() -> list[Any]:
    """Return messages about an assessment, some of which are refused."""
    names: list[tuple[str, dict[str, Any]]] = [
        ("finding_recorded", {}),  # before its focus area
        ("focus_area_set", {}),
        ("finding_recorded", {}),
        ("finding_recorded", {"version": 3}),
        ("recorded", {}),
        ("recorded", {"recommendation": "2.1.2", "due_on": None}),
        ("claimed", {}),
        ("proposed", {"reason_code": "under_study"}),
        ("verified", {"status": "complete"}),
        ("verified", {}),
        ("proposed", {"recommendation": "2.1.2", "status": "complete", "participant": "iacp"}),
        ("proposed", {"recommendation": "2.1.2", "status": "complete"}),
        ("proposed", {"status": "complete", "on": "2027-01-25"}),
        ("verified", {"status": "complete", "on": "2027-01-26"}),
        ("proposed", {"status": "not_started"}),
        ("verified", {"decision": "return", "reason_code": "audit", "on": "2027-01-27"}),
        ("recorded", {"version": 2, "due_on": "2027-12-31"}),
    ]
    return [message(name, number=n, **changes) for n, (name, changes) in enumerate(names, 1)]


def on_log(messages: Sequence[Any]) -> list[tuple[str, Event]]:
    return [(intake.TOPIC, each) for each in messages]


def folded(messages: Sequence[Any]) -> tuple[Site, list[bool]]:
    """Return the site after *messages*, and which of them were applied."""
    site = Site(ENGAGEMENT, NUMBER, PROVIDER, AGENCY, START)
    applied = []
    for each in messages:
        applied.append(refusal_of(site, each) is None)
        site = evolve(site, each) if applied[-1] else site
    return site, applied


async def site_in(pool: Any) -> Site | None:
    async with pool.acquire() as connection:
        return (await store.read_sites(connection, [ENGAGEMENT])).get(ENGAGEMENT)


def looking() -> EarlyMessages:
    """Return what decides messages that have waited, by a log that is read to its end."""

    async def update(_: Any) -> None:
        return None

    return EarlyMessages(update_as_of=update, relay_wake=asyncio.Event())


async def answers(pool: Any) -> list[dict[str, Any]]:
    return await events_in(pool, reporting.TOPIC)


@pytest.mark.parametrize("together", [True, False])
async def test_rows_are_the_fold_of_what_was_applied_and_each_message_is_answered(
    log: Log, *, together: bool
) -> None:
    messages = life()
    site, applied = folded(messages)
    events: Said = [opened(), *on_log(messages)]

    for batch in [events] if together else [[event] for event in events]:
        await log.take_in(batch)

    assert await site_in(log.pool) == site
    found = await answers(log.pool)
    answered = [each for each in found if each["type"] != CHANGED]
    assert [each["type"].split(".")[3] for each in answered] == [
        "message_applied" if each else "message_refused" for each in applied
    ]
    assert [each["inreplyto"] for each in answered] == [each.inreplyto for each in messages]
    assert [int(each["sequence"]) for each in found] == list(range(1, len(found) + 1))
    assert {each["subject"] for each in found} == {ENGAGEMENT}
    assert [each["data"]["change"] for each in found if each["type"] == CHANGED] == [
        "claimed", "verified", "verified", "returned",
    ]  # fmt: skip
    assert len(set(applied)) == 2


async def test_a_duplicate_is_answered_once(log: Log) -> None:
    area = message("focus_area_set")

    await log.take_in([opened(), (intake.TOPIC, area), (intake.TOPIC, area)])
    await log.take_in([(intake.TOPIC, area)])

    assert len(await answers(log.pool)) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_after_its_end_the_provider_is_refused(log: Log, *, together: bool) -> None:
    closed = routed("engagement_closed", 2, reason="completed")
    events: Said = [opened(), closed, (intake.TOPIC, message("focus_area_set"))]

    for batch in [events] if together else [[event] for event in events]:
        await log.take_in(batch)

    (refused,) = await answers(log.pool)
    assert refused["data"]["reasons"][0]["code"] == "engagement_not_open"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("seed", range(4))
async def test_a_text_is_kept_if_its_message_is_applied_whatever_comes_first(
    log: Log, seed: int, *, together: bool
) -> None:
    area, right = message("focus_area_set"), message("finding_recorded", number=2)
    wrong = message("finding_recorded", number=3, version=9)
    texts: Said = [
        (DRAFTS_TOPIC, draft_of(right, "Kept.", number=1)),
        (DRAFTS_TOPIC, draft_of(wrong, CANARY, number=2)),
    ]
    codes: Said = [opened(), *on_log([area, right, wrong])]
    draw = Random(seed)
    left = {"codes": list(codes), "texts": list(texts)}

    order = []
    while any(left.values()):  # in any interleaving of the two topics
        topic = draw.choice([name for name, events in left.items() if events])
        order.append(left[topic].pop(0))
    for batch in [order] if together else [[each] for each in order]:
        await log.take_in(batch)

    rows = await log.pool.fetch("SELECT cause, applied, text FROM drafts ORDER BY cause")
    kept = {row["cause"]: (row["applied"], row["text"]) for row in rows}
    assert kept[right.inreplyto] == (True, "Kept.")
    assert kept[wrong.inreplyto] == (False, None)


async def test_e80_a_text_is_in_its_own_row_and_nowhere_else(log: Log) -> None:
    area, finding = message("focus_area_set"), message("finding_recorded", number=2)

    await log.take_in([opened(), *on_log([area, finding])])
    await log.take_in([(DRAFTS_TOPIC, draft_of(finding, CANARY))])

    tables = await log.pool.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE'"
    )
    holding = [
        name
        for (name,) in tables
        if await log.pool.fetchval(
            f"SELECT exists(SELECT FROM {name} AS held WHERE held::text LIKE '%{CANARY}%')"
        )
    ]
    assert holding == ["drafts"]


@pytest.mark.parametrize("seed", range(4))
async def test_after_a_restore_nothing_is_answered_twice_and_rows_are_the_same(
    lives: tuple[Log, Log], seed: int
) -> None:
    lived, dump = lives
    messages = life()
    records = [
        Record(intake.TOPIC, 0, offset, b"key", each.encode(), (), START)
        for offset, each in enumerate(messages)
    ]
    await lived.take_in(on_log(messages))
    on_topic = cut(await outbox_of(lived.pool), seed=seed)
    await announce(dump.pool, on_topic, at=START)

    await catch_up(dump.pool, Restore(), [records], service="reporting")

    assert await site_in(dump.pool) == await site_in(lived.pool)
    every = [json.loads(row["value"]) for row in (*on_topic, *await outbox_of(dump.pool))]
    assert [each["id"] for each in every] == [each["id"] for each in await answers(lived.pool)]
    assert [int(each["sequence"]) for each in every] == list(range(1, len(every) + 1))


async def test_a_restore_that_reads_of_an_engagement_last_applies_what_was_applied(
    lives: tuple[Log, Log],
) -> None:
    lived, dump = lives
    messages = life()
    await lived.take_in(on_log(messages))
    await dump.pool.execute("DELETE FROM sites")  # the dump is older than the engagement
    await dump.pool.execute("DELETE FROM gates")
    await dump.pool.execute("DELETE FROM timeline")
    await announce(dump.pool, await outbox_of(lived.pool), at=START)
    topic, event = opened()
    inputs = [
        [
            Record(intake.TOPIC, 0, offset, b"key", each.encode(), (), START)
            for offset, each in enumerate(messages)
        ],
        [Record(topic, 0, 1, b"key", event.encode(), (), START)],
    ]

    await catch_up(dump.pool, Restore(), inputs, service="reporting")

    assert await site_in(dump.pool) == await site_in(lived.pool)
    assert await outbox_of(dump.pool) == []
    for table in ("held", "dead_letters"):
        assert await dump.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_a_restore_goes_by_the_answer_and_does_not_decide_again(
    lives: tuple[Log, Log],
) -> None:
    lived, dump = lives
    await lived.pool.execute("DELETE FROM sites")  # the message overtook the engagement
    early = message("focus_area_set")
    decides = ReportingReader(has_read_all=True)
    await Log(lived.pool, decides).take_in(on_log([early]))
    await announce(dump.pool, await outbox_of(lived.pool), at=START)

    record = Record(intake.TOPIC, 0, 0, b"key", early.encode(), (), START)
    await catch_up(dump.pool, Restore(), [[record]], service="reporting")

    restored = await site_in(dump.pool)
    assert restored is not None
    assert restored.focus_areas == {}
    assert await outbox_of(dump.pool) == []


@pytest.mark.parametrize("about", ["assessments", "publication"])
async def test_a_message_that_waits_in_the_dump_and_was_refused_is_not_refused_again(
    lives: tuple[Log, Log], about: str
) -> None:
    lived, dump = lives
    for pool in (lived.pool, dump.pool):
        await pool.execute("DELETE FROM sites")  # the engagement is unknown
    refused, waits = (
        [message("focus_area_set"), message("finding_recorded", number=2)]
        if about == "assessments"
        else [said("plan"), said("reschedule", number=2)]
    )
    await dump.take_in(on_log([refused, waits]))
    await Log(lived.pool, ReportingReader(has_read_all=True)).take_in(on_log([refused]))
    await announce(dump.pool, await outbox_of(lived.pool), at=START)

    await catch_up(dump.pool, Restore(), [], service="reporting")
    assert await answers(dump.pool) == []
    await looking().decide(dump.pool)

    (told,) = await answers(dump.pool)
    assert (told["causationid"], int(told["sequence"])) == (waits.id, 2)
    assert await dump.pool.fetchval("SELECT count(*) FROM held") == 0
