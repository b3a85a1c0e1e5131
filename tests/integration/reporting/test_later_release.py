"""What a later release says about a request is shown, and its state is the request's."""

import json
from typing import TypeAlias

import pytest

from shared.contracts import intake, reference, routing
from tests.examples.later import ABOUT_OTHERS, ABOUT_REQUESTS, later
from tests.examples.streams import EventStream
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.test_handlers import program_defined

Outcomes: TypeAlias = dict[str, int]


async def take_in(log: Log, *values: tuple[str, bytes]) -> Outcomes:
    result = await log.take_in(list(values))
    found: Outcomes = {}
    for outcomes in result.outcomes.values():
        for outcome, count in outcomes.items():
            found[outcome] = found.get(outcome, 0) + count
    return found


async def test_unknown_types_about_a_request_stand_in_its_timeline_with_their_state(
    log: Log,
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.triaged()
    await log.take_in(stream.events)
    number = stream.tracking_number

    outcomes = await take_in(
        log,
        *(
            (topic, later(topic, name, number, place, data))
            for topic in (intake.TOPIC, routing.TOPIC)
            for place, (name, data) in enumerate(ABOUT_REQUESTS[topic].items(), start=2)
        ),
        *(
            (topic, later(topic, name, subject, 1, data))
            for topic in (intake.TOPIC, routing.TOPIC, reference.TOPIC)
            for name, subject, data in [ABOUT_OTHERS[topic]]
        ),
    )

    assert outcomes == {"ignored": 7}
    rows = await log.pool.fetch(
        "SELECT topic, sequence, type, status, provider, detail FROM timeline"
        " WHERE sequence > 1 ORDER BY topic, sequence"
    )
    assert [tuple(row) for row in rows] == [
        (intake.TOPIC, 2, "engagement_end_requested", None, "iacp", "provider_lost"),
        (routing.TOPIC, 2, "engagement_merged", "waiting", "iacp", "provider_lost"),
        (routing.TOPIC, 3, "offer_extended", "offered", "iacp", None),
        (routing.TOPIC, 4, "request_paused", "triaged", None, None),
    ]
    row = await log.pool.fetchrow("SELECT status, program FROM requests")
    assert row is not None
    assert tuple(row) == ("triaged", "cri-tac")
    counted = "SELECT sum(number) FROM counts WHERE what = 'schema_unknown type'"
    assert await log.pool.fetchval(counted) == 7


@pytest.mark.parametrize(
    "change",
    [
        {"type": "gov.cri.noted"},
        {"type": "gov.cri.routing.noted.at.length.v1"},
        {"id": "no uuid"},
        {"data": "words"},
        {"data": {"status": {"now": "triaged"}}},
        {"time": "yesterday"},
    ],
)
async def test_what_cannot_be_shown_is_passed_over(log: Log, change: dict[str, object]) -> None:
    stream = EventStream(1)
    stream.accepted()
    event = json.loads(later(routing.TOPIC, "noted", stream.tracking_number, 1, {}))

    outcomes = await take_in(
        log,
        *((topic, event.encode()) for topic, event in stream.events),
        (routing.TOPIC, json.dumps({**event, **change}).encode()),
    )

    assert outcomes == {"applied": 1, "ignored": 1}
    assert await log.pool.fetchval("SELECT count(*) FROM timeline") == 1


async def test_a_program_in_a_state_of_a_later_release_is_told_as_it_is(log: Log) -> None:
    event = json.loads(program_defined(1).encode())
    event["data"]["status"] = "postponed"

    outcomes = await take_in(log, (reference.TOPIC, json.dumps(event).encode()))

    assert outcomes == {"applied": 1}
    told = await log.pool.fetchval("SELECT value FROM outbox")
    assert json.loads(told)["data"]["sentence"] == "Critical Response is postponed."
