"""Participants that no mail reaches: on a real Postgres."""

import asyncio
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.mail import gauges
from services.notifications.mail.reach import Reach
from services.notifications.restore.reader import Restore
from shared.contracts.notifications import MAIL_TOPIC
from shared.postgres.pool import LIMITS
from shared.process import metrics
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, AT, PROVIDER, state
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.test_mails import ADDRESS, mailer, one_mail

UNREACHABLE, REACHABLE = (
    "notifications.participant_unreachable", "notifications.participant_reachable",
)  # fmt: skip


async def look(world: World) -> list[dict[str, Any]]:
    """Look twice, as two processes do; return all announcements about participants so far."""
    wake = asyncio.Event()
    await asyncio.gather(*(Reach(relay_wake=wake).step(world.pool) for _ in range(2)))
    found = await world.topic(MAIL_TOPIC)
    return [event for event in found if event["type"].partition("participant_")[1]]


async def kill_address(world: World) -> None:
    """Let the mail server refuse the address that the one mail goes to."""
    async with mailer(Handler({"RCPT": ["550 5.1.1 no such user"]})) as sending:
        await sending.step(world.pool)


async def test_who_has_lost_its_last_address_is_told_of_once(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    assert await look(mailing) == []
    await kill_address(mailing)

    (event,) = await look(mailing)
    assert await look(mailing) == [event]

    assert kinds([event]) == [UNREACHABLE]
    assert (event["subject"], event["data"]) == (AGENCY, {"participant": AGENCY})
    assert "@" not in str(event)


async def test_who_gets_another_address_is_reachable_and_may_be_lost_again(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await kill_address(mailing)
    await look(mailing)

    await mailing.take_in(mailing.log.contact("c-2", offset=61, email="clerk@agency.example"))
    assert kinds(await look(mailing)) == [UNREACHABLE, REACHABLE]
    await mailing.take_in(mailing.log.contact("c-2", offset=62))

    found = await look(mailing)
    assert kinds(found) == [UNREACHABLE, REACHABLE, UNREACHABLE]
    assert [int(event["sequence"]) for event in found] == [1, 2, 3]


async def test_the_same_address_set_again_reaches_nobody(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await kill_address(mailing)
    await look(mailing)

    await mailing.take_in(mailing.log.contact(offset=61, email=ADDRESS))

    assert kinds(await look(mailing)) == [UNREACHABLE]


async def test_who_has_another_living_contact_is_reachable(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.take_in(mailing.log.contact("c-2", offset=61, email="clerk@agency.example"))
    await kill_address(mailing)

    assert await look(mailing) == []


async def test_who_has_no_open_work_is_told_of_when_it_has_some(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await kill_address(mailing)
    await mailing.take_in(
        mailing.log.routed("request_withdrawn", state("withdrawn", before="offered"))
    )
    assert await look(mailing) == []

    await mailing.take_in(mailing.log.accepted("CRI-2026-000002-9", offset=80))

    assert kinds(await look(mailing)) == [UNREACHABLE]


async def test_a_provider_is_unreachable_while_it_holds_an_offer(mailing: World) -> None:
    *before, made_first = one_mail(mailing)
    await mailing.take_in(*before)
    await mailing.pool.execute(
        "INSERT INTO dead_addresses (participant, contact_id, email) VALUES ($1, 'p-1', 'x')",
        PROVIDER,
    )
    assert await look(mailing) == []

    await mailing.take_in(made_first)

    (event,) = await look(mailing)
    assert event["subject"] == PROVIDER


async def test_the_metrics_show_how_many_no_mail_reaches(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await kill_address(mailing)
    await look(mailing)

    await gauges.show(mailing.pool)

    labels = {"service": "notifications"}
    assert metrics.REGISTRY.get_sample_value("cri_participants_unreached", labels) == 1
    assert metrics.REGISTRY.get_sample_value("cri_participants_unreached_late", labels) == 0


async def test_the_metrics_show_who_has_not_been_reached_for_days_until_its_work_ends(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await kill_address(mailing)
    await look(mailing)
    await mailing.pool.execute("UPDATE reach SET since = since - interval '5 days'")
    value, labels = metrics.REGISTRY.get_sample_value, {"service": "notifications"}

    await gauges.show(mailing.pool)
    assert value("cri_participants_unreached_late", labels) == 1

    ended = mailing.log.routed("request_withdrawn", state("withdrawn", before="offered"))
    await mailing.take_in(ended)
    await gauges.show(mailing.pool)

    assert value("cri_participants_unreached_late", labels) == 0
    assert value("cri_participants_unreached", labels) == 0


async def test_after_a_restore_nobody_is_told_of_twice(stack: Stack, database: Database) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader(with_mail=True))
        await before.take_in(*one_mail(before))
        await kill_address(before)
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, before.log), World(is_dump, before.log)
        assert kinds(await look(lived)) == [UNREACHABLE]
        await announce(restored.pool, await outbox_of(lived.pool), at=AT)

        await catch_up(restored.pool, Restore(), [], service="notifications")

        assert await look(restored) == []
        await restored.take_in(before.log.contact(offset=61, email="new@agency.example"))
        (event,) = await look(restored)
        assert (kinds([event]), event["sequence"][-1]) == ([REACHABLE], "2")
