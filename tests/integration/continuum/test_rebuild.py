"""Reporting's tables, computed again from a real log beside the live ones."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from continuum.access import NotPossible
from deploy.local.stack import Stack
from services.reporting.handlers import ReportingReader
from services.reporting.program_openings import announce_openings
from shared.contracts import intake, reference, routing
from shared.contracts.event import Event
from shared.delivery.orders.orders import carry_out
from tests.conftest import Database
from tests.examples.later import ABOUT_REQUESTS, later
from tests.examples.solicitations import announced
from tests.examples.streams import START, EventStream
from tests.integration.continuum.conftest import Rebuilt, log_as, rebuilt
from tests.integration.reporting.test_handlers import full_stream, program_defined


@pytest.fixture
async def reporting(stack: Stack, database: Database) -> AsyncIterator[Rebuilt]:
    async with rebuilt(stack, await database("reporting"), "reporting", ReportingReader()) as made:
        yield made


def streams(*numbers: int) -> Sequence[tuple[str, Event]]:
    return [told for number in numbers for told in full_stream(number).events]


def with_one_unreadable(
    events: Sequence[tuple[str, Event]],
) -> Sequence[tuple[str, Event | bytes]]:
    """Return *events*, the second of them (triage) with data that is not as agreed."""
    (topic, triaged), rest = events[1], events[2:]
    broken = triaged.encode().replace(b'"decision":{', b'"decision":7,"was":{', 1)
    return [events[0], (topic, broken), *rest]


async def test_what_is_computed_again_equals_the_live_tables(reporting: Rebuilt) -> None:
    await reporting.take_in(streams(1, 2, 3))
    await reporting.take_in([streams(1)[0], streams(2)[1]])  # sent again by the relay

    lines, good = await reporting.rebuild()

    assert good
    assert "nobody is messaged" in lines[0]
    assert lines[-1].startswith("rebuild: 41 records, 48 rows in 5 tables, 0 differing")
    assert await reporting.pool.fetchval("SELECT to_regnamespace('rebuild') IS NULL")
    assert await reporting.count("rebuilds") == 0


async def test_events_of_a_later_release_are_computed_again_as_they_were_taken_in(
    reporting: Rebuilt,
) -> None:
    number, correlation = EventStream(1).tracking_number, EventStream(1).request_id
    told = {topic: sum(said == topic for said, _ in streams(1)) for topic in ABOUT_REQUESTS}
    later_on = [
        (topic, later(topic, name, number, place, data, correlationid=correlation))
        for topic in (intake.TOPIC, routing.TOPIC)
        for place, (name, data) in enumerate(ABOUT_REQUESTS[topic].items(), told[topic] + 1)
    ]
    await reporting.take_in([*streams(1), *later_on])

    lines, good = await reporting.rebuild()

    assert good, lines
    row = await reporting.pool.fetchval("SELECT status FROM requests")
    assert row == "triaged"


async def test_that_a_program_has_opened_is_read_back_from_the_own_news(
    reporting: Rebuilt,
) -> None:
    opening = program_defined(1, status="announced", opens_at=START)
    await reporting.take_in([(reference.TOPIC, opening), (reference.TOPIC, announced(2))])
    await announce_openings(reporting.pool, relay_wake=asyncio.Event())

    lines, good = await reporting.rebuild()

    assert await reporting.pool.fetchval("SELECT opening_told FROM programs")
    assert good, lines


async def test_a_row_that_differs_is_named_and_left_until_told_otherwise(
    reporting: Rebuilt,
) -> None:
    await reporting.take_in(streams(1, 2))
    first, second = EventStream(1).tracking_number, EventStream(2).tracking_number
    await reporting.pool.execute(
        "UPDATE requests SET offers = 9 WHERE tracking_number = $1", first
    )
    await reporting.pool.execute("DELETE FROM timeline WHERE tracking_number = $1", second)

    lines, good = await reporting.rebuild()
    again, _ = await reporting.rebuild()

    assert not good
    assert f"  requests {first} differs" in lines
    assert f"  timeline {second} is missing in the live table" in lines
    assert "  requests: 2" in lines
    assert "  offers, event made: 2 → 4" in lines
    assert "  offers, decline_reason timing: 1 → 2" in lines
    assert "At risk: promise 5: these rows do not equal the fold of the log:" in lines
    assert lines[:-1] == again[:-1]


async def test_a_repair_puts_the_rebuilt_rows_in_place_and_is_noted(reporting: Rebuilt) -> None:
    await reporting.take_in(streams(1, 2))
    before = await reporting.pool.fetch("SELECT * FROM requests ORDER BY tracking_number")
    await reporting.pool.execute("UPDATE requests SET status = 'lost', offers = 0")
    await reporting.pool.execute("DELETE FROM gates")
    await reporting.rebuild()

    lines, good = await reporting.rebuild(yes=True)

    assert good, lines
    assert await reporting.pool.fetch("SELECT * FROM requests ORDER BY tracking_number") == before
    noted = await reporting.pool.fetchrow("SELECT * FROM rebuilds")
    assert noted is not None
    assert (noted["by"], noted["why"], noted["outcome"]) == ("someone", "checked", "repaired")
    assert noted["differing"] == 6
    await reporting.take_in(streams(1))
    assert await reporting.count("timeline") == 26


async def test_what_was_folded_before_an_interruption_is_not_folded_again(
    reporting: Rebuilt,
) -> None:
    await reporting.take_in(streams(1))
    await reporting.pool.execute("UPDATE requests SET us_state = 'US-NY'")
    await reporting.rebuild()
    await reporting.alter("UPDATE rebuild.requests SET us_state = 'US-AK'")  # as a mark
    await reporting.take_in(streams(2))

    resumed, _ = await reporting.rebuild()
    afresh, _ = await reporting.rebuild(afresh=True)

    assert "  requests, us_state US-AK: 0 → 1" in resumed
    assert "  requests, us_state US-CA: 1 → 2" in afresh


async def test_the_service_goes_on_meanwhile(reporting: Rebuilt) -> None:
    await reporting.take_in(streams(1))

    (lines, good), _ = await asyncio.gather(
        reporting.rebuild(), reporting.take_in(streams(2, 3, 4))
    )

    assert good, lines


async def test_dead_letters_and_what_waits_behind_them_are_left_out(
    reporting: Rebuilt,
) -> None:
    await reporting.take_in(with_one_unreadable(streams(1)))
    waiting = await reporting.count("held") + await reporting.count("dead_letters")

    lines, good = await reporting.rebuild()

    assert good, lines
    assert f"  leaves out {waiting} dead, parked or held records, as the service does" in lines


async def test_what_an_operator_discarded_is_left_out_for_good(reporting: Rebuilt) -> None:
    await reporting.take_in(with_one_unreadable(streams(1)))
    await reporting.rebuild()
    await reporting.alter(
        'INSERT INTO operations (action, topic, partition, "offset", by, why)'
        " SELECT 'discard', topic, partition, \"offset\", 'someone', 'x' FROM dead_letters"
    )
    await carry_out(reporting.pool, ReportingReader(), service="reporting")

    lines, good = await reporting.rebuild()

    assert await reporting.count("timeline") == len(streams(1)) - 1
    assert good, lines
    assert "  leaves out 1 records that operators discarded" in lines


async def test_an_order_carried_out_meanwhile_makes_it_begin_anew(reporting: Rebuilt) -> None:
    await reporting.take_in(with_one_unreadable(streams(1)))
    await reporting.pool.execute("UPDATE requests SET offers = 9")
    await reporting.rebuild()
    await reporting.pool.execute("DELETE FROM dead_letters")

    with pytest.raises(NotPossible, match="an order about dead letters was carried out"):
        await reporting.rebuild()

    assert await reporting.pool.fetchval("SELECT to_regnamespace('rebuild') IS NULL")


async def test_who_may_not_read_the_log_is_told_what_is_missing(
    reporting: Rebuilt, stack: Stack
) -> None:
    await reporting.take_in(streams(1))
    participant = stack.participants[0].id
    reporting.log = log_as(stack, *stack.credentials.kafka(participant))

    with pytest.raises(NotPossible, match=r"may not read cri\.int\.\w+\.v1: name it among"):
        await reporting.rebuild()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"service": "mail"}, "there is no service 'mail'"),
        ({"effects": "all"}, "rebuilt silently only"),
        ({"yes": True, "why": None}, "add --why TEXT"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_a_sentence(
    reporting: Rebuilt, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotPossible, match=sentence):
        await reporting.rebuild(**changes)


async def test_a_log_that_has_lost_records_is_named(reporting: Rebuilt) -> None:
    await reporting.take_in(streams(1))
    await reporting.pool.execute("UPDATE checkpoints SET lost = 3")

    with pytest.raises(NotPossible, match="lost 3 records before they were read"):
        await reporting.rebuild()
