"""Codes go by mail to the contact for which the public desk asks, and are nowhere else."""

import asyncio
from email import message_from_bytes, policy
from typing import Any

import pytest

from services.notifications.handlers import NotificationsReader
from services.notifications.mail import mails
from services.notifications.mail.code_mails import prepare_codes, read_codes
from services.notifications.mail.codes import Codes
from shared.contracts import intake, refusals
from shared.contracts.event import Event
from shared.contracts.notifications import MAIL_TOPIC
from shared.contracts.services import WEB_DESK
from shared.delivery.records import Item
from shared.one_time_codes import code_of
from shared.process.tasks import AT_ONCE
from tests.examples.facts import AGENCY, Log, inbound
from tests.examples.outboxes import outbox_of
from tests.integration.notifications.conftest import World, kinds
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.news import LINKS, sweep
from tests.integration.notifications.test_mails import mailer, states

KEY = b"a key that two deployments have, alike"
ADDRESS, MATTER = "Chief@agency.example", "WEB-7Q2K9M4T1X"


@pytest.fixture
async def desk(world: World) -> World:
    world.reader = NotificationsReader(with_mail=True, with_codes=True)
    log = world.log
    await world.take_in(
        log.registered(WEB_DESK, "agency_desk", "The public desk", offset=0),
        contact(log, "web-1"),
    )
    return world


def contact(log: Log, contact_id: str, email: str = ADDRESS, *, offset: int = 1) -> Event:
    data = {"participant": WEB_DESK, "contact_id": contact_id, "name": "Chief", "email": email}
    return log.event(
        intake.CONFIDENTIAL_TOPIC,
        "contact_set",
        f"contact:{WEB_DESK}:{contact_id}",
        {**data, "of_caller": True},
        inreplyto=inbound(offset, WEB_DESK),
    )


def code(
    log: Log,
    counter: int,
    contact_id: str = "web-1",
    participant: str = WEB_DESK,
    *,
    from_link: bool = False,
) -> Event:
    data = {
        "participant": participant,
        "contact_id": contact_id,
        "purpose": "confirm_address",
        "about": MATTER,
        "counter": counter,
        "from_link": from_link,
    }
    event = log.event(
        intake.CONFIDENTIAL_TOPIC,
        "code_asked",
        f"contact:{participant}:{contact_id}",
        data,
        inreplyto=inbound(10 + counter + 10 * len(contact_id), WEB_DESK),
    )
    return event.model_copy(update={"participant": participant})


def expected(counter: int, contact_id: str = "web-1") -> str:
    about = f"contact:{WEB_DESK}:{contact_id}"
    return code_of(KEY, contact=about, about=MATTER, counter=counter)


async def answers(world: World) -> list[str]:
    """Return the answers to what the desk has asked after it set its contact."""
    found = await world.out(WEB_DESK)
    return [
        each["data"]["reasons"][0]["code"] if "reasons" in each["data"] else "applied"
        for each in found
        if each["data"].get("what") != "contact.set"
    ]


async def send_all(world: World, handler: Handler, key: bytes | None = KEY) -> None:
    async with mailer(handler, code_key=key) as sending:
        while await sending.step(world.pool) == AT_ONCE:
            pass


def contents(handler: Handler) -> list[bytes]:
    """Return the mails that arrived."""
    return [envelope.content for envelope in handler.kept if isinstance(envelope.content, bytes)]


_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


def item(world: World, event: Event) -> Item:
    found = world.reader.parse(world.log.record(intake.CONFIDENTIAL_TOPIC, event))
    assert isinstance(found, Item)
    return found


async def _read(connection: Any, asked: Item) -> Codes:
    async with connection.transaction():
        return await read_codes(connection, [asked])


async def everything(world: World) -> str:
    """Return all that the database holds, and all that goes to a topic."""
    held = [str([dict(row) for row in await outbox_of(world.pool)])]
    for table in ("mails", "notices", "answers", "contacts", "codes_sent", "sequences"):
        rows = await world.pool.fetch(f"SELECT * FROM {table}")
        held.append(str([dict(row) for row in rows]))
    return "\n".join(held)


async def test_a_code_goes_to_its_contact_and_is_on_no_topic_and_in_no_table(
    desk: World,
) -> None:
    handler = Handler()

    await desk.take_in(code(desk.log, 1))
    await send_all(desk, handler)

    (mail,) = contents(handler)
    message = message_from_bytes(mail, policy=policy.default)
    assert message["To"] == "Chief@agency.example"
    body = message.get_body(("plain",))
    assert body is not None
    assert expected(1) in body.get_content()
    assert expected(1) not in str(message["Subject"])
    assert await answers(desk) == ["applied"]
    assert await states(desk) == [("accepted", 1)]
    assert expected(1) not in await everything(desk)
    assert await desk.topic(MAIL_TOPIC) == []


@pytest.mark.parametrize(("purpose", "has_link"), [("act", True), ("confirm_address", False)])
async def test_a_code_to_act_comes_with_the_link_to_the_page_where_it_is_entered(
    desk: World, purpose: str, *, has_link: bool
) -> None:
    handler, asked = Handler(), code(desk.log, 1)
    # The ignore: an `Event` has no `data` of its own; each of its types has.
    data = asked.data.model_copy(update={"purpose": purpose})  # type: ignore[attr-defined]
    await desk.take_in(asked.model_copy(update={"data": data}))

    async with mailer(handler, code_key=KEY, links=LINKS) as sending:
        while await sending.step(desk.pool) == AT_ONCE:
            pass

    (mail,) = contents(handler)
    link = LINKS.status(f"contact:{WEB_DESK}:web-1", ADDRESS)
    for kind in ("plain", "html"):
        body = message_from_bytes(mail, policy=policy.default).get_body((kind,))
        assert body is not None
        assert (link in body.get_content()) is has_link
    assert link.rpartition("/")[2] not in await everything(desk)


async def test_no_code_keeps_another_from_going_out(desk: World) -> None:
    handler = Handler()

    await desk.take_in(code(desk.log, 1), code(desk.log, 2))
    await send_all(desk, handler)

    mails = b"".join(contents(handler))
    assert all(expected(number).encode() in mails for number in (1, 2))


@pytest.mark.parametrize("together", [True, False])
async def test_an_address_gets_three_codes_an_hour_whatever_the_contact(
    desk: World, *, together: bool
) -> None:
    events = [
        code(desk.log, 1),
        code(desk.log, 2),
        contact(desk.log, "web-2", ADDRESS.lower(), offset=5),
        code(desk.log, 3, "web-2"),
        code(desk.log, 4, "web-2"),
    ]

    for batch in [events] if together else [[event] for event in events]:
        await desk.take_in(*batch)

    assert await answers(desk) == ["applied", "applied", "applied", "too_often"]
    assert await desk.count("mails") == await desk.count("codes_sent") == 3


async def test_codes_that_a_link_asks_for_are_counted_apart(desk: World) -> None:
    await desk.take_in(*(code(desk.log, number) for number in range(1, 5)))

    await desk.take_in(*(code(desk.log, number, from_link=True) for number in range(5, 8)))
    await desk.take_in(code(desk.log, 8, from_link=True))

    said = await answers(desk)
    assert said == ["applied"] * 3 + ["too_often"] + ["applied"] * 3 + ["too_often"]


async def test_an_hour_later_there_are_codes_again(desk: World) -> None:
    await desk.take_in(*(code(desk.log, each) for each in (1, 2, 3)))
    await desk.pool.execute("UPDATE codes_sent SET at = at - interval '1 hour'")

    await desk.take_in(code(desk.log, 4))

    assert (await answers(desk))[-1] == "applied"
    await sweep(desk)
    assert await desk.count("codes_sent") == 1


async def test_two_processes_count_the_codes_of_an_address_one_after_the_other(
    desk: World,
) -> None:
    await desk.take_in(contact(desk.log, "web-2", offset=5), code(desk.log, 1), code(desk.log, 2))
    first, second = (item(desk, code(desk.log, 3, each)) for each in ("web-1", "web-2"))

    async with desk.pool.acquire() as one, desk.pool.acquire() as other:
        async with one.transaction():
            codes = await read_codes(one, [first])
            waiting = asyncio.create_task(_read(other, second))
            async with asyncio.timeout(20):
                while not await desk.pool.fetchval(_WAITS):
                    await asyncio.sleep(0.01)  # another session waits: nothing tells us when
            codes.take(first.message)
            await prepare_codes(one, codes, [first.message.id])
        found = await waiting

    assert found.refusal(second.message) is refusals.TOO_MANY_CODES


async def test_a_contact_that_no_mail_reaches_gets_no_code(desk: World) -> None:
    await desk.pool.execute(
        "INSERT INTO dead_addresses (participant, contact_id, email) VALUES ($1, 'web-1', $2)",
        WEB_DESK,
        ADDRESS,
    )

    await desk.take_in(code(desk.log, 1), code(desk.log, 1, "unknown"))

    assert await answers(desk) == ["address_needed", "address_needed"]
    assert await desk.count("mails") == 0


async def test_without_a_key_there_are_no_codes(desk: World) -> None:
    desk.reader = NotificationsReader(with_mail=True)

    await desk.take_in(code(desk.log, 1))

    assert await answers(desk) == ["address_needed"]


async def test_a_code_that_counts_no_more_is_not_sent(desk: World) -> None:
    handler = Handler()
    await desk.take_in(code(desk.log, 1))
    await desk.pool.execute("UPDATE mails SET prepared_at = now() - interval '15 minutes'")

    await send_all(desk, handler)

    assert handler.kept == []
    assert [state for state, _ in await states(desk)] == ["cancelled"]


async def test_a_code_goes_to_nobody_else_if_it_does_not_arrive(desk: World) -> None:
    await desk.take_in(contact(desk.log, "web-2", "other@agency.example", offset=5))
    await desk.take_in(code(desk.log, 1))

    await send_all(desk, Handler({"RCPT": ["550 5.1.1 There is no such box"]}))

    assert [state for state, _ in await states(desk)] == ["refused"]
    assert kinds(await desk.topic(MAIL_TOPIC)) == ["notifications.address_state_changed"]


async def test_a_code_whose_process_was_lost_is_work_for_nobody(desk: World) -> None:
    await desk.take_in(code(desk.log, 1))
    await desk.pool.execute("UPDATE mails SET state = 'sending', claimed_at = '-infinity'")

    async with desk.pool.acquire() as connection:
        (lost,) = await mails.lose_mails(connection, seconds=1, limit=10)

    assert lost.kind == "code"
    assert [state for state, _ in await states(desk)] == ["dropped"]


async def test_a_code_for_a_provider_without_a_system_goes_to_its_own_contact(
    desk: World,
) -> None:
    handler, log = Handler(), desk.log
    of_agency = log.contact(email=ADDRESS)
    event = code(log, 1, "c-1", AGENCY)
    await desk.take_in(
        log.registered(AGENCY, "agency_system", "CA", offset=3, reached_by="desk"), of_agency
    )

    await desk.take_in(event)
    await send_all(desk, handler)

    (mail,) = contents(handler)
    wanted = code_of(KEY, contact=f"contact:{AGENCY}:c-1", about=MATTER, counter=1)
    assert wanted.encode() in mail
    assert (await desk.out(WEB_DESK))[-1]["audience"] == AGENCY
