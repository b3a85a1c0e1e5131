"""A person settles what became of a mail or a notice: on a real Postgres."""

from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.mail import gauges, mails
from services.notifications.restore.reader import Restore
from shared.contracts.notifications import MAIL_TOPIC
from shared.contracts.outbound import TYPES
from shared.mail.templates import TEMPLATES
from shared.postgres.pool import LIMITS
from shared.process import metrics
from shared.process.tasks import LATER
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, AT, OFFICE, WHY, inbound
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds
from tests.integration.notifications.mail_servers import Handler, hang_up
from tests.integration.notifications.test_mails import (
    mailer,
    make_due,
    one_mail,
    states,
    told,
)

STRANGER = "00000000-0000-4000-8000-000000000001"
ACTOR = "staff:k7f2"


async def mail_of(world: World) -> str:
    return str(await world.pool.fetchval("SELECT mail_id FROM mails ORDER BY prepared_at"))


async def unknown_mail(world: World, handler: Handler) -> str:
    """Let the one mail end without a reply; return its id."""
    await world.take_in(*one_mail(world))
    async with mailer(handler, owned_seconds=0) as sending:
        await sending.step(world.pool)
    assert await states(world) == [("outcome_unknown", 1)]
    return await mail_of(world)


async def settle(world: World, *, offset: int = 70, **data: Any) -> dict[str, Any]:
    """Let a person settle it; return the answer."""
    await world.take_in(world.log.settle(offset=offset, actor=ACTOR, **data))
    answer: dict[str, Any] = (await world.out(OFFICE))[-1]
    assert answer["inreplyto"] == inbound(offset, OFFICE)
    return answer


def reasons(answer: dict[str, Any]) -> list[str]:
    assert answer["type"] == TYPES["message_refused"]
    return [reason["code"] for reason in answer["data"]["reasons"]]


async def test_e14_staff_counts_a_mail_as_delivered_and_one_copy_stays(mailing: World) -> None:
    handler = Handler(after_data=hang_up)
    mail = await unknown_mail(mailing, handler)

    answer = await settle(mailing, mail=mail)

    assert answer["type"] == TYPES["applied"]
    assert (answer["data"]["what"], answer["data"]["about"]) == ("notice.settle", mail)
    unknown, settled = await told(mailing)
    assert kinds([settled]) == ["notifications.notice_settled"]
    assert (settled["actor"], settled["participant"]) == (ACTOR, OFFICE)
    assert (settled["data"]["mail"], settled["data"]["how"]) == (mail, "counted_as_delivered")
    assert (unknown["subject"], unknown["sequence"][-1]) == (settled["subject"], "1")
    assert settled["sequence"].endswith("2")
    async with mailer(handler) as sending:
        assert await sending.step(mailing.pool) == LATER
    assert await states(mailing) == [("counted_as_delivered", 1)]
    assert len(handler.kept) == 1


async def test_the_words_of_a_settlement_are_kept_and_go_to_no_topic(mailing: World) -> None:
    mail = await unknown_mail(mailing, Handler(after_data=hang_up))

    await settle(mailing, mail=mail)

    (kept,) = await mailing.pool.fetch("SELECT how, why FROM settlements")
    assert tuple(kept) == ("counted_as_delivered", WHY)
    written = await mailing.pool.fetch("SELECT value FROM outbox")
    assert WHY not in str([bytes(row["value"]).decode() for row in written])


async def test_a_mail_that_is_sent_again_is_the_same_mail_with_its_whole_time(
    mailing: World,
) -> None:
    handler = Handler(after_data=hang_up)
    mail = await unknown_mail(mailing, handler)

    await settle(mailing, mail=mail, how="sent_again")

    assert await states(mailing) == [("prepared", 1)]
    assert await mailing.pool.fetchval("SELECT first_tried_at FROM mails") is None
    async with mailer(Handler()) as sending:
        await sending.step(mailing.pool)
    assert await states(mailing) == [("accepted", 2)]
    again = ["outcome_unknown", "settled", "delivered"]
    assert kinds(await told(mailing)) == [f"notifications.notice_{kind}" for kind in again]
    assert {event["subject"] for event in await told(mailing)} == {f"mail:{mail}"}


async def test_a_mail_that_was_sent_again_may_be_unknown_and_settled_again(
    mailing: World,
) -> None:
    handler = Handler(after_data=hang_up)
    mail = await unknown_mail(mailing, handler)
    await settle(mailing, mail=mail, how="sent_again")
    async with mailer(handler, owned_seconds=0) as sending:
        await sending.step(mailing.pool)

    answer = await settle(mailing, mail=mail, how="dropped", offset=71)

    assert answer["type"] == TYPES["applied"]
    assert await states(mailing) == [("dropped", 2)]
    assert [int(event["sequence"]) for event in await told(mailing)] == [1, 2, 3, 4]
    assert await mailing.count("settlements") == 2


async def test_of_two_settlements_the_second_is_refused_in_one_batch_or_later(
    mailing: World,
) -> None:
    mail = await unknown_mail(mailing, Handler(after_data=hang_up))

    await mailing.take_in(
        mailing.log.settle(mail=mail, offset=70),
        mailing.log.settle(mail=mail, offset=71, how="sent_again"),
    )
    later = await settle(mailing, mail=mail, offset=72, how="dropped")

    first, second, _ = (await mailing.out(OFFICE))[-3:]
    assert first["type"] == TYPES["applied"]
    assert reasons(second) == reasons(later) == ["nothing_to_settle"]
    assert await states(mailing) == [("counted_as_delivered", 1)]
    assert len(await told(mailing)) == 2


async def test_a_mail_that_waits_is_sent_or_was_delivered_cannot_be_settled(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    mail = await mail_of(mailing)

    waits = await settle(mailing, mail=mail, how="dropped")
    async with mailing.pool.acquire() as connection:
        await mails.claim_mails(connection, limit=1, templates=TEMPLATES)
    is_sent = await settle(mailing, mail=mail, how="dropped", offset=71)

    assert reasons(waits) == reasons(is_sent) == ["nothing_to_settle"]
    assert await states(mailing) == [("sending", 1)]


async def test_a_mail_and_a_notice_that_nobody_knows_are_refused(mailing: World) -> None:
    mail = await unknown_mail(mailing, Handler(after_data=hang_up))
    notice = str(await mailing.pool.fetchval("SELECT notice FROM mails"))
    about: dict[str, Any] = {"notice": notice, "audience": "other", "how": "told_otherwise"}

    answers = [
        await settle(mailing, mail=STRANGER),
        await settle(mailing, offset=71, **about),
        await settle(mailing, offset=72, **{**about, "notice": STRANGER, "audience": AGENCY}),
    ]

    assert [reasons(answer) for answer in answers] == [["unknown_mail"]] * 3
    paths = [answer["data"]["reasons"][0]["path"] for answer in answers]
    assert paths == ["/mail", "/notice", "/notice"]
    assert await mail_of(mailing) == mail


async def test_what_a_frozen_process_records_after_a_settlement_changes_nothing(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    mail = await mail_of(mailing)
    async with mailer(Handler()) as slow, mailer(Handler(), owned_seconds=0) as other:
        async with mailing.pool.acquire() as connection:
            (claimed,) = await mails.claim_mails(connection, limit=1, templates=TEMPLATES)
        await other.step(mailing.pool)
        await settle(mailing, mail=mail, how="sent_again")

        await slow._send(mailing.pool, claimed, "America/New_York", {mail})
        assert await states(mailing) == [("prepared", 1)]
        await other.step(mailing.pool)

    assert await states(mailing) == [("accepted", 2)]
    assert len(await told(mailing)) == 3


async def failed_notice(world: World) -> dict[str, Any]:
    """Let the one mail be refused for good; return what names its notice."""
    await world.take_in(*one_mail(world))
    async with mailer(Handler({"RCPT": ["550 5.1.1 no such user"]})) as sending:
        await sending.step(world.pool)
    notice = await world.pool.fetchval("SELECT notice FROM mails")
    return {"notice": str(notice), "audience": AGENCY, "how": "told_otherwise"}


async def test_a_notice_that_reached_nobody_was_told_otherwise_once(mailing: World) -> None:
    about = await failed_notice(mailing)

    first = await settle(mailing, **about)
    second = await settle(mailing, offset=71, **about)

    assert (first["type"], first["data"]["about"]) == (TYPES["applied"], about["notice"])
    assert reasons(second) == ["nothing_to_settle"]
    assert await states(mailing) == [("refused", 1)]
    *_, settled = await told(mailing)
    assert (settled["data"]["how"], settled["data"]["mail"]) == (
        "told_otherwise", await mail_of(mailing),
    )  # fmt: skip


async def test_a_notice_that_is_still_tried_elsewhere_cannot_be_told_otherwise(
    mailing: World,
) -> None:
    await mailing.take_in(*one_mail(mailing))
    await mailing.take_in(mailing.log.contact("c-2", offset=61, email="clerk@agency.example"))
    async with mailer(Handler({"RCPT": ["550 5.1.1 no", "451 4.7.1 later"]})) as sending:
        await sending.step(mailing.pool)
        notice = str(await mailing.pool.fetchval("SELECT notice FROM mails"))
        about: dict[str, Any] = {"notice": notice, "audience": AGENCY, "how": "told_otherwise"}
        tried = await settle(mailing, **about)
        await sending.step(mailing.pool)
        await make_due(mailing)
        await sending.step(mailing.pool)
    delivered = await settle(mailing, offset=71, **about)

    assert reasons(tried) == reasons(delivered) == ["nothing_to_settle"]


async def shown(world: World) -> dict[str, float]:
    """Return how many mails each metric shows, by state where it has one; without zeros."""
    await gauges.show(world.pool)
    found = {}
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            if sample.name in ("cri_mails_total", "cri_mails_unknown", "cri_mails_waiting"):
                found[sample.labels.get("state", sample.name)] = sample.value
    return {name: number for name, number in found.items() if number}


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ("counted_as_delivered", "counted_as_delivered"),
        ("dropped", "dropped"),
        ("sent_again", "cri_mails_waiting"),
    ],
)
async def test_the_metrics_count_a_settled_mail_once_by_what_became_of_it(
    mailing: World, how: str, then: str
) -> None:
    mail = await unknown_mail(mailing, Handler(after_data=hang_up))
    assert await shown(mailing) == {"cri_mails_unknown": 1}

    await settle(mailing, mail=mail, how=how)

    assert await shown(mailing) == {then: 1}
    labels = {"service": "notifications", "how": how}
    assert metrics.REGISTRY.get_sample_value("cri_mails_settled_total", labels) == 1


async def test_the_metrics_count_a_mail_that_was_sent_again_by_its_last_try(
    mailing: World,
) -> None:
    mail = await unknown_mail(mailing, Handler(after_data=hang_up))
    await settle(mailing, mail=mail, how="sent_again")

    async with mailer(Handler()) as sending:
        await sending.step(mailing.pool)

    assert await shown(mailing) == {"accepted": 1}


@pytest.mark.parametrize("how", ["counted_as_delivered", "sent_again", "told_otherwise"])
@pytest.mark.parametrize("announced", [True, False])
async def test_after_a_restore_a_settlement_stands_or_is_decided_again(
    stack: Stack, database: Database, announced: bool, how: str
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader(with_mail=True))
        if how == "told_otherwise":
            about = await failed_notice(before)
        else:
            about = {"mail": await unknown_mail(before, Handler(after_data=hang_up)), "how": how}
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, before.log), World(is_dump, before.log)
        settled = before.log.settle(actor=ACTOR, **about)
        record = before.log.record("cri.int.confidential.v1", settled)
        await lived.take_in_records([record])
        written = await outbox_of(lived.pool)
        if announced:
            await announce(restored.pool, written, at=AT)

        await catch_up(restored.pool, Restore(), [[record]], service="notifications")

        expected = {"sent_again": "sending", "told_otherwise": "refused"}.get(how, how)
        assert [state for state, _ in await states(restored)] == [expected]
        own = [] if announced else ["notifications.notice_settled"]
        assert kinds(await restored.topic(MAIL_TOPIC)) == own
        assert await restored.count("settlements") == 1
        if not announced:
            sent = {event["id"] for event in await lived.topic(MAIL_TOPIC)}
            assert {event["id"] for event in await restored.topic(MAIL_TOPIC)} == sent
