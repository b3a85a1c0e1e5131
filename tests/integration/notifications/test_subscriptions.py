"""Somebody subscribes to news: on a real Postgres, with a real mail server."""

import re
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from services.notifications.subscriptions.subscribing import subscription_id
from shared.contracts import intake
from shared.contracts.links import is_genuine
from shared.contracts.outbound import TYPES
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AT, DESK
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.news import ADDRESS, LINKS, gets_in, send, sweep
from tests.integration.notifications.test_mails import states

OTHER = "sheriff@county.example"
BOTH = ["monthly_update", "solicitations"]


@pytest.fixture
def news(world: World) -> World:
    """The same with mail and news."""
    world.reader = NotificationsReader(with_mail=True, with_news=True)
    return world


async def subscription_of(world: World, address: str = ADDRESS) -> str:
    audience: str = await world.pool.fetchval(
        "SELECT audience FROM subscribers WHERE address = $1", address
    )
    return audience.removeprefix("subscription:")


async def wishes(world: World) -> list[tuple[str, str]]:
    found = await world.pool.fetch("SELECT kind, state FROM subscriptions ORDER BY kind")
    return [tuple(row) for row in found]


async def announced(world: World) -> list[dict[str, Any]]:
    return [each for each in await world.notices() if ".subscription_" in each["type"]]


async def confirmed(world: World, chosen: list[str], *, offset: int = 61) -> str:
    """Let somebody ask for the kinds *chosen* and confirm them; return the subscription."""
    await world.take_in(world.log.ask(ADDRESS, kinds=chosen))
    identity = await subscription_of(world)
    await world.take_in(
        world.log.subscription("confirm", offset=offset, subscription_id=identity, kinds=chosen)
    )
    return identity


async def test_e24_a_confirmation_is_mailed_and_confirms(news: World) -> None:
    await news.take_in(news.log.ask(ADDRESS))
    (mail,) = await send(news)
    text = mail.get_body(("plain",)).get_content()
    (link,) = re.findall(r"https://desk\.example/subscriptions/confirm/\S+", text)
    identity, chosen, token = link.split("/")[-3:]
    assert is_genuine(token, LINKS.key, "confirm", identity, chosen.split("."))
    assert await wishes(news) == [("solicitations", "asked")]

    await news.take_in(
        news.log.subscription("confirm", offset=61, subscription_id=identity, kinds=[chosen])
    )

    assert mail["To"] == ADDRESS
    assert mail["List-Unsubscribe"] is None
    assert await wishes(news) == [("solicitations", "confirmed")]
    asked, told = await announced(news)
    assert kinds([asked, told]) == [
        "notifications.subscription_asked",
        "notifications.subscription_confirmed",
    ]
    assert {each["subject"] for each in (asked, told)} == {f"subscription:{identity}"}
    assert [int(each["sequence"]) for each in (asked, told)] == [1, 2]


async def test_e24_an_address_that_is_not_confirmed_for_a_week_is_erased(news: World) -> None:
    await news.take_in(news.log.ask(ADDRESS), news.log.ask(OTHER, offset=61))
    identity = await subscription_of(news)
    await news.pool.execute(
        "UPDATE subscriptions SET since = now() - make_interval(days => 7) WHERE audience = $1",
        f"subscription:{identity}",
    )

    await sweep(news)

    addresses = await news.pool.fetch("SELECT address FROM subscribers")
    assert [row["address"] for row in addresses] == [OTHER]
    late = news.log.subscription("confirm", offset=62, subscription_id=identity)
    await news.take_in(late)
    answer = (await news.out(DESK))[-1]
    assert [reason["code"] for reason in answer["data"]["reasons"]] == ["unknown_subscription"]


async def test_e25_a_confirmed_address_that_asks_again_gets_the_link_to_its_page(
    news: World,
) -> None:
    identity = await confirmed(news, ["solicitations"])
    await news.pool.execute("UPDATE subscribers SET mailed_at = '{}'")
    before = await announced(news)

    await news.take_in(news.log.ask(ADDRESS, offset=62))
    mail = (await send(news))[-1]

    assert gets_in(mail, identity) == (("solicitations",), "at_once", None)
    assert await wishes(news) == [("solicitations", "confirmed")]
    assert await announced(news) == before


async def test_each_link_to_the_page_says_what_the_subscriber_gets_when_the_mail_is_sent(
    news: World,
) -> None:
    identity = await confirmed(news, BOTH)
    choice = {"subscription_id": identity, "cadence": "monthly", "program": "cri-tac"}
    await news.take_in(news.log.subscription("set", offset=62, kinds=BOTH, **choice))
    await news.pool.execute("UPDATE subscribers SET mailed_at = '{}'")

    await news.take_in(news.log.ask(ADDRESS, offset=63))
    mail = (await send(news))[-1]

    assert gets_in(mail, identity) == (tuple(BOTH), "monthly", "cri-tac")


async def test_a_confirmation_leads_to_the_page_of_who_gets_other_news_already(
    news: World,
) -> None:
    await news.take_in(news.log.ask(OTHER, offset=59))
    identity = await confirmed(news, ["solicitations"])
    await news.pool.execute("UPDATE subscribers SET mailed_at = '{}'")

    await news.take_in(news.log.ask(ADDRESS, kinds=BOTH, offset=62))
    mails = await send(news)

    texts = [
        "".join(mail.get_body((form,)).get_content() for form in ("plain", "html"))
        for mail in mails
    ]
    confirming = LINKS.confirm(identity, ["monthly_update"])
    assert len(texts) == 3
    for text in texts:
        is_of_subscriber = confirming in text
        assert text.count(f"/preferences/{identity}/") == (2 if is_of_subscriber else 0)
    assert sum(text.count(confirming) for text in texts) == 2


async def test_e23_the_answers_for_a_known_and_an_unknown_address_are_the_same(
    news: World,
) -> None:
    await confirmed(news, ["solicitations"])

    await news.take_in(news.log.ask(ADDRESS, offset=70), news.log.ask(OTHER, offset=71))

    known, unknown = (await news.out(DESK))[-2:]
    assert known["type"] == unknown["type"] == TYPES["applied"]
    assert known["data"] == unknown["data"]
    assert known["subject"] == unknown["subject"]


async def test_e26_one_click_ends_one_kind_and_says_so(news: World) -> None:
    identity = await confirmed(news, BOTH)

    ending = {"subscription_id": identity, "kinds": ["monthly_update"], "by": "one_click"}
    await news.take_in(news.log.subscription("end", offset=62, **ending))
    await news.take_in(news.log.subscription("end", offset=63, **ending))

    assert await wishes(news) == [("solicitations", "confirmed")]
    answers = [each["type"] for each in await news.out(DESK)]
    assert answers == [TYPES["applied"]] * 4
    (ended,) = [each for each in await announced(news) if "ended" in each["type"]]
    assert (ended["data"]["kinds"], ended["data"]["by"]) == (["monthly_update"], "one_click")


async def test_what_the_holder_chooses_is_confirmed_and_other_kinds_stay(news: World) -> None:
    identity = await confirmed(news, ["solicitations"])
    before = await wishes(news)
    choice = {"subscription_id": identity, "cadence": "monthly", "program": "cri-tac"}

    await news.take_in(
        news.log.subscription("set", offset=62, kinds=["solicitations"], **choice),
        news.log.subscription("set", offset=63, kinds=["monthly_update"], **choice),
    )

    assert before == [("solicitations", "confirmed")]
    assert await wishes(news) == [(kind, "confirmed") for kind in BOTH]
    rows = await news.pool.fetch("SELECT DISTINCT cadence, program FROM subscriptions")
    assert [tuple(row) for row in rows] == [("monthly", "cri-tac")]
    told = (await announced(news))[2:]
    assert [(each["type"].split(".")[3], each["data"]["kinds"]) for each in told] == [
        ("subscription_confirmed", ["monthly_update"])
    ]


async def test_of_a_subscription_that_has_ended_nothing_can_be_chosen(news: World) -> None:
    identity = await confirmed(news, ["solicitations"])
    about = {"subscription_id": identity}

    await news.take_in(
        news.log.subscription("end", offset=62, by="link", **about),
        news.log.subscription("set", offset=63, cadence="monthly", **about),
    )

    answer = (await news.out(DESK))[-1]
    assert [reason["code"] for reason in answer["data"]["reasons"]] == ["unknown_subscription"]
    assert await news.count("subscribers") == await news.count("subscriptions") == 0


async def test_who_ends_everything_leaves_no_address(news: World) -> None:
    identity = await confirmed(news, BOTH)

    ending = {"subscription_id": identity, "kinds": BOTH, "by": "link"}
    await news.take_in(news.log.subscription("end", offset=62, **ending))

    assert await news.count("subscribers") == await news.count("subscriptions") == 0


async def test_all_of_it_may_come_in_one_batch(news: World) -> None:
    ask = news.log.ask(ADDRESS, kinds=BOTH)
    assert isinstance(ask, intake.SubscriptionAskReceived)
    about = {"subscription_id": subscription_id(ask)}

    await news.take_in(
        ask,
        news.log.subscription("confirm", offset=61, kinds=BOTH, **about),
        news.log.subscription("end", offset=62, by="link", **about),
    )

    assert await wishes(news) == [("monthly_update", "confirmed")]
    assert [int(each["sequence"]) for each in await announced(news)] == [1, 2, 3]


async def test_who_ends_and_asks_again_in_one_batch_begins_anew(news: World) -> None:
    identity = await confirmed(news, ["solicitations"])

    await news.take_in(
        news.log.subscription("end", offset=62, subscription_id=identity, by="link"),
        news.log.ask(ADDRESS, offset=63),
    )

    assert await wishes(news) == [("solicitations", "asked")]
    assert await subscription_of(news) != identity


async def test_a_notice_says_that_a_mail_was_sent_and_to_which_subscription(news: World) -> None:
    await news.take_in(news.log.ask(ADDRESS), news.log.ask(ADDRESS, offset=61))

    first, _, second = await news.notices()
    audience = f"subscription:{await subscription_of(news)}"
    (mail,) = await news.pool.fetch("SELECT mail_id, notice FROM mails")
    (sent,) = [each for each in first["data"]["notices"] if each["audience"] == audience]
    assert (sent["channel"], sent["message_type"]) == ("mail", "confirm.v1")
    assert (sent["message_id"], first["id"]) == (str(mail["mail_id"]), str(mail["notice"]))
    (not_sent,) = [each for each in second["data"]["notices"] if each["audience"] == audience]
    assert (not_sent["channel"], not_sent["outcome"]) == ("none", "not_needed")


async def test_no_address_and_no_token_is_on_a_topic_or_in_the_table_of_mails(
    news: World,
) -> None:
    identity = await confirmed(news, BOTH)
    await send(news)

    written = [
        bytes(r["value"]).decode() for r in await news.pool.fetch("SELECT value FROM outbox")
    ]
    kept = [str(dict(row)) for row in await news.pool.fetch("SELECT * FROM mails")]
    secret = LINKS.confirm(identity, BOTH).rpartition("/")[2]
    for text in (*written, *kept):
        assert ADDRESS not in text
        assert secret not in text


async def test_an_address_that_does_not_exist_ends_its_subscription(news: World) -> None:
    await news.take_in(news.log.ask(ADDRESS, kinds=BOTH))

    await send(news, handler=Handler({"RCPT": ["550 5.1.1 no such user"]}))

    assert await states(news) == [("refused", 1)]
    assert await news.count("subscribers") == await news.count("dead_addresses") == 0
    ended = (await announced(news))[-1]
    assert (ended["data"]["kinds"], ended["data"]["by"]) == (BOTH, "bounce")
    assert int(ended["sequence"]) == 2


@pytest.mark.parametrize("sent", range(3))
async def test_after_a_restore_a_subscription_is_as_it_was_and_announced_once(
    stack: Stack, database: Database, sent: int
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader(with_mail=True, with_news=True))
        await before.take_in(before.log.ask(OTHER))
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        reader = NotificationsReader(with_mail=True, with_news=True)
        lived, restored = World(lives_on, before.log, reader), World(is_dump, before.log)
        identity = await subscription_of(lived, OTHER)
        events = [
            before.log.subscription("confirm", offset=61, subscription_id=identity),
            before.log.ask(ADDRESS, offset=62),
        ]
        records = [before.log.record(intake.CONFIDENTIAL_TOPIC, event) for event in events]
        await lived.take_in_records(records)
        written = await outbox_of(lived.pool)
        on_log = [written[: len(written) // 2], written, []][sent]
        await announce(restored.pool, on_log, at=AT)

        await catch_up(restored.pool, Restore(with_news=True), [records], service="notifications")

        told = {r["event_id"] for r in (*on_log, *await outbox_of(restored.pool))}
        assert told == {row["event_id"] for row in written}
        for table in ("subscriptions", "subscribers"):
            columns = "audience, kind, state" if table == "subscriptions" else "audience, address"
            query = f"SELECT {columns} FROM {table} ORDER BY 1, 2"
            assert await lived.pool.fetch(query) == await restored.pool.fetch(query)
