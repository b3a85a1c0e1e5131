"""What is for participants without a system goes to the public desk, and says for whom it is."""

import json
from typing import Any

import pytest

from services.notifications.handlers import NotificationsReader
from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.links import Links
from shared.contracts.outbound import Message
from shared.contracts.services import WEB_DESK
from shared.process.tasks import AT_ONCE
from tests.examples.facts import (
    AGENCY,
    DECISION,
    NOTE,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    inbound,
    state,
)
from tests.integration.notifications.conftest import World, history, kinds, numbers
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.news import parsed
from tests.integration.notifications.test_mails import mailer

OTHER = "web-other"


def through_the_desk(log: Log) -> list[Event]:
    """Return the life of a request whose provider has no system."""
    registered = log.registered(PROVIDER, "provider", "IACP", offset=1, reached_by="desk")
    return [registered, *history(log)[1:]]


@pytest.mark.parametrize("together", [True, False])
async def test_what_is_for_a_provider_without_a_system_goes_to_the_desk(
    world: World, *, together: bool
) -> None:
    events = through_the_desk(world.log)

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    received = await world.out(WEB_DESK)
    assert kinds(received) == ["offer.made", "engagement.opened"]
    assert [message["audience"] for message in received] == [PROVIDER, PROVIDER]
    assert numbers(received) == [1, 2]
    assert await world.out(PROVIDER) == []
    assert not any("audience" in message for message in await world.out(AGENCY))
    for message in received:
        Message.model_validate(message)
    told = [
        (notice["audience"], notice.get("through"))
        for each in await world.notices()
        for notice in each["data"]["notices"]
        if notice["outcome"] == "sent"
    ]
    assert {each for each in told if each[0] == PROVIDER} == {(PROVIDER, WEB_DESK)}
    assert {each for each in told if each[0] == AGENCY} == {(AGENCY, None)}


async def test_e35_the_desk_is_told_no_need_no_note_and_no_contact_unasked(world: World) -> None:
    await world.take_in(
        world.log.registered(AGENCY, "agency_system", "CA", offset=0, reached_by="desk"),
        *through_the_desk(world.log),
        world.log.note(None, offset=8),
        world.log.settled(offset=8),
        world.log.contact(offset=51, email="new@agency.example"),
    )

    received = await world.out(WEB_DESK)
    assert {"engagement.opened", "note.stated", "contact.changed"} <= set(kinds(received))
    said = json.dumps(received)
    assert "crisis teams" not in said
    assert "A. Chief" not in said
    assert "new@agency.example" not in said
    assert NOTE not in said


async def test_all_who_are_reached_by_the_desk_share_its_numbers(world: World) -> None:
    agency = world.log.registered(AGENCY, "agency_system", "CA", offset=0, reached_by="desk")

    await world.take_in(agency, *through_the_desk(world.log))

    received = await world.out(WEB_DESK)
    assert numbers(received) == list(range(1, len(received) + 1))
    assert {message["audience"] for message in received} == {AGENCY, PROVIDER}


async def test_who_is_registered_anew_is_reached_there_from_then_on(world: World) -> None:
    await world.take_in(*history(world.log))
    before = len(await world.out(PROVIDER))

    await world.take_in(
        world.log.registered(PROVIDER, "provider", "IACP", offset=2, reached_by="desk"),
        world.log.routed(
            "engagement_progressed",
            engagement("delivered", milestone="delivered", on="2026-04-01"),
        ),
        world.log.contact(offset=51, email="new@agency.example"),
    )

    assert kinds(await world.out(WEB_DESK)) == ["contact.changed"]
    assert len(await world.out(PROVIDER)) == before


async def test_a_process_that_knows_an_older_registration_reads_the_new_one(
    world: World,
) -> None:
    registered, *others = through_the_desk(world.log)
    await world.take_in(world.log.registered(PROVIDER, "provider", "IACP", offset=0))
    other = World(world.pool, world.log)

    await other.take_in(registered)
    await world.take_in(*others)

    assert kinds(await world.out(WEB_DESK)) == ["offer.made", "engagement.opened"]


async def test_a_repeat_through_the_desk_waits_for_its_first_answer(world: World) -> None:
    """The desk numbers its answers, whomever it acts for."""
    repeat = world.log.event(
        intake.ANSWERS_TOPIC,
        "answer_repeated",
        WEB_DESK,
        {"participant": PROVIDER, "of": inbound(7, WEB_DESK)},
        inreplyto=inbound(8, WEB_DESK),
    ).model_copy(update={"participant": PROVIDER})
    await world.take_in(*through_the_desk(world.log), repeat)
    answered = world.log.settled().model_copy(
        update={"inreplyto": inbound(7, WEB_DESK), "participant": PROVIDER}
    )

    await world.take_in(answered)

    received = (await world.out(WEB_DESK))[2:]
    assert kinds(received) == ["message.applied", "message.applied"]
    assert [message["data"]["repeat"] for message in received] == [False, True]
    assert {message["audience"] for message in received} == {PROVIDER}
    assert await world.out(PROVIDER) == []


def contact(log: Log, contact_id: str, **how: str) -> Event:
    about = {"participant": WEB_DESK, "contact_id": contact_id, "name": contact_id}
    return log.event(
        intake.CONFIDENTIAL_TOPIC,
        "contact_set",
        f"contact:{WEB_DESK}:{contact_id}",
        {**about, "of_caller": True, **how},
        inreplyto=inbound(60 + len(contact_id), WEB_DESK),
    )


async def ask(world: World, **how: str) -> list[dict[str, Any]]:
    """Have an agency ask on a page, which *how* reaches; return the last notice's decisions."""
    world.reader = NotificationsReader(with_mail=True)
    log = world.log
    await world.take_in(
        log.registered(WEB_DESK, "agency_desk", "The public desk", offset=0),
        log.registered(OFFICE, "program_office", "Office", offset=1),
        contact(log, OTHER, email="other@agency.example"),
        log.accepted(participant=WEB_DESK, contact_ids=["web-1"], reference_version=2),
        contact(log, "web-1", **how),
        log.routed(
            "request_referred",
            {**state("referred", reason="no_ori", decision=DECISION), "participant": WEB_DESK},
        ),
    )
    found: list[dict[str, Any]] = (await world.notices())[-1]["data"]["notices"]
    return found


async def mailed(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT contact_id FROM mails WHERE audience = $1", WEB_DESK)
    return [row["contact_id"] for row in rows]


async def test_mail_about_a_request_from_a_page_goes_to_whom_it_names(world: World) -> None:
    notices = await ask(world, email="chief@bayard.example")

    assert await mailed(world) == ["web-1"]
    assert not any(notice.get("call") for notice in notices)


async def test_who_asks_on_a_page_and_has_no_address_is_called(world: World) -> None:
    notices = await ask(world, phone="+1 308 555 0100")

    assert await mailed(world) == []
    assert [notice["audience"] for notice in notices if notice.get("call")] == [WEB_DESK]


async def test_the_public_desk_has_the_numbers_of_its_topic_alone(world: World) -> None:
    await world.take_in(*through_the_desk(world.log))

    rows = await world.pool.fetch(
        "SELECT topic, subject FROM sequences WHERE topic LIKE 'cri.out.%' AND last > 0"
    )

    found = {tuple(row) for row in rows}
    assert (f"cri.out.{WEB_DESK}.v1", WEB_DESK) in found
    assert PROVIDER not in {subject for _, subject in found}


@pytest.mark.parametrize("is_through_desk", [True, False])
async def test_the_mail_that_work_begins_leads_to_its_page(
    world: World, *, is_through_desk: bool
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    log, links = world.log, Links("https://help.example", b"k" * 32)
    events = through_the_desk(log) if is_through_desk else history(log)
    await world.take_in(
        log.contact("p-1", participant=PROVIDER, email="desk@iacp.example"), *events
    )
    handler = Handler()

    async with mailer(handler, links=links) as sending:
        while await sending.step(world.pool) == AT_ONCE:
            pass

    mails = [parsed(each.content) for each in handler.kept]
    (mail,) = [each for each in mails if "your work begins" in each["Subject"]]
    for kind in ("plain", "html"):
        address = f"https://help.example/provider/engagements/{NUMBER}-E1"
        assert (address in mail.get_body((kind,)).get_content()) == is_through_desk


@pytest.mark.parametrize("has_links", [True, False])
async def test_e35_the_mail_about_an_offer_leads_to_its_page(
    world: World, *, has_links: bool
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    log, links = world.log, Links("https://help.example", b"k" * 32)
    await world.take_in(
        log.contact("p-1", participant=PROVIDER, email="desk@iacp.example"),
        *through_the_desk(log)[:-1],
    )
    handler = Handler()

    async with mailer(handler, links=links if has_links else None) as sending:
        while await sending.step(world.pool) == AT_ONCE:
            pass

    (mail,) = [parsed(each.content) for each in handler.kept]
    texts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    address = links.offer(OFFER, PROVIDER, "p-1")
    for text in texts:
        assert (address in text) == has_links
        assert ("call the program office" in text) != has_links
        assert "crisis teams" not in text
