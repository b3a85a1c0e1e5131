"""Subscribers are told of solicitations and programs: on a real Postgres."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from shared.contracts import reference
from shared.postgres.pool import LIMITS
from shared.process.tasks import AT_ONCE
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AT
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, cut, dumped
from tests.integration.notifications.conftest import TOPICS, World
from tests.integration.notifications.news import (
    LINKS,
    MONDAY,
    PUBLIC_URL,
    mails,
    released,
    send,
    subscribed,
    subscriber,
    tell,
    telling,
)
from tests.integration.notifications.test_mails import showing

APRIL = datetime(2026, 4, 1, 12, 0, 1, tzinfo=UTC)
"""One second after 08:00 in New York, on the first working day of April."""
LATER = {"version": 2, "closes_at": "2026-05-22T23:59:00-04:00"}


@pytest.fixture
def news(world: World) -> World:
    """The same with mail and news."""
    world.reader = NotificationsReader(with_mail=True, with_news=True)
    return world


async def announce_solicitation(world: World, **changes: Any) -> None:
    """Announce a version, on Monday morning."""
    world.reader = NotificationsReader(showing(MONDAY), with_mail=True, with_news=True)
    await world.take_in(world.log.announced(offset=100 + changes.get("version", 1), **changes))


async def decided(world: World) -> Counter[tuple[str, str]]:
    """Count the decisions about subscribers, by channel and reason."""
    found: Counter[tuple[str, str]] = Counter()
    for notice in await world.notices():
        if notice["subject"].startswith("subscription:") and "notices" in notice["data"]:
            (one,) = notice["data"]["notices"]
            assert one["audience"] == notice["subject"]
            found[one["channel"], one.get("because", "")] += 1
    return found


def facts(row: Any) -> Any:
    return json.loads(row["facts"])


async def test_e28_a_solicitation_is_told_at_once_and_in_the_monthly_update(news: World) -> None:
    at_once = [subscriber(n, solicitations="at_once") for n in range(100)]
    monthly = [subscriber(n, solicitations="monthly") for n in range(100, 160)]
    await subscribed(news, [*at_once, *monthly])
    await news.take_in(news.log.program())

    await announce_solicitation(news)
    await tell(news)
    told = await mails(news, "solicitation.v1")
    assert {row["audience"] for row in told} == {each.audience for each in at_once}
    assert await decided(news) == {("mail", ""): 100}

    await announce_solicitation(news, **LATER)
    await tell(news)
    changed = (await mails(news, "solicitation.v1"))[100:]
    assert len(changed) == 100
    said = "Closing: was May 15, 2026, 23:59 UTC-04:00, now May 22, 2026, 23:59 UTC-04:00."
    assert {tuple(facts(row)["changes"]) for row in changed} == {(said,)}

    await tell(news, APRIL)
    updates = await mails(news, "update.v1")
    assert {row["audience"] for row in updates} == {each.audience for each in monthly}
    lines = [line for row in updates for line in facts(row)["lines"]]
    assert len(lines) == 60
    assert {line["sentence"] for line in lines} == {
        "Applications are taken until May 22, 2026, 23:59 UTC-04:00."
    }
    assert {facts(row)["month"] for row in updates} == {"April 2026"}


async def test_a_canceled_solicitation_is_told_to_all_at_once(news: World) -> None:
    await subscribed(
        news, [subscriber(1, solicitations="at_once"), subscriber(2, solicitations="monthly")]
    )
    await news.take_in(news.log.program())
    await announce_solicitation(news)
    await tell(news)

    await announce_solicitation(news, version=2, status="canceled")
    await tell(news)

    told = [facts(row)["what"] for row in await mails(news, "solicitation.v1")]
    assert sorted(told) == ["canceled", "canceled", "new solicitation"]


async def test_who_wants_one_program_is_told_of_that_one_alone(news: World) -> None:
    wanted, other = subscriber(1, solicitations="at_once"), subscriber(2, solicitations="at_once")
    for each, program in ((wanted, "cri-tac"), (other, "critical-response")):
        wish = each.wishes["solicitations"]
        each.wishes["solicitations"] = wish._replace(program=program)
    await subscribed(news, [wanted, other])
    await news.take_in(news.log.program())

    await announce_solicitation(news)
    await tell(news)

    (told,) = await mails(news, "solicitation.v1")
    assert told["audience"] == wanted.audience


async def test_who_has_not_confirmed_is_told_nothing(news: World) -> None:
    one = subscriber(1, solicitations="at_once", monthly_update="monthly")
    one.wishes = {kind: wish._replace(state="asked") for kind, wish in one.wishes.items()}
    await subscribed(news, [one])
    await news.take_in(news.log.program())

    await announce_solicitation(news)
    await tell(news)
    await tell(news, APRIL)

    assert await news.count("mails") == 0


async def test_an_update_is_told_once_and_nothing_new_is_decided_and_not_sent(
    news: World,
) -> None:
    await subscribed(news, [subscriber(1, monthly_update="monthly")])
    await news.take_in(news.log.program())
    await tell(news, APRIL)
    await tell(news, APRIL + timedelta(days=20))
    assert len(await mails(news, "update.v1")) == 1

    await tell(news, datetime(2026, 5, 1, 12, 0, 1, tzinfo=UTC))
    assert await decided(news) == {("mail", ""): 1, ("none", "nothing new"): 1}

    await news.take_in(news.log.program(offset=90, status="suspended"))
    await tell(news, datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC))

    (_, told) = await mails(news, "update.v1")
    (line,) = facts(told)["lines"]
    assert line["sentence"] == "The program is suspended. It takes requests, but they wait."


async def test_an_update_tells_of_the_months_published_since_the_last_one(news: World) -> None:
    both = subscriber(1, monthly_update="monthly")
    await subscribed(news, [both, subscriber(2, solicitations="monthly")])
    await news.take_in(released("2026-01"), released("2026-02"))

    told = []
    for number, month in enumerate((4, 5, 6, 7)):
        if month == 6:
            await news.take_in(released("2026-03"), released("2026-04"))
        await tell(news, datetime(2026, month, 1, 12, 0, 1, tzinfo=UTC))
        updates = await mails(news, "update.v1")
        assert {row["audience"] for row in updates} <= {both.audience}
        told.append([line["url"] for line in facts(updates[-1])["lines"]])
        assert len(updates) == [1, 1, 2, 2][number]

    of = [f"{PUBLIC_URL}releases/2026-0{month}" for month in range(1, 5)]
    assert told == [[of[1]], [of[1]], of[2:], of[2:]]


async def test_a_release_is_noted_once_and_no_notice_is_decided_about_it(news: World) -> None:
    await news.take_in(released("2026-01"))
    await news.take_in(released("2026-01"))

    assert await news.count("releases") == 1
    assert await news.notices() == []


async def test_each_is_told_at_eight_where_it_is(news: World) -> None:
    east, home = (
        subscriber(1, "Pacific/Guam", monthly_update="monthly"),
        subscriber(2, monthly_update="monthly"),
    )
    await subscribed(news, [east, home])
    await news.take_in(news.log.program())

    await tell(news, datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    assert await mails(news, "update.v1") == []
    await tell(news, datetime(2026, 3, 31, 22, 1, tzinfo=UTC))
    (first,) = await mails(news, "update.v1")
    assert first["audience"] == east.audience
    await tell(news, APRIL)

    assert len(await mails(news, "update.v1")) == 2


async def test_a_page_at_a_time_tells_everybody_once(news: World) -> None:
    await subscribed(news, [subscriber(n, solicitations="at_once") for n in range(7)])
    await news.take_in(news.log.program())
    await announce_solicitation(news)

    await tell(news, page=3)

    assert len({row["audience"] for row in await mails(news, "solicitation.v1")}) == 7
    assert await decided(news) == {("mail", ""): 7}


async def test_several_processes_tell_everybody_once(news: World) -> None:
    await subscribed(news, [subscriber(n, solicitations="at_once") for n in range(20)])
    await news.take_in(news.log.program())
    await announce_solicitation(news)
    await announce_solicitation(news, **LATER)
    clock = showing(MONDAY)

    async def run() -> None:
        tellings = telling(clock, page=4)
        while await tellings.step(news.pool) == AT_ONCE:
            pass

    await asyncio.gather(run(), run())

    assert await decided(news) == {("mail", ""): 40}


async def test_e27_while_kafka_is_away_and_a_moment_after_nobody_is_told(news: World) -> None:
    one, two = (subscriber(n, monthly_update="monthly") for n in (1, 2))
    await subscribed(news, [one, two])
    await news.take_in(news.log.program(), news.log.ask("chief@agency.example"))
    clock = showing(APRIL)
    held, later = (
        telling(clock, away=timedelta(hours=1)),
        telling(clock, away=timedelta(hours=1), held=timedelta()),
    )

    await news.pool.execute("UPDATE outbox SET appended_at = now() - interval '1 hour'")
    assert await held.step(news.pool) != AT_ONCE
    assert await later.step(news.pool) != AT_ONCE
    await news.pool.execute("DELETE FROM outbox")
    assert await held.step(news.pool) != AT_ONCE
    assert await mails(news, "update.v1") == []
    ending = {"subscription_id": one.subscription_id, "by": "one_click"}
    await news.take_in(news.log.subscription("end", offset=70, kinds=["monthly_update"], **ending))

    while await later.step(news.pool) == AT_ONCE:
        pass

    assert [row["audience"] for row in await mails(news, "update.v1")] == [two.audience]


async def test_a_later_version_overtakes_one_that_was_not_sent(news: World) -> None:
    await subscribed(news, [subscriber(1, solicitations="at_once")])
    await news.take_in(news.log.program())
    await announce_solicitation(news)
    await announce_solicitation(news, **LATER)
    await tell(news)

    (mail,) = await send(news, clock=showing(MONDAY))

    assert mail["Subject"] == "Partners for technical assistance: changed"
    cancelled = await news.pool.fetchval("SELECT count(*) FROM mails WHERE state = 'cancelled'")
    assert cancelled == 1


async def test_e26_news_can_be_ended_by_one_click_and_what_waits_is_not_sent(news: World) -> None:
    one = subscriber(1, solicitations="at_once", monthly_update="monthly")
    await subscribed(news, [one])
    await news.take_in(news.log.program())
    await announce_solicitation(news)
    await tell(news)
    (mail,) = await send(news, clock=showing(MONDAY))
    assert mail["List-Unsubscribe"] == f"<{LINKS.end(one.subscription_id, 'solicitations')}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    await announce_solicitation(news, **LATER)
    await tell(news)
    ending = {"subscription_id": one.subscription_id, "by": "one_click"}
    await news.take_in(news.log.subscription("end", offset=70, **ending))

    assert await send(news, clock=showing(MONDAY)) == []
    states = await news.pool.fetch("SELECT state FROM mails ORDER BY number")
    assert [row["state"] for row in states] == ["accepted", "cancelled"]


@pytest.mark.parametrize("seed", range(4))
async def test_after_a_restore_nobody_is_told_twice_and_nobody_is_forgotten(
    stack: Stack, database: Database, seed: int
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        reader = NotificationsReader(showing(MONDAY), with_mail=True, with_news=True)
        before = World(pool, reader=reader)
        await subscribed(before, [subscriber(n, solicitations="at_once") for n in range(20)])
        await before.take_in(before.log.program())
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, before.log, reader), World(is_dump, before.log, reader)
        records = [before.log.record(reference.TOPIC, before.log.announced())]
        await lived.take_in_records(records)
        await tell(lived)
        on_log = cut(await outbox_of(lived.pool), seed=seed)
        await announce(restored.pool, on_log, at=AT)

        await catch_up(restored.pool, Restore(with_news=True), [records], service="notifications")
        await tell(restored)

        again = await decided(restored)
        logged = [r for r in on_log if r["key"].startswith(b"subscription:")]
        assert again[("mail", "")] + len(logged) == 20
        told = {r["event_id"] for r in (*on_log, *await outbox_of(restored.pool))}
        assert told == {row["event_id"] for row in await outbox_of(lived.pool)}
