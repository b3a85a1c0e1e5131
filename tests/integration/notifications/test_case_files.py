"""A case file is told once, to the office that asked; who was told is on the log for ever."""

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from shared.contracts import notifications
from shared.contracts.event import Event
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    NOTE,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    Log,
    inbound,
    state,
)
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds, numbers, topic_of

NEED, NAME, ADDRESS = "Too few crisis teams, canary-need.", "A. Chief", "canary@agency.example"
TOLD = "gov.cri.notifications.case_file_told.v1"


def given(log: Log) -> list[Event]:
    """Return a request with a need, a contact, and a provider's note that was handed on."""
    return [
        log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        log.accepted(reference_version=2),
        log.need(issue=NEED),
        log.contact(email=ADDRESS),
        log.note("counter"),
        log.settled(),
    ]


def repeat(log: Log, offset: int, of: int) -> Event:
    data = {"participant": OFFICE, "of": inbound(of, OFFICE)}
    return log.event(
        "cri.int.answers.v1", "answer_repeated", OFFICE, data, inreplyto=inbound(offset, OFFICE)
    )


def waitlisted(log: Log) -> Event:
    event: Event = log.routed(
        "request_waitlisted", state("waiting", decision=DECISION, reason="no_capacity")
    )
    return event


async def files_told(world: World) -> list[dict[str, object]]:
    return [each for each in await world.notices() if each["type"] == TOLD]


@pytest.mark.parametrize("together", [True, False])
async def test_e33_case_file(world: World, *, together: bool) -> None:
    world.reader = NotificationsReader(with_mail=True)
    events = [*given(world.log), world.log.case_asked()]

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    message = (await world.out(OFFICE))[-1]
    assert (message["type"], message["dataclassification"]) == (
        "gov.cri.case.told.v1",
        "restricted",
    )
    assert message["inreplyto"] == inbound(95, OFFICE)
    file = message["data"]
    assert file["need"] == {"issue": NEED}
    assert [(c["name"], c["email"]) for c in file["contacts"]] == [(NAME, ADDRESS)]
    (note,) = file["notes"]
    assert (note["participant"], note["about"], note["answer"]) == (PROVIDER, OFFER, "counter")
    assert note["note"] == NOTE
    assert {n["audience"] for n in file["notices"]} == {AGENCY, OFFICE, PROVIDER}
    assert {n["outcome"] for n in file["notices"]} == {"sent", "not_needed"}
    assert file["not_held"] == []
    (told,) = await files_told(world)
    assert told["subject"] == NUMBER
    assert told["data"] == {
        "tracking_number": NUMBER,
        "participant": OFFICE,
        "actor": "staff:w1",
        "purpose": "call",
        "at": told["time"],
    }


async def test_what_became_of_mail_is_in_the_file(world: World) -> None:
    world.reader = NotificationsReader(with_mail=True)
    await world.take_in(*given(world.log))
    await world.take_in(waitlisted(world.log))
    await world.pool.execute("UPDATE mails SET state = 'refused', status = '5.1.1'")

    await world.take_in(world.log.case_asked())

    newest = (await world.out(OFFICE))[-1]["data"]["notices"][0]
    assert (newest["audience"], newest["message_type"]) == (
        AGENCY,
        "gov.cri.request.status_changed.v1",
    )
    assert newest["mails"] == [{"contact_id": "c-1", "state": "refused", "status": "5.1.1"}]


async def test_no_word_of_it_is_anywhere_but_in_the_restricted_message(world: World) -> None:
    await world.take_in(*given(world.log))
    await world.pool.execute("DELETE FROM outbox")

    await world.take_in(world.log.case_asked())

    holding = [
        row["topic"]
        for row in await outbox_of(world.pool)
        if any(word in bytes(row["value"]).decode() for word in (NEED, NAME, ADDRESS, NOTE))
    ]
    assert holding == [f"cri.out.{OFFICE}.v1"]
    kept = await world.pool.fetch("SELECT data FROM answers WHERE message_type LIKE '%case.told%'")
    assert [b"canary" in row["data"] or NOTE.encode() in row["data"] for row in kept] == [False]


async def test_a_repetition_is_told_without_the_file_and_is_no_further_look(
    world: World,
) -> None:
    await world.take_in(*given(world.log))
    asked = world.log.case_asked()

    await world.take_in(asked)
    await world.take_in(repeat(world.log, 96, 95))
    assert await world.take_in(asked) == {"duplicate": 1}

    first, again = (await world.out(OFFICE))[-2:]
    assert kinds([first, again]) == ["case.told"] * 2
    assert again["inreplyto"] == inbound(96, OFFICE)
    assert again["data"] == {
        "tracking_number": NUMBER,
        "purpose": "call",
        "as_of": first["data"]["as_of"],
        **{name: [] for name in ("contacts", "notes", "notices", "not_held")},
        **dict.fromkeys(("more_notes", "more_notices"), 0),
        "repeat": True,
    }
    assert len(await files_told(world)) == 1


async def test_a_question_waits_for_its_request_and_for_nothing_else(world: World) -> None:
    *registered, accepted, _, _, _, _ = given(world.log)
    await world.take_in(*registered)

    early = await world.take_in(world.log.case_asked())
    await world.take_in(accepted)

    assert early == {"held": 1}
    file = (await world.out(OFFICE))[-1]["data"]
    assert "need" not in file
    assert file["not_held"] == ["need", "contacts"]


async def test_a_note_of_before_is_said_to_be_no_longer_held(world: World) -> None:
    await world.take_in(*given(world.log))
    await world.pool.execute("DELETE FROM notes")

    await world.take_in(world.log.case_asked())

    assert (await world.out(OFFICE))[-1]["data"]["not_held"] == ["notes"]


async def test_looks_and_notices_of_a_request_are_numbered_together(world: World) -> None:
    await world.take_in(*given(world.log), world.log.case_asked(offset=95))
    await world.take_in(world.log.case_asked(offset=97))
    await world.take_in(waitlisted(world.log))

    about = [each for each in await world.notices() if each["subject"] == NUMBER]
    assert numbers(about, "sequence") == list(range(1, len(about) + 1))
    assert [each["type"] == TOLD for each in about][-3:] == [True, True, False]
    looks = await world.pool.fetch(
        "SELECT DISTINCT key FROM outbox WHERE topic = $1 AND subject = $2",
        notifications.TOPIC,
        NUMBER,
    )
    assert len(looks) == 1


@pytest.mark.parametrize("published", ["all", "not the look", "neither", "not the answer"])
async def test_after_a_restore_a_look_is_announced_once(
    stack: Stack, database: Database, published: str
) -> None:
    log = Log()
    before, asked = given(log), log.case_asked()
    left_out = {
        "all": [],
        "not the look": [TOLD],
        "neither": [TOLD, "gov.cri.case.told.v1", "gov.cri.notifications.notice_decided.v1"],
        "not the answer": ["gov.cri.case.told.v1"],
    }[published]
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await World(pool, log).take_in(*before)
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lived,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as restored,
    ):
        record = log.record(topic_of(asked), asked)
        await World(lived, log).take_in_records([record])
        written = await outbox_of(lived)
        await announce(restored, [r for r in written if r["type"] not in left_out], at=AT)

        await catch_up(restored, Restore(), [[record]], service="notifications")

        now = await outbox_of(restored)
        assert sorted(row["type"] for row in now) == sorted(left_out)
        assert {row["event_id"] for row in now} <= {row["event_id"] for row in written}
        counted = [
            await pool.fetchval("SELECT published FROM requests") for pool in (lived, restored)
        ]
        assert counted[0] == counted[1]
