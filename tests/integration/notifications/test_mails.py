"""Mails on a real Postgres and real mail servers: prepared, claimed, sent, recorded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.mail import gauges, mails
from services.notifications.mail.compose import Letterhead
from services.notifications.mail.sending import Mailer
from services.notifications.mail.transport import Server, Transport
from services.notifications.restore.reader import OWN, Restore
from shared.business_clock import BusinessClock
from shared.contracts.event import Event
from shared.contracts.notifications import MAIL_TOPIC
from shared.mail.templates import TEMPLATES
from shared.postgres.pool import LIMITS
from shared.process import metrics
from shared.process.tasks import AT_ONCE, LATER
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, AT, DECISION, PROVIDER, engagement, made, opened, state
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, history, kinds
from tests.integration.notifications.mail_servers import Handler, hang_up, mail_server

ADDRESS = "chief@agency.example"
HEAD = Letterhead("office@program.example", "The program office", "desk@program.example")


NOON = datetime(2026, 3, 3, 2, tzinfo=UTC)
"""Noon where the contacts of the examples are."""


def showing(business: datetime) -> BusinessClock:
    """Return a clock that shows *business* now."""
    return BusinessClock(since=datetime.now(UTC), start=business)


@asynccontextmanager
async def mailer(handler: Handler, **more: Any) -> AsyncIterator[Mailer]:
    """Give a mailer that sends to a real server, by day unless it has another clock."""
    more.setdefault("clock", showing(NOON))
    async with mail_server(handler) as port:
        server = Server("127.0.0.1", port, "program.example", tls="opportunistic")
        transport = Transport(server)
        url, wake = "https://program.example/", asyncio.Event()
        yield Mailer(transport, HEAD, public_url=url, relay_wake=wake, **more)
        await transport.close()


def one_mail(world: World) -> Sequence[Event]:
    """Return events that lead to one mail: the request was offered to a provider."""
    log = world.log
    return (
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        log.accepted(reference_version=1),
        log.contact(email=ADDRESS),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed("offer_made", made()),
    )


async def states(world: World) -> list[tuple[str, int]]:
    rows = await world.pool.fetch("SELECT state, tries FROM mails ORDER BY prepared_at, mail_id")
    return [tuple(row) for row in rows]


async def told(world: World) -> list[dict[str, Any]]:
    return await world.topic(MAIL_TOPIC)


async def make_due(world: World) -> None:
    """Let the time until the next try pass."""
    await world.pool.execute("UPDATE mails SET due_at = now() WHERE state = 'try_later'")


async def copy_mails(world: World, times: int) -> None:
    """Store copies of the one mail that there is, about other requests."""
    await world.pool.execute(
        """
        INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key, about,
                           number, kind, template, facts)
        SELECT gen_random_uuid(), fact, notice, audience, contact_id, correlation, key,
               about || copy, number, kind, template, facts
          FROM mails, generate_series(1, $1) AS copy
        """,
        times,
    )


async def test_an_obligation_is_prepared_with_its_notice(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))

    (row,) = await mailing.pool.fetch("SELECT * FROM mails")
    assert (row["state"], row["contact_id"], row["template"]) == ("prepared", "c-1", "status.v1")
    assert ADDRESS not in str(dict(row))
    notices = await mailing.pool.fetch("SELECT fact FROM notices WHERE message_id IS NOT NULL")
    assert row["fact"] in {notice["fact"] for notice in notices}


async def test_without_mail_nothing_is_prepared(world: World) -> None:
    await world.take_in(*one_mail(world))

    assert await world.count("mails") == 0


async def test_without_an_address_nothing_is_prepared(mailing: World) -> None:
    await mailing.take_in(*history(mailing.log))

    assert await mailing.count("mails") == 0


async def test_a_mail_is_delivered_once_and_told(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    handler = Handler()

    async with mailer(handler) as sending:
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == LATER

    (kept,) = handler.kept
    assert kept.rcpt_tos == [ADDRESS]
    assert "Subject: CRI-2026-" in str(kept.content)
    assert await states(mailing) == [("accepted", 1)]
    (event,) = await told(mailing)
    assert kinds([event]) == ["notifications.notice_delivered"]
    assert ADDRESS not in str(event)
    assert event["sequence"].endswith("1")


async def test_e12_a_greylisted_mail_is_accepted_at_the_second_try(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    handler = Handler({"RCPT": ["451 4.7.1 please come back"]})

    async with mailer(handler) as sending:
        await sending.step(mailing.pool)
        assert await states(mailing) == [("try_later", 1)]
        pause = await sending.step(mailing.pool)
        assert 55 < pause.total_seconds() <= 60
        await make_due(mailing)
        await sending.step(mailing.pool)

    assert await states(mailing) == [("accepted", 2)]
    assert len(handler.kept) == 1
    assert kinds(await told(mailing)) == ["notifications.notice_delivered"]


async def test_an_address_that_no_mail_can_have_is_dead_and_the_other_mails_go_out(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.take_in(mailing.log.contact(offset=61, email="x@a\u2488.org"))
    await mailing.take_in(mailing.log.contact("c-2", offset=62, email=ADDRESS))
    handler = Handler()

    async with mailer(handler) as sending:
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == LATER

    assert [each.rcpt_tos for each in handler.kept] == [[ADDRESS]]
    failed, died, _ = await told(mailing)
    assert (failed["data"]["kind"], failed["data"]["status"]) == ("refused", "5.1.3")
    assert (died["subject"], died["data"]["state"]) == (f"contact:{AGENCY}:c-1", "dead")


async def test_a_mail_that_cannot_be_written_fails_alone(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await copy_mails(mailing, 2)
    broken = "UPDATE mails SET facts = '{}' WHERE about LIKE '%1' RETURNING mail_id"
    mail_id = await mailing.pool.fetchval(broken)
    handler = Handler()

    async with mailer(handler) as sending:
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == LATER

    assert sorted(await states(mailing)) == [("accepted", 1), ("accepted", 1), ("refused", 1)]
    (failed,) = [each for each in await told(mailing) if each["data"]["mail"] == str(mail_id)]
    assert (failed["data"]["kind"], failed["data"]["status"]) == ("refused", "5.6.0")


async def test_e13_a_refused_mail_is_told_and_goes_to_the_alternate_contact(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.take_in(mailing.log.contact("c-2", offset=61, email="clerk@agency.example"))
    handler = Handler({"RCPT": ["550 5.1.1 no such user chief@agency.example"]})

    async with mailer(handler) as sending:
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == AT_ONCE
        assert await sending.step(mailing.pool) == LATER

    assert sorted(await states(mailing)) == [("accepted", 1), ("refused", 1)]
    (kept,) = handler.kept
    assert kept.rcpt_tos == ["clerk@agency.example"]
    failed, died, delivered = await told(mailing)
    assert (failed["data"]["kind"], failed["data"]["status"]) == ("refused", "5.1.1")
    assert (died["subject"], died["data"]["state"]) == (f"contact:{AGENCY}:c-1", "dead")
    assert delivered["data"]["contact"] == f"contact:{AGENCY}:c-2"
    assert "@" not in str([failed, died, delivered])


async def test_e13_who_has_no_other_contact_is_written_to_again_at_another_address(
    mailing: World,
) -> None:
    *before, made_first = one_mail(mailing)
    await mailing.take_in(*before, made_first)
    handler = Handler({"RCPT": ["550 5.1.1 no such user"]})

    async with mailer(handler) as sending:
        await sending.step(mailing.pool)
        assert await sending.step(mailing.pool) == LATER
        await mailing.take_in(mailing.log.routed("engagement_opened", opened(need_stated=False)))
        assert await sending.step(mailing.pool) == LATER  # its only address is dead
        await mailing.take_in(mailing.log.contact(offset=62, email="new@agency.example"))
        await mailing.take_in(
            mailing.log.routed(
                "engagement_progressed",
                engagement("in_delivery", milestone="kick_off", on="2026-04-01"),
            )
        )
        await sending.step(mailing.pool)

    assert [each.rcpt_tos for each in handler.kept] == [["new@agency.example"]]


async def test_e14_a_cut_after_data_leaves_one_copy_and_an_unknown_outcome(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    handler = Handler(after_data=hang_up)

    async with mailer(handler, owned_seconds=0) as sending:
        await sending.step(mailing.pool)
        assert await sending.step(mailing.pool) == LATER

    assert await states(mailing) == [("outcome_unknown", 1)]
    assert len(handler.kept) == 1
    (event,) = await told(mailing)
    assert kinds([event]) == ["notifications.notice_outcome_unknown"]
    assert event["data"]["stage"] == "data"


async def test_e15_a_mail_whose_process_died_is_unknown_and_not_sent_again(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    async with mailing.pool.acquire() as connection:
        assert len(await mails.claim_mails(connection, limit=1, templates=TEMPLATES)) == 1
    handler = Handler()

    async with mailer(handler) as early, mailer(handler, owned_seconds=0) as late:
        assert await early.step(mailing.pool) == LATER
        assert await states(mailing) == [("sending", 1)]
        assert await late.step(mailing.pool) == LATER

    assert await states(mailing) == [("outcome_unknown", 1)]
    assert handler.kept == []
    assert kinds(await told(mailing)) == ["notifications.notice_outcome_unknown"]


async def test_what_comes_too_late_from_a_frozen_process_changes_nothing(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    frozen, thawed = asyncio.Event(), asyncio.Event()

    async def freeze(_: object) -> None:
        frozen.set()
        await thawed.wait()

    handler = Handler(after_data=freeze)
    async with mailer(handler) as slow, mailer(handler, owned_seconds=0) as other:
        sending = asyncio.create_task(slow.step(mailing.pool))
        await frozen.wait()
        await other.step(mailing.pool)
        thawed.set()
        await sending

    assert await states(mailing) == [("outcome_unknown", 1)]
    assert kinds(await told(mailing)) == ["notifications.notice_outcome_unknown"]


async def test_a_process_that_stops_brings_what_is_under_way_to_its_end(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    begun, freed = asyncio.Event(), asyncio.Event()

    async def wait(_: object) -> None:
        begun.set()
        await freed.wait()

    handler = Handler(after_data=wait)
    async with mailer(handler) as sending:
        step = asyncio.create_task(sending.step(mailing.pool))
        await begun.wait()
        step.cancel()
        freed.set()
        with pytest.raises(asyncio.CancelledError):
            await step

    assert await states(mailing) == [("accepted", 1)]


async def test_an_address_that_was_taken_away_cancels_its_mails(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.take_in(mailing.log.contact(offset=60))
    handler = Handler()

    async with mailer(handler) as sending:
        await sending.step(mailing.pool)

    assert await states(mailing) == [("cancelled", 1)]
    assert handler.kept == []
    (event,) = await told(mailing)
    assert event["data"]["because"] == "no_address"


async def test_several_processes_share_the_work_and_send_each_mail_once(mailing: World) -> None:
    await mailing.take_in(*one_mail(mailing))
    numbers = 60
    await copy_mails(mailing, numbers - 1)
    handler = Handler()

    async with mailer(handler) as first, mailer(handler) as second:

        async def work(one: Mailer) -> None:
            while await one.step(mailing.pool) == AT_ONCE:
                pass

        await asyncio.gather(work(first), work(second))

    assert len(handler.kept) == numbers
    assert await states(mailing) == [("accepted", 1)] * numbers
    assert len({event["subject"] for event in await told(mailing)}) == numbers


@pytest.mark.parametrize("announced", [True, False])
async def test_after_a_restore_no_mail_is_sent_again(
    stack: Stack, database: Database, announced: bool
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader(with_mail=True))
        await before.take_in(*one_mail(before))
        await pool.execute("DELETE FROM outbox")
    handler = Handler()
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
        mailer(handler) as sending,
    ):
        lived, restored = World(lives_on, before.log), World(is_dump, before.log)
        await sending.step(lived.pool)
        if announced:
            await announce(restored.pool, await outbox_of(lived.pool), at=AT)

        await catch_up(restored.pool, Restore(), [], service="notifications")
        await sending.step(restored.pool)

        expected = "accepted" if announced else "outcome_unknown"
        assert [state for state, _ in await states(restored)] == [expected]
        known = await OWN.known(restored.pool, [(MAIL_TOPIC, event["subject"])
                                                for event in await told(lived)])  # fmt: skip
        assert list(known.values()) == [1]
        again = [] if announced else ["notifications.notice_outcome_unknown"]
        assert kinds(await told(restored)) == again
    assert len(handler.kept) == 1


async def test_the_metrics_tell_a_refusal_of_the_address_from_one_of_the_mail(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await copy_mails(mailing, 2)
    handler = Handler({"RCPT": ["550 5.1.1 no such user"], "DATA": ["554 5.7.1 spam", "250 OK"]})
    labels = {"service": "notifications"}

    await gauges.show(mailing.pool)
    assert metrics.REGISTRY.get_sample_value("cri_mails_waiting", labels) == 3
    async with mailer(handler) as sending:
        await sending.step(mailing.pool)
    await gauges.show(mailing.pool)

    assert metrics.REGISTRY.get_sample_value("cri_mails_waiting", labels) == 0
    for end in ("accepted", "refused", "refused_by_policy"):
        counted = metrics.REGISTRY.get_sample_value("cri_mails_total", {**labels, "state": end})
        assert counted == 1, end


async def test_e16_what_is_overtaken_before_it_is_sent_is_cancelled(mailing: World) -> None:
    registered, accepted, contact, triaged, made_first = one_mail(mailing)
    await mailing.take_in(registered, accepted, contact, triaged, made_first)
    handler = Handler({"MAIL": ["451 4.3.2 busy"]})
    async with mailer(handler) as sending:
        await sending.step(mailing.pool)
        await mailing.take_in(mailing.log.routed("engagement_opened", opened(need_stated=False)))
        await make_due(mailing)
        await sending.step(mailing.pool)

    assert sorted(await states(mailing)) == [("accepted", 1), ("cancelled", 2)]
    (kept,) = handler.kept
    assert "a provider has accepted" in str(kept.content)
    because = [event["data"].get("because") for event in await told(mailing)]
    assert sorted(because, key=str) == [None, "overtaken"]


async def test_a_mail_of_a_later_release_waits_for_a_process_of_that_release(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.pool.execute("UPDATE mails SET template = 'status.v2'")

    async with mailer(Handler()) as sending:
        assert await sending.step(mailing.pool) == LATER

    assert await states(mailing) == [("prepared", 0)]
