"""What no mail delivers is told to the agency's system: on a real Postgres and a mail server."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.notifications import MAIL_TOPIC, MailEvent, NoticeUndelivered
from shared.contracts.outbound import TYPES
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, AT, EVENTS, PROVIDER, inbound
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.test_mails import mailer, one_mail, states, told

UNDELIVERED = "notifications.notice_undelivered"
NO_MAILBOX, POLICY = "550 5.1.1 no such user", "550 5.7.1 not wanted"


def contact_of(world: World, participant: str, contact_id: str, *, offset: int) -> Event:
    """Return the event that sets a contact of *participant* with an address."""
    data = {
        "participant": participant,
        "contact_id": contact_id,
        "name": "A desk",
        "email": f"{contact_id}@{participant}.example",
        "zone": "Pacific/Guam",
    }
    subject = f"contact:{participant}:{contact_id}"
    coordinate = inbound(offset, participant)
    return world.log.event(
        intake.CONFIDENTIAL_TOPIC, "contact_set", subject, data, inreplyto=coordinate
    )


def offered(world: World) -> Sequence[Event]:
    """Return events that lead to one mail, to the provider: an offer."""
    registered, accepted, _, triaged, made_first = one_mail(world)
    desk = contact_of(world, PROVIDER, "p-1", offset=30)
    return registered, accepted, desk, triaged, made_first


async def send(world: World, *replies: str) -> Handler:
    """Send what is due until nothing is; the server gives these *replies* to RCPT first."""
    handler = Handler({"RCPT": list(replies)})
    async with mailer(handler) as sending:
        for _ in range(4):
            await sending.step(world.pool)
    return handler


async def take_in_what_was_told(world: World) -> list[dict[str, Any]]:
    """Let notifications take in what reached nobody; return what the agency got of it."""
    events = [EVENTS.validate_python(event) for event in await told(world)]
    undelivered = [event for event in events if isinstance(event, NoticeUndelivered)]
    await world.take_in(*undelivered)
    return [
        message
        for message in await world.out(AGENCY)
        if message["type"] == TYPES["delivery_failed"]
    ]


async def test_an_offer_that_reaches_nobody_is_told_to_the_agency(mailing: World) -> None:
    await mailing.take_in(*offered(mailing))

    await send(mailing, NO_MAILBOX)

    failed, died, undelivered = await told(mailing)
    assert kinds([failed, died, undelivered])[-1] == UNDELIVERED
    assert undelivered["data"]["audience"] == PROVIDER
    (message,) = await take_in_what_was_told(mailing)
    assert (message["data"]["whom"], message["data"]["provider"]) == ("provider", PROVIDER)
    assert "@" not in str(message)
    assert "@" not in str(undelivered)


async def test_an_offer_that_another_contact_gets_is_not_told(mailing: World) -> None:
    await mailing.take_in(*offered(mailing), contact_of(mailing, PROVIDER, "p-2", offset=31))

    handler = await send(mailing, NO_MAILBOX)

    assert [each.rcpt_tos for each in handler.kept] == [[f"p-2@{PROVIDER}.example"]]
    assert UNDELIVERED not in kinds(await told(mailing))


async def test_a_mail_that_one_contact_refuses_by_policy_goes_to_the_next(mailing: World) -> None:
    await mailing.take_in(*offered(mailing), contact_of(mailing, PROVIDER, "p-2", offset=31))

    await send(mailing, POLICY)

    assert sorted(await states(mailing)) == [("accepted", 1), ("refused", 1)]
    assert UNDELIVERED not in kinds(await told(mailing))


async def test_only_after_the_last_contact_it_is_told_once(mailing: World) -> None:
    await mailing.take_in(*offered(mailing), contact_of(mailing, PROVIDER, "p-2", offset=31))

    await send(mailing, NO_MAILBOX, NO_MAILBOX)

    assert kinds(await told(mailing)).count(UNDELIVERED) == 1
    assert len(await take_in_what_was_told(mailing)) == 1


async def test_a_contact_without_address_any_more_is_passed_over_for_the_next(
    mailing: World,
) -> None:
    await mailing.take_in(*offered(mailing))
    gone = mailing.log.contact("p-1", offset=33, participant=PROVIDER)
    await mailing.take_in(gone, contact_of(mailing, PROVIDER, "p-2", offset=34))

    handler = await send(mailing)

    assert [each.rcpt_tos for each in handler.kept] == [[f"p-2@{PROVIDER}.example"]]
    assert sorted(await states(mailing)) == [("accepted", 1), ("cancelled", 1)]


async def test_if_one_failed_and_the_next_has_no_address_any_more_that_is_told(
    mailing: World,
) -> None:
    await mailing.take_in(*offered(mailing), contact_of(mailing, PROVIDER, "p-2", offset=31))
    async with mailer(Handler({"RCPT": [NO_MAILBOX]})) as sending:
        await sending.step(mailing.pool)
    await mailing.take_in(mailing.log.contact("p-2", offset=33, participant=PROVIDER))

    await send(mailing)

    assert kinds(await told(mailing)).count(UNDELIVERED) == 1


async def test_who_takes_its_only_address_away_has_chosen_so(mailing: World) -> None:
    await mailing.take_in(*offered(mailing))
    await mailing.take_in(mailing.log.contact("p-1", offset=33, participant=PROVIDER))

    await send(mailing)

    assert [state for state, _ in await states(mailing)] == ["cancelled"]
    assert UNDELIVERED not in kinds(await told(mailing))


async def test_what_need_not_arrive_is_not_told(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))

    await send(mailing, NO_MAILBOX)

    assert UNDELIVERED not in kinds(await told(mailing))


async def test_the_news_that_a_mail_failed_is_mailed_and_if_it_fails_no_more_follows(
    mailing: World,
) -> None:
    await mailing.take_in(*offered(mailing), contact_of(mailing, AGENCY, "c-1", offset=32))
    await send(mailing, NO_MAILBOX, "250 OK")
    await take_in_what_was_told(mailing)

    await send(mailing, POLICY, POLICY)

    assert kinds(await told(mailing)).count(UNDELIVERED) == 1


async def test_other_events_about_mails_are_passed_over(mailing: World) -> None:
    await mailing.take_in(*offered(mailing))
    await send(mailing)
    (delivered,) = [EVENTS.validate_python(event) for event in await told(mailing)]

    counts = await mailing.take_in(delivered)

    assert isinstance(delivered, MailEvent)
    assert counts == {"ignored": 1}


@pytest.mark.parametrize("times", [1, 2])
async def test_a_record_that_is_read_twice_is_told_once(mailing: World, times: int) -> None:
    await mailing.take_in(*offered(mailing))
    await send(mailing, NO_MAILBOX)

    for _ in range(times):
        messages = await take_in_what_was_told(mailing)

    assert len(messages) == 1


@pytest.mark.parametrize("announced", [True, False])
async def test_after_a_restore_the_agency_is_told_once(
    stack: Stack, database: Database, announced: bool
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader(with_mail=True))
        await before.take_in(*offered(before))
        await send(before, NO_MAILBOX)
        (event,) = [e for e in await told(before) if kinds([e]) == [UNDELIVERED]]
        record = before.log.record(MAIL_TOPIC, EVENTS.validate_python(event))
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, before.log), World(is_dump, before.log)
        await lived.take_in_records([record])
        if announced:
            await announce(restored.pool, await outbox_of(lived.pool), at=AT)

        await catch_up(restored.pool, Restore(), [[record]], service="notifications")

        sent = [] if announced else [message["id"] for message in await lived.out(AGENCY)]
        assert [message["id"] for message in await restored.out(AGENCY)] == sent
        assert await restored.count("notices") == await lived.count("notices")
