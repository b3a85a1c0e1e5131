"""A person is forgotten: whatever comes first, late or twice, nothing of the person is kept."""

import asyncio
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.outbound import TYPES
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.databases import texts_in
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    DESK,
    NUMBER,
    OFFICE,
    PROVIDER,
    Log,
    made,
    opened,
    state,
)
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds, topic_of
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.news import send
from tests.integration.notifications.test_mails import mailer, states

ADDRESS, NAME = "canary@agency.example", "A. Chief"


@pytest.fixture
def mailing(world: World) -> World:
    world.reader = NotificationsReader(with_mail=True, with_news=True, backups_days=30)
    return world


def life(log: Log) -> list[Event]:
    """Return a request whose contact is known, with work under way and a note about it."""
    return [
        log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        log.registered(AGENCY, "agency_system", "CA POST", offset=1),
        log.registered(PROVIDER, "provider", "IACP", offset=2),
        log.accepted(reference_version=3, need_stated=False),
        log.contact(email=ADDRESS),
        log.preference(kinds={"status": "off"}, zone="Pacific/Guam"),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed("offer_made", made()),
        log.note("accept"),
        log.settled(),
        log.routed("engagement_opened", opened(need_stated=False)),
    ]


async def held(world: World) -> list[tuple[str, str | None]]:
    rows = await world.pool.fetch("SELECT contact_id, email FROM contacts ORDER BY contact_id")
    return [tuple(row) for row in rows]


async def traces(world: World, *words: str) -> list[str]:
    """Return the tables that hold one of *words*; what Kafka has taken is in none of them."""
    await world.pool.execute("DELETE FROM outbox")
    found = await texts_in(world.pool)
    return sorted(table for table, text in found.items() if any(word in text for word in words))


async def test_e37_nothing_of_a_forgotten_contact_is_held(mailing: World) -> None:
    await mailing.take_in(*life(mailing.log))
    assert {"contacts", "notes", "preferences"} <= {
        *await traces(mailing, ADDRESS, NAME, "We could begin", "Pacific/Guam")
    }

    await mailing.take_in(mailing.log.forgotten(up_to=2))

    assert await traces(mailing, ADDRESS, NAME, "We could begin", "Pacific/Guam") == []
    assert await mailing.count("requests") == 1


async def test_those_who_know_the_contact_are_told_and_asked_to_erase_it(mailing: World) -> None:
    await mailing.take_in(*life(mailing.log))

    await mailing.take_in(mailing.log.forgotten(up_to=2))

    answer, own = (await mailing.out(OFFICE))[-1], (await mailing.out(AGENCY))[-1]
    assert answer["type"] == own["type"] == TYPES["person_forgotten"]
    assert answer["inreplyto"] == "cri.in.program-office.v1/0/70"
    assert "inreplyto" not in own
    assert own["data"]["contact_id"] == "c-1"
    ends = {copy["what"]: copy.get("until") for copy in answer["data"]["copies"]}
    assert list(ends) == [
        "messages", "dead_letters", "backups", "unsettled_dead_letters", "unsent_messages",
    ]  # fmt: skip
    assert [until is None for until in ends.values()] == [False, False, False, True, True]
    of_provider = (await mailing.out(PROVIDER))[-1]
    assert of_provider["type"] == TYPES["contact_changed"]
    assert of_provider["data"]["contact"] == {"contact_id": "c-1"}
    assert of_provider["data"]["engagements"] == [f"{NUMBER}-E1"]


async def test_the_desk_is_told_whose_contact_it_had_set(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(
        log.registered(DESK, "agency_desk", "Public desk", offset=1),
        log.contact("WEB-1", participant=DESK, email=ADDRESS),
    )

    await mailing.take_in(log.forgotten("WEB-1", participant=DESK, up_to=1))

    told = (await mailing.out(DESK))[-1]
    assert (told["type"], told["data"]["contact_id"]) == (TYPES["person_forgotten"], "WEB-1")


def said(log: Log) -> tuple[Event, Event]:
    return log.contact(email=ADDRESS), log.preference(kinds={"status": "off"})


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_whatever_order_it_comes_what_was_said_before_is_gone(
    mailing: World, order: Sequence[int], *, together: bool
) -> None:
    events = [*said(mailing.log), mailing.log.forgotten(up_to=2)]
    in_order = [events[place] for place in order]

    for batch in [in_order] if together else [[event] for event in in_order]:
        await mailing.take_in(*batch)

    # A preference behind its contact's number is held until that comes: both are late then.
    assert await held(mailing) == []
    assert await mailing.count("preferences") == 0
    answered = [
        each["data"]["what"] for each in await mailing.out(AGENCY) if "what" in each["data"]
    ]
    assert sorted(answered) == ["contact.set", "preference.set"]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("forgotten_first", [True, False])
async def test_a_contact_that_is_named_again_is_a_new_one(
    mailing: World, *, forgotten_first: bool, together: bool
) -> None:
    first, chosen = said(mailing.log)
    again = mailing.log.contact(email="new@agency.example", offset=51)
    forgotten = mailing.log.forgotten(up_to=2)
    events = (
        [first, chosen, forgotten, again] if forgotten_first else [first, chosen, again, forgotten]
    )

    for batch in [events] if together else [[event] for event in events]:
        await mailing.take_in(*batch)

    assert await held(mailing) == [("c-1", "new@agency.example")]
    assert await mailing.count("preferences") == 0


async def test_who_is_forgotten_twice_or_was_never_held_is_answered(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(log.contact(email=ADDRESS))

    await mailing.take_in(log.forgotten(up_to=1))
    await mailing.take_in(log.forgotten(up_to=1, offset=71))
    await mailing.take_in(log.forgotten("c-9", up_to=4, offset=72))

    sentences = [each["data"]["sentence"] for each in await mailing.out(OFFICE)]
    assert [sentence.partition(" is")[0] for sentence in sentences] == [
        "What was held",
        "Nothing was held any more. Please erase what you hold, too.",
        "Nothing was held any more. Please erase what you hold, too.",
    ]


async def test_a_provider_is_not_told_of_a_contact_that_came_late(mailing: World) -> None:
    events = life(mailing.log)
    contact = next(event for event in events if type(event) is intake.ContactSet)
    await mailing.take_in(*(event for event in events if event.subject != contact.subject))
    await mailing.take_in(mailing.log.forgotten(up_to=1))
    before = await mailing.out(PROVIDER)

    await mailing.take_in(contact)

    assert await mailing.out(PROVIDER) == before
    assert ADDRESS not in str(await mailing.topic(f"cri.out.{PROVIDER}.v1"))


async def test_a_note_that_comes_late_is_handed_on_and_not_kept(mailing: World) -> None:
    *before, note, answer, _ = life(mailing.log)
    await mailing.take_in(*before)
    await mailing.take_in(mailing.log.forgotten(up_to=2))

    await mailing.take_in(note, answer)

    assert "note.stated" in kinds(await mailing.out(OFFICE))
    assert await mailing.count("notes") == 0


async def test_a_mail_that_waits_is_not_sent_any_more(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(*life(log)[:8])
    await mailing.pool.execute("DELETE FROM preferences")
    await mailing.take_in(log.forgotten(up_to=2))
    handler = Handler()

    await send(mailing, handler=handler)

    assert handler.kept == []
    assert {state for state, _ in await states(mailing)} == {"cancelled"}


async def test_a_mail_under_way_leaves_no_address_behind(mailing: World) -> None:
    """The server says that the address does not exist, while the person is forgotten."""
    log = mailing.log
    await mailing.take_in(*life(log)[:8])
    await mailing.pool.execute("DELETE FROM preferences")
    asked, forgotten = asyncio.Event(), asyncio.Event()

    class Refusing(Handler):
        async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802  # aiosmtpd calls it so
            asked.set()
            await forgotten.wait()
            return "550 5.1.1 no such user"

    async with mailer(Refusing()) as sending, asyncio.TaskGroup() as tasks:
        tasks.create_task(sending.step(mailing.pool))
        async with asyncio.timeout(30):
            await asked.wait()
        await mailing.take_in(log.forgotten(up_to=2))
        forgotten.set()

    assert await traces(mailing, ADDRESS) == []
    assert ("refused", 1) in await states(mailing)


@pytest.mark.parametrize("late", [True, False])
async def test_an_address_without_mail_gets_none_even_if_another_participant_names_it(
    mailing: World, *, late: bool
) -> None:
    log = mailing.log
    contact = log.contact(email=ADDRESS.upper())
    forgotten = log.forgotten(up_to=1, never_write_again=True)
    for event in (forgotten, contact) if late else (contact, forgotten):
        await mailing.take_in(event)
    assert await traces(mailing, ADDRESS, ADDRESS.upper()) == []
    assert await mailing.count("do_not_send") == 1

    await mailing.take_in(*one_mail(log), log.contact("c-2", email=ADDRESS, offset=51))
    handler = Handler()
    await send(mailing, handler=handler)

    assert handler.kept == []


def one_mail(log: Log) -> list[Event]:
    return [
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        log.accepted(reference_version=1, contact_ids=["c-2"]),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed("offer_made", made()),
    ]


async def test_a_wish_for_no_mail_is_taken_back(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(log.contact(email=ADDRESS))
    await mailing.take_in(log.forgotten(up_to=1, never_write_again=True))

    await mailing.take_in(log.forgotten(up_to=1, offset=71))

    assert await mailing.count("do_not_send") == 0


@pytest.mark.parametrize("never_write_again", [True, False])
async def test_e37_the_holder_of_a_subscription_is_forgotten(
    mailing: World, *, never_write_again: bool
) -> None:
    log = mailing.log
    ask = log.ask(ADDRESS, zone="Pacific/Guam")
    await mailing.take_in(ask)
    audience = await mailing.pool.fetchval("SELECT audience FROM subscribers")
    identity = audience.removeprefix("subscription:")
    ask_again = log.ask(ADDRESS, offset=61)
    forgotten = log.forgotten(
        None,
        participant=DESK,
        subscription_id=identity,
        up_to=2,
        never_write_again=never_write_again,
    )

    held_back = await mailing.take_in(forgotten)
    await mailing.take_in(ask_again)

    assert held_back == {"held": 1}
    assert await traces(mailing, ADDRESS, "Pacific/Guam") == []
    assert await mailing.count("do_not_send") == int(never_write_again)


async def test_the_end_of_a_forgotten_subscription_is_announced(mailing: World) -> None:
    log = mailing.log
    await mailing.take_in(log.ask(ADDRESS))
    audience = await mailing.pool.fetchval("SELECT audience FROM subscribers")
    identity = audience.removeprefix("subscription:")

    await mailing.take_in(log.forgotten(None, participant=DESK, subscription_id=identity, up_to=1))

    (ended,) = [each for each in await mailing.notices() if "subscription_ended" in each["type"]]
    assert (ended["subject"], ended["data"]["by"]) == (audience, "office")
    assert [each["data"]["subscription_id"] for each in await mailing.out(OFFICE)] == [identity]


@pytest.mark.parametrize("sent", range(3))
async def test_e37_a_restored_database_forgets_again(
    stack: Stack, database: Database, sent: int
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool, reader=NotificationsReader())
        await before.take_in(*life(before.log))
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived = World(lives_on, before.log, NotificationsReader(backups_days=30))
        restored = World(is_dump, before.log)
        events = [before.log.contact(email=ADDRESS, offset=51), before.log.forgotten(up_to=3)]
        records = [before.log.record(topic_of(event), event) for event in events]
        await lived.take_in_records(records)
        written = await outbox_of(lived.pool)
        on_log = [written[: len(written) // 2], written, []][sent]
        await announce(restored.pool, on_log, at=AT)
        late_first = [*reversed(records)]

        await catch_up(
            restored.pool, Restore(backups_days=30), [late_first], service="notifications"
        )

        told = {row["event_id"] for row in (*on_log, *await outbox_of(restored.pool))}
        assert {row["event_id"] for row in written} - told == set()
        assert await traces(restored, ADDRESS, NAME, "We could begin") == []
