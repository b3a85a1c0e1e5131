"""Events of a later release are harmless: none waits, fails or causes a message."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from services.notifications.restore.reader import Restore
from shared.contracts import notifications, reference, routing
from shared.contracts.event import derived_id, padded
from shared.contracts.services import WEB_DESK
from shared.delivery.records import Record
from shared.delivery.restore.own_log import parse_published
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    NUMBER,
    OFFICE,
    PROVIDER,
    inbound,
    offer,
    opened,
    state,
)
from tests.examples.later import ABOUT_OTHERS, ABOUT_REQUESTS, later
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up
from tests.integration.notifications.conftest import (
    TOPICS,
    World,
    history,
    kinds,
    numbers,
    topic_of,
)
from tests.integration.notifications.test_catch_up import by_topic, live_on, lives, tables

__all__ = ["lives"]


def said(world: World, topic: str, name: str, subject: str, data: Mapping[str, Any]) -> Record:
    """Return the next event of *subject*, of an unknown type, as the next record."""
    log = world.log
    log._numbers[topic, subject] += 1
    number, offset = log._numbers[topic, subject], log._offsets[topic]
    log._offsets[topic] += 1
    value = later(topic, name, subject, number, data)
    return Record(topic, 0, offset, b"key", value, (), AT)


def every_unknown(world: World) -> list[Record]:
    records = [
        said(world, topic, name, NUMBER, {**state("offered"), **data})
        for topic, types in ABOUT_REQUESTS.items()
        for name, data in types.items()
    ]
    return records + [
        said(world, topic, name, subject, data)
        for topic, (name, subject, data) in ABOUT_OTHERS.items()
    ]


async def test_unknown_types_on_every_topic_move_their_gates_and_nothing_else(
    world: World,
) -> None:
    events = history(world.log)
    for event in events[:-1]:
        record = world.log.record(topic_of(event), event)
        assert await world.take_in_records([record]) == {"applied": 1}
    before = len(await world.out(AGENCY)), len(await world.out(PROVIDER))

    # The number that the last event of the history was given comes behind them.
    world.log._numbers[routing.TOPIC, NUMBER] -= 1
    unknown = every_unknown(world)
    outcomes = await world.take_in_records(unknown)
    after = len(await world.out(AGENCY)), len(await world.out(PROVIDER))
    last = world.log.routed("engagement_opened", opened(need_stated=True))
    await world.take_in(last, world.log.asked(NUMBER, AGENCY))

    assert {topic for topic, *_ in unknown} == set(TOPICS)
    assert outcomes == {"ignored": len(unknown)}
    assert after == before
    assert [await world.count(table) for table in ("held", "parked", "dead_letters")] == [0, 0, 0]
    counted = "SELECT sum(number) FROM counts WHERE what = 'schema_unknown type'"
    assert await world.pool.fetchval(counted) == len(unknown)
    assert kinds(await world.out(PROVIDER))[-1] == "engagement.opened"
    told = await world.out(AGENCY)
    assert kinds(told)[-2:] == ["request.status_changed", "status.told"]
    assert told[-1]["data"]["requests"][0]["status"] == "assigned"
    assert numbers(told) == list(range(1, len(told) + 1))


async def test_unknown_values_and_fields_of_known_types_are_told_as_they_are(
    world: World,
) -> None:
    def more(event: Any, **data: Any) -> Record:
        """Return *event* as a later release might write it."""
        record = world.log.record(topic_of(event), event)
        body = json.loads(event.encode())
        body["data"] |= {**data, "brought": ["by a later release"]}
        return record._replace(value=json.dumps({**body, "brought": True}).encode())

    log = world.log
    outcomes = await world.take_in_records(
        [
            more(log.registered(OFFICE, "program_office", "Office", offset=1)),
            more(log.registered("web-desk", "provider", "Desk", offset=2), kind="agency_desk"),
            more(
                log.event(
                    reference.TOPIC,
                    "program_defined",
                    reference.SUBJECT,
                    {"id": "cri-tac", "name": "Technical Assistance", "status": "open"},
                    inreplyto=inbound(3, OFFICE),
                ),
                status="postponed",
            ),
            more(log.accepted(), urgency="immediate"),
            more(
                log.routed(
                    "request_waitlisted",
                    state("waiting", reason="no_capacity", decision=DECISION),
                ),
                status="paused",
                reason="postponed_by_office",
            ),
            more(
                log.routed("offer_lapsed", offer("waiting", reason="lapsed")),
                reason="unreachable",
            ),
            more(log.asked(NUMBER, AGENCY)),
        ]
    )

    assert outcomes == {"applied": 7}
    told = await world.out(AGENCY)
    assert kinds(told)[-1] == "status.told"
    assert all(message["data"].get("sentence", "x") for message in told)
    assert await world.count("dead_letters") == 0


async def test_what_a_later_release_told_stays_told_after_a_restore(
    lives: tuple[World, World], request: pytest.FixtureRequest
) -> None:
    reader = {"topic": PROVIDER, "desk": WEB_DESK}[request.node.callspec.params["lives"]]
    lived, dump = lives
    records = await live_on(lived)
    on_log = [dict(row) for row in await outbox_of(lived.pool)]
    await announce(dump.pool, on_log, at=AT)
    fact = json.loads(records[-1].value or b"")["id"]
    changed = derived_id(fact, "gov.cri.offer.changed.v1", PROVIDER)
    topic = f"cri.out.{reader}.v1"
    last = max(m["number"] for m in await dump.pool.fetch(
        "SELECT number FROM announced WHERE topic = $1", topic))  # fmt: skip
    offset = await dump.pool.fetchval('SELECT max("offset") + 1 FROM announced')
    told = json.loads(later(topic, "x", PROVIDER, 1, {}, cause=fact, id=changed))
    told |= {"type": "gov.cri.offer.changed.v1", "participantsequence": padded(last + 1)}
    del told["sequence"]
    if reader != PROVIDER:
        told["audience"] = PROVIDER
    prepared = later(notifications.TOPIC, "notice_prepared", AGENCY, 1000, {})
    for value, where in ((json.dumps(told).encode(), topic), (prepared, notifications.TOPIC)):
        event = parse_published(Record(where, 0, offset, b"key", value, (), AT))
        assert event is not None
        await dump.pool.execute(
            'INSERT INTO announced (topic, partition, "offset", id, type, subject, number, cause,'
            " at, value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *event,
        )
        offset += 1

    await catch_up(dump.pool, Restore(), by_topic(records), service="notifications")

    assert await outbox_of(dump.pool) == []
    counted = dict(
        await dump.pool.fetch("SELECT topic, last FROM sequences WHERE subject = $1", reader)
    )
    assert counted[topic] == last + 1
    mine, theirs = await tables(dump), await tables(lived)
    for table in ("requests", "notices", "answers", "needs", "contacts"):
        assert mine[table] == theirs[table]
