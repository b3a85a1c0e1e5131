"""What contacts choose, and the hours in which their mails wait, on a real Postgres."""

from datetime import UTC, datetime, timedelta

import asyncpg

from services.notifications.handlers import NotificationsReader
from services.notifications.mail import gauges
from services.notifications.restore.reader import Restore
from shared.contracts.event import Event
from shared.postgres.pool import LIMITS
from shared.process import metrics
from shared.process.tasks import AT_ONCE
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, DECISION, PROVIDER, made, offer, state
from tests.examples.restored import catch_up
from tests.integration.notifications.conftest import TOPICS, World, kinds
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.test_mails import (
    ADDRESS,
    mailer,
    one_mail,
    showing,
    states,
    told,
)

NIGHT = datetime(2026, 3, 4, 5, 10, tzinfo=UTC)
"""22:10 in Denver."""
ELEVEN, MORNING = NIGHT + timedelta(minutes=50), NIGHT + timedelta(hours=8, minutes=50)
QUIET = {"from": "20:00", "until": "07:00"}


async def work_at(world: World, at: datetime, handler: Handler | None = None) -> Handler:
    """Send everything that is due at the business time *at*."""
    handler = handler or Handler()
    async with mailer(handler, clock=showing(at)) as sending:
        while await sending.step(world.pool) == AT_ONCE:
            pass
    return handler


async def pass_the_night(world: World) -> None:
    """Let the time until which mails are held pass."""
    await world.pool.execute("UPDATE mails SET due_at = now() WHERE state = 'prepared'")


def in_denver(world: World, **chosen: str) -> Event:
    return world.log.preference(quiet=QUIET, zone="America/Denver", kinds=chosen)


async def because(world: World) -> list[str | None]:
    return [event["data"].get("because") for event in await told(world)]


async def test_e16_overtaken_in_the_night(mailing: World) -> None:
    log = mailing.log
    address = log.contact(participant=PROVIDER, offset=3, email="desk@provider.example")
    chosen = log.preference(participant=PROVIDER, offset=4, quiet=QUIET, zone="America/Denver")
    registered, accepted, _, triaged, made_first = one_mail(mailing)
    await mailing.take_in(registered, accepted, address, chosen, triaged, made_first)

    await work_at(mailing, NIGHT)
    assert await states(mailing) == [("prepared", 0)]
    withdrawn = log.routed("offer_withdrawn", offer("withdrawn", reason="request_withdrawn"))
    await mailing.take_in(withdrawn)
    await work_at(mailing, ELEVEN)
    await pass_the_night(mailing)
    handler = await work_at(mailing, MORNING)

    assert handler.kept == []
    assert await states(mailing) == [("cancelled", 1), ("cancelled", 1)]
    assert await because(mailing) == ["never_told", "overtaken"]


async def test_what_was_decided_in_the_night_goes_out_in_the_morning(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing), in_denver(mailing))

    handler = await work_at(mailing, NIGHT)
    assert handler.kept == []
    due = await mailing.pool.fetchval("SELECT due_at - now() FROM mails")
    waits = MORNING - NIGHT
    assert waits - timedelta(minutes=1) < due < waits + timedelta(minutes=10)
    await pass_the_night(mailing)
    await work_at(mailing, MORNING, handler)

    assert len(handler.kept) == 1
    assert await states(mailing) == [("accepted", 1)]


async def test_a_mail_that_the_day_was_too_short_for_comes_first_in_the_morning(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing), in_denver(mailing))
    await mailing.pool.execute("UPDATE mails SET prepared_at = now() - interval '4 hours'")

    await work_at(mailing, NIGHT)

    waits = MORNING - NIGHT
    due = await mailing.pool.fetchval("SELECT due_at - now() FROM mails")
    assert waits - timedelta(minutes=1) < due <= waits


async def test_a_mail_shows_times_by_its_readers_clock(mailing: World) -> None:
    until = datetime(2026, 3, 9, 22, tzinfo=UTC)
    log = mailing.log
    await mailing.take_in(log.accepted(), log.contact(email=ADDRESS), in_denver(mailing))
    await mailing.take_in(log.routed("offer_made", made(expires_at=until)))

    handler = await work_at(mailing, MORNING)

    (mail,) = handler.kept
    assert b"By: March 9, 2026, 16:00 MDT" in (mail.content or b"")
    *_, to_system = await mailing.out(AGENCY)
    assert to_system["data"]["next"]["by"] == "2026-03-09T22:00:00Z"


async def test_a_mail_that_is_tried_again_waits_for_the_morning_too(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing), in_denver(mailing))
    handler = Handler({"RCPT": ["451 4.7.1 please come back"]})

    await work_at(mailing, NIGHT - timedelta(hours=3), handler)
    await mailing.pool.execute("UPDATE mails SET due_at = now()")
    await work_at(mailing, NIGHT, handler)
    assert await states(mailing) == [("try_later", 1)]
    await mailing.pool.execute("UPDATE mails SET due_at = now()")
    await work_at(mailing, MORNING, handler)

    assert await states(mailing) == [("accepted", 2)]


async def test_what_waits_for_the_morning_is_not_counted_as_late(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing), in_denver(mailing))
    await mailing.pool.execute("UPDATE mails SET prepared_at = now() - interval '9 hours'")
    await work_at(mailing, NIGHT)

    await gauges.show(mailing.pool)

    labels = {"service": "notifications"}
    shown = metrics.REGISTRY.get_sample_value
    assert shown("cri_mails_waiting", labels) == 1
    assert shown("cri_mail_oldest_waiting_seconds", labels) == 0


async def test_e19_switched_off_but_for_the_refusal(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(
        log.accepted(),
        log.contact(email=ADDRESS),
        in_denver(mailing, status="off"),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed(
            "request_waitlisted", state("waiting", reason="no_capacity", decision=DECISION)
        ),
    )
    handler = await work_at(mailing, NIGHT - timedelta(hours=5))
    assert handler.kept == []
    assert await because(mailing) == ["switched_off"]

    refused = log.routed("request_ineligible", state("ineligible", reasons=[], decision=DECISION))
    await mailing.take_in(refused)
    await work_at(mailing, NIGHT - timedelta(hours=4), handler)

    (kept,) = handler.kept
    assert kept.rcpt_tos == [ADDRESS]
    assert "not eligible" in str(kept.content)


async def test_what_a_contact_chooses_is_answered_and_replaced_by_what_it_chooses_next(
    mailing: World,
) -> None:
    log = mailing.log
    await mailing.take_in(*one_mail(mailing), in_denver(mailing, status="off"))
    await mailing.take_in(log.preference(offset=56, zone="America/Denver", kinds={}))

    handler = await work_at(mailing, NIGHT)  # no quiet hours any more

    assert len(handler.kept) == 1
    assert kinds(await mailing.out("ca-post")).count("message.applied") == 3
    assert await mailing.count("preferences") == 1


async def test_of_two_choices_in_one_batch_the_last_one_holds(mailing: World) -> None:
    events = one_mail(mailing)
    first = in_denver(mailing)
    await mailing.take_in(
        *events, first, mailing.log.preference(offset=56, kinds={"status": "off"})
    )

    await work_at(mailing, NIGHT)

    assert await because(mailing) == ["switched_off"]


async def test_after_a_restore_what_is_held_waits_on(database: Database) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        world = World(pool, reader=NotificationsReader(with_mail=True))
        await world.take_in(*one_mail(world), in_denver(world))
        await pool.execute("DELETE FROM outbox")
        await work_at(world, NIGHT)

        await catch_up(pool, Restore(), [], service="notifications")
        await work_at(world, NIGHT)

        assert await states(world) == [("prepared", 0)]
        await pass_the_night(world)
        assert len((await work_at(world, MORNING)).kept) == 1
