"""After a restore, no participant is sent a message twice or a different one."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.restore.reader import Restore
from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    inbound,
    made,
    offer,
    opened,
    state,
)
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, cut, dumped
from tests.integration.notifications.conftest import TOPICS, World, topic_of

SECOND = tracking_number(2026, 2)


@pytest.fixture(params=["topic", "desk"])
async def lives(
    stack: Stack, database: Database, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[World, World]]:
    """Two databases that took in the same: one lives on, the other is its dump."""
    log = Log()
    how = request.param
    before = [
        log.registered(OFFICE, "program_office", "Office", offset=0),
        log.registered(AGENCY, "agency_system", "California", offset=1, reached_by=how),
        log.registered(PROVIDER, "provider", "IACP", offset=2, reached_by=how),
        log.accepted(offset=1),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
    ]
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await World(pool, log).take_in(*before)
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        yield World(lives_on, log), World(is_dump, log)


def said_since(log: Log) -> list[Event]:
    """Return the facts after the dump, in the order in which they were taken in."""
    refused = {
        "participant": AGENCY,
        "kind": "gov.cri.request.submit.v1",
        "reasons": [{"code": "schema", "path": "/data", "message": "No.", "fix": "Mend it."}],
    }
    return [
        log.need(),
        log.contact(),
        log.routed("offer_made", made()),
        log.repeat(8, 5),
        log.event(intake.ANSWERS_TOPIC, "submission_refused", AGENCY, refused,
                  inreplyto=inbound(5)),
        log.accepted(SECOND, offset=6),
        log.asked("all", PROVIDER),
        log.note("decline", offset=7),
        log.routed("offer_declined", offer("triaged", reason="timing")),
        log.settled(offset=7),
        log.routed("request_referred", state("referred", SECOND, reason="no_candidate",
                                             decision=DECISION)),
        log.routed("offer_made", made(offer_id=f"{SECOND}-O2")),
        log.routed("engagement_opened", opened(need_stated=True)),
        log.routed("engagement_progressed", engagement("in_delivery", milestone="kick_off",
                                                       on="2026-04-01")),
        log.settled(offset=8),
        log.note(None, offset=8),
        log.repeat(9, 6),
    ]  # fmt: skip


async def live_on(world: World) -> list[Record]:
    """Take in, in several batches, what is said after the dump; return the records."""
    records = [world.log.record(topic_of(e), e) for e in said_since(world.log)]
    for first in range(0, len(records), 4):
        await world.take_in_records(records[first : first + 4])
    return records


def by_topic(records: list[Record]) -> list[list[Record]]:
    """Return the records as a catch-up takes them in: topic by topic."""
    stages = [[r for r in records if re.match(names, r.topic)] for names in Restore.order]
    assert sum(map(len, stages)) == len(records)
    return [stage for stage in stages if stage]


async def tables(world: World) -> dict[str, Any]:
    """Return all that is held, but for moments of the database's own clock."""
    held = {}
    for table, columns in {
        "requests": "*",
        "notices": "*",
        "answers": "inreplyto, message_id, message_type, subject, data",
        "needs": "*",
        "contacts": "participant, contact_id, name, title, email, phone, zone, of_caller, number",
        "sequences": "topic, subject, last",
        "waiting_repeats": "inreplyto, first",
        "waiting_notes": "inreplyto",
        "checkpoints": "topic, next_offset, applied, duplicate, held, dead",
        "gaps": "*",
    }.items():
        rows = await world.pool.fetch(f"SELECT {columns} FROM {table}")
        held[table] = sorted((tuple(row) for row in rows), key=repr)
    return held


async def test_what_was_told_is_known_again_and_nothing_is_sent(
    lives: tuple[World, World],
) -> None:
    lived, dump = lives
    records = await live_on(lived)
    await announce(dump.pool, await outbox_of(lived.pool), at=AT)

    await catch_up(dump.pool, Restore(), by_topic(records), service="notifications")

    assert await outbox_of(dump.pool) == []
    assert _comparable(await tables(dump)) == _comparable(await tables(lived))
    assert await dump.pool.fetchval("SELECT zone FROM contacts") == "Pacific/Guam"


@pytest.mark.parametrize("seed", range(1, 17))
async def test_whatever_was_sent_every_fact_is_told_once_under_numbers_without_a_gap(
    lives: tuple[World, World], seed: int
) -> None:
    lived, dump = lives
    records = await live_on(lived)
    on_log = cut(await outbox_of(lived.pool), seed=seed)
    await announce(dump.pool, on_log, at=AT)

    await catch_up(dump.pool, Restore(), by_topic(records), service="notifications")

    sent = await outbox_of(dump.pool)
    assert {row["event_id"] for row in sent}.isdisjoint(row["event_id"] for row in on_log)
    assert await dump.count("gaps") == 0
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    given: dict[str, int] = {}
    noticed: dict[str, int] = {}
    for row in (*on_log, *sent):
        event = json.loads(row["value"])
        number = event.get("participantsequence") or event["sequence"]
        subject = row["topic"] if "participantsequence" in event else event["subject"]
        numbers[row["topic"], subject].append(int(number))
        if "participantsequence" in event:
            given[event["id"]] = int(number)
        else:
            noticed |= {
                notice["message_id"]: notice["participantsequence"]
                for notice in event["data"]["notices"]
                if notice["outcome"] == "sent"
            }
    for found in numbers.values():
        assert found == list(range(found[0], found[0] + len(found)))
    assert given == noticed
    rows = await dump.pool.fetch("SELECT message_id::text, participantsequence FROM notices")
    held = {row[0]: row[1] for row in rows if row[0] is not None}
    assert held.items() >= given.items()
    facts = [json.loads(r["value"])["data"]["fact"] for r in (*on_log, *sent)
             if r["topic"] == "cri.int.notifications.v1"]  # fmt: skip
    assert len(facts) == len(set(facts)) == 16


def _comparable(held: dict[str, Any]) -> dict[str, Any]:
    """Gates moved in another order count records otherwise: held ones were applied at once."""
    held["checkpoints"] = [row[:2] for row in held["checkpoints"]]
    held["sequences"] = [row for row in held["sequences"] if row[2]]  # others were only locked
    return held
