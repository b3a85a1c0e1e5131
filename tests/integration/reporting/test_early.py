"""A message about an engagement may be read before its opening: it waits, but not for ever."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting import early, store
from services.reporting.early import EarlyMessages
from shared.contracts import intake
from tests.examples.assessments import ENGAGEMENT, message
from tests.examples.publications import said
from tests.examples.streams import START
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import opened, routed
from tests.integration.reporting.test_assessments import answers, site_in

APPLIED = "gov.cri.reporting.message_applied.v1"
UpdateAsOf = Callable[["asyncpg.Pool[Any]"], Awaitable[None]]


def two() -> list[Any]:
    """Return two messages, of which the second needs the first."""
    return [
        (intake.TOPIC, message("focus_area_set")),
        (intake.TOPIC, message("finding_recorded", number=2)),
    ]


async def waiting(pool: Any) -> int:
    found: int = await pool.fetchval("SELECT count(*) FROM held")
    return found


async def codes(pool: Any) -> list[str]:
    return [each["data"]["reasons"][0]["code"] for each in await answers(pool)]


async def read_to(pool: Any, seconds: int) -> UpdateAsOf:
    """Return an update that finds the log read up to *seconds* after the messages."""

    async def update(_: Any) -> None:
        await store.raise_as_of(pool, START + timedelta(seconds=seconds))

    return update


def looking(update: UpdateAsOf) -> EarlyMessages:
    return EarlyMessages(update_as_of=update, relay_wake=asyncio.Event())


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The messages are from long ago; yet the time alone decides nothing."""
    monkeypatch.setattr(early, "MOST", timedelta(days=40_000))


async def test_messages_that_overtook_their_engagement_wait_for_it_and_keep_their_order(
    log: Log,
) -> None:
    await log.take_in(two())
    assert await answers(log.pool) == []

    await log.take_in([opened()])

    assert [each["type"] for each in await answers(log.pool)] == [APPLIED, APPLIED]
    assert await waiting(log.pool) == 0


async def test_so_do_those_of_one_batch(log: Log) -> None:
    await log.take_in([*two(), opened()])

    assert [each["type"] for each in await answers(log.pool)] == [APPLIED, APPLIED]


async def test_a_message_behind_the_opening_in_one_batch_is_decided_in_it(log: Log) -> None:
    result = await log.take_in([opened(), *two()])

    assert sum(result.outcomes.values(), Counter()) == {"applied": 3}
    assert [each["type"] for each in await answers(log.pool)] == [APPLIED, APPLIED]


async def test_another_event_about_the_request_decides_nothing(log: Log) -> None:
    await log.take_in(two())
    await log.take_in([routed("engagement_closed", 1, program="cri-tac", reason="completed")])
    assert await answers(log.pool) == []

    await log.take_in([routed("engagement_opened", 2, offer_id=f"{ENGAGEMENT[:-1]}2")])

    assert [each["type"] for each in await answers(log.pool)] == [APPLIED, APPLIED]


async def test_others_do_not_wait_behind_them(log: Log) -> None:
    other = "CRI-2026-000002-X-E1"
    await log.take_in([(intake.TOPIC, message("focus_area_set", engagement=other)), opened()])
    await log.take_in(two())

    assert {each["subject"] for each in await answers(log.pool)} == {ENGAGEMENT}


@pytest.mark.usefixtures("for_ever")
async def test_once_the_log_is_read_an_unknown_engagement_is_refused(log: Log) -> None:
    await log.take_in(two())

    await looking(await read_to(log.pool, 0)).decide(log.pool)
    assert await answers(log.pool) == []
    await looking(await read_to(log.pool, 1)).decide(log.pool)

    assert await codes(log.pool) == ["unknown_engagement", "unknown_engagement"]
    assert await waiting(log.pool) == 0
    assert await site_in(log.pool) is None


@pytest.mark.usefixtures("for_ever")
async def test_an_engagement_of_another_program_is_not_assessed(log: Log) -> None:
    await log.take_in([opened(program="cri-tac"), *two()])

    await looking(await read_to(log.pool, 1)).decide(log.pool)

    assert await codes(log.pool) == ["unknown_engagement", "unknown_engagement"]


@pytest.mark.usefixtures("for_ever")
async def test_a_message_about_publication_waits_as_well(log: Log) -> None:
    await log.take_in([(intake.TOPIC, said("plan"))])
    assert await answers(log.pool) == []

    await looking(await read_to(log.pool, 1)).decide(log.pool)

    assert await codes(log.pool) == ["unknown_engagement"]


async def test_after_a_minute_it_is_refused_though_the_log_cannot_be_read(log: Log) -> None:
    async def away(_: Any) -> None:
        raise OSError("Kafka is away")

    await log.take_in(two())

    await looking(away).decide(log.pool)

    assert await codes(log.pool) == ["unknown_engagement", "unknown_engagement"]


async def test_nobody_asks_how_far_the_log_is_read_if_nothing_waits(log: Log) -> None:
    async def fails(_: Any) -> None:
        raise AssertionError

    await log.take_in([opened(), *two()])

    await looking(fails).decide(log.pool)
