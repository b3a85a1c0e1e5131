"""A report to check: the agency's system and the office are told, and the agency by mail, too."""

from typing import Any

import pytest

from shared.contracts import intake, reporting
from tests.examples.facts import AGENCY, NUMBER, OFFICE, PROVIDER, Log, inbound
from tests.examples.outboxes import outbox_of
from tests.integration.notifications.conftest import World, kinds

ENGAGEMENT = f"{NUMBER}-E1"
ASKED: dict[str, Any] = {
    "participant": AGENCY,
    "tracking_number": NUMBER,
    "engagement_id": ENGAGEMENT,
    "report_id": "initial-2026",
    "version": 1,
    "hash": "4f" * 32,
    "due_at": "2026-12-29T17:00:00Z",
}


def repeat(log: Log, offset: int, of: int) -> Any:
    data = {"participant": AGENCY, "of": inbound(of)}
    return log.event(
        intake.ANSWERS_TOPIC, "answer_repeated", AGENCY, data, inreplyto=inbound(offset)
    )


def asked(world: World) -> Any:
    return world.log.event(
        reporting.TOPIC, "fact_check_asked", ENGAGEMENT, ASKED, inreplyto=inbound(9)
    )


@pytest.mark.parametrize("late", [True, False])
async def test_the_agency_and_the_office_are_told_what_is_to_be_checked(
    mailing: World, *, late: bool
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    events = [log.accepted(reference_version=1), asked(mailing)]

    await mailing.take_in(office, log.contact(email="chief@agency.example"))
    for event in reversed(events) if late else events:
        await mailing.take_in(event)

    agency, office_told = await mailing.out(AGENCY), await mailing.out(OFFICE)
    assert kinds(agency)[-1] == kinds(office_told)[-1] == "fact_check.asked"
    assert (agency[-1]["subject"], agency[-1]["data"]["hash"]) == (NUMBER, ASKED["hash"])
    assert "December 29, 2026, 17:00 UTC" in agency[-1]["data"]["sentence"]
    assert PROVIDER not in str(agency[-1])
    mails = await mailing.pool.fetch("SELECT audience, about, facts FROM mails")
    assert [(row["audience"], row["about"]) for row in mails] == [(AGENCY, NUMBER)]


CANARY = "canary-6b20"
BODY: dict[str, Any] = {
    "slug": "alturas-police-department-ca",
    "report_id": "initial-2026",
    "version": 1,
    "kind": "initial",
    "title": "Initial report",
    "as_of": "2026-12-11",
    "summary": CANARY,
}


def told(world: World) -> Any:
    about = {name: ASKED[name] for name in ("participant", "tracking_number", "engagement_id")}
    data = {**about, "hash": "4f" * 32, "stage": "fact_check", "until": ASKED["due_at"]}
    event = world.log.event(
        reporting.TEXTS_TOPIC,
        "report_told",
        ENGAGEMENT,
        {**data, "body": BODY},
        inreplyto=inbound(9),
    )
    return event.model_copy(update={"dataclassification": "restricted"})


def read(world: World) -> Any:
    data = {name: ASKED[name] for name in ("participant", "engagement_id", "report_id", "version")}
    data |= {"hash": "4f" * 32, "texts": 1}
    return world.log.event(reporting.TOPIC, "report_read", ENGAGEMENT, data, inreplyto=inbound(9))


@pytest.mark.parametrize("late", [True, False])
async def test_e80_the_text_of_a_draft_is_told_to_the_agency_that_asked_and_kept_nowhere(
    mailing: World, *, late: bool
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    await mailing.take_in(office, log.contact(email="chief@agency.example"))
    await mailing.take_in(log.accepted(reference_version=1))
    events = [told(mailing), read(mailing)]

    for event in reversed(events) if late else events:
        await mailing.take_in(event)

    *_, answer = await mailing.out(AGENCY)
    assert (kinds([answer]), answer["dataclassification"]) == (["report.told"], "restricted")
    assert (answer["inreplyto"], answer["subject"]) == (inbound(9), ENGAGEMENT)
    assert answer["data"]["report"] == {**BODY, "focus_areas": []}
    assert "report.told" not in kinds(await mailing.out(OFFICE))
    holding = {
        row["topic"] for row in await outbox_of(mailing.pool) if CANARY.encode() in row["value"]
    }
    assert holding == {f"cri.out.{AGENCY}.v1"}
    for table in ("mails", "notices"):
        found = await mailing.pool.fetch(f"SELECT kept::text FROM {table} AS kept")
        assert not any(CANARY in row["kept"] for row in found)
    kept = await mailing.pool.fetchval(
        "SELECT convert_from(data, 'UTF8') FROM answers WHERE inreplyto = $1", inbound(9)
    )
    assert CANARY not in kept


async def test_a_question_that_comes_again_is_answered_without_the_text(world: World) -> None:
    await world.take_in(repeat(world.log, 10, 9))
    await world.take_in(told(world), read(world))

    first, second = await world.out(AGENCY)
    assert kinds([first, second]) == ["report.told", "report.told"]
    assert (second["data"]["repeat"], "report" in second["data"]) == (True, False)
    assert second["data"]["hash"] == first["data"]["hash"]


async def test_e77_the_agency_the_provider_and_the_office_are_told_that_a_report_is_late(
    mailing: World,
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    about = {name: ASKED[name] for name in ("participant", "tracking_number", "engagement_id")}
    data = {**about, "kind": "progress", "due_on": "2027-04-30", "provider": PROVIDER}
    late = log.event(reporting.TOPIC, "publication_late", ENGAGEMENT, data)

    await mailing.take_in(office, log.contact(email="chief@agency.example"))
    await mailing.take_in(log.accepted(reference_version=1))
    await mailing.take_in(late)

    agency, office_told = await mailing.out(AGENCY), await mailing.out(OFFICE)
    assert kinds(agency)[-1] == kinds(office_told)[-1] == "publication.late"
    assert "April 30, 2027" in agency[-1]["data"]["sentence"]
    (provider_told,) = await mailing.out(PROVIDER)
    assert kinds([provider_told]) == ["publication.late"]
    assert "please draft it" in provider_told["data"]["sentence"]
    mails = await mailing.pool.fetch("SELECT audience, about FROM mails")
    assert [tuple(row) for row in mails] == [(AGENCY, NUMBER)]


def status_of(world: World, status: str, **changes: Any) -> Any:
    about = ("participant", "tracking_number", "engagement_id", "report_id", "version")
    data = {name: ASKED[name] for name in about}
    data |= {"drafted_by": PROVIDER, "status": status, **changes}
    return world.log.event(
        reporting.TOPIC,
        "report_status_changed",
        ENGAGEMENT,
        data,
        inreplyto=inbound(9, OFFICE),
    )


def reason(world: World) -> Any:
    about = ("tracking_number", "engagement_id", "report_id", "version")
    data = {name: ASKED[name] for name in about} | {"participant": PROVIDER, "why": CANARY}
    event = world.log.event(
        reporting.TEXTS_TOPIC,
        "return_reason_told",
        ENGAGEMENT,
        data,
        inreplyto=inbound(9, OFFICE),
    )
    return event.model_copy(update={"dataclassification": "restricted"})


@pytest.mark.parametrize("late", [True, False])
async def test_a_returned_draft_is_told_to_its_drafter_with_the_reason_and_to_the_agency(
    mailing: World, *, late: bool
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    await mailing.take_in(office, log.contact(participant=PROVIDER, email="desk@provider.example"))
    await mailing.take_in(log.contact(email="chief@agency.example"))
    await mailing.take_in(log.accepted(reference_version=1))
    events = [reason(mailing), status_of(mailing, "returned", texts=1)]

    for event in reversed(events) if late else events:
        await mailing.take_in(event)

    found = {each["type"]: each for each in await mailing.out(PROVIDER)}
    status = found["gov.cri.report.status_changed.v1"]
    assert (status["subject"], status["data"]["status"]) == (NUMBER, "returned")
    assert "draft the next version" in status["data"]["sentence"]
    note = found["gov.cri.note.stated.v1"]
    assert (note["subject"], note["dataclassification"]) == (NUMBER, "restricted")
    assert (note["data"]["note"], note["data"]["provider"]) == (CANARY, OFFICE)
    assert note["data"]["sentence"] == (
        "COPS Office wrote this when it returned version 1 of the report initial-2026."
    )
    *_, agency = await mailing.out(AGENCY)
    assert agency["type"] == "gov.cri.report.status_changed.v1"
    assert "need not be checked any more" in agency["data"]["sentence"]
    assert CANARY not in str(await mailing.out(AGENCY)) + str(await mailing.out(OFFICE))
    mails = await mailing.pool.fetch("SELECT audience, about, timing, facts FROM mails")
    assert {(row["audience"], row["about"], row["timing"]) for row in mails} == {
        (AGENCY, NUMBER, "at_once"),
        (PROVIDER, NUMBER, "at_once"),
    }
    assert all(CANARY not in row["facts"] for row in mails)


async def test_an_office_is_not_told_what_it_did_with_its_own_draft(world: World) -> None:
    log = world.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    await world.take_in(office, log.accepted(reference_version=1))

    await world.take_in(status_of(world, "published", drafted_by=OFFICE))

    assert "report.status_changed" not in kinds(await world.out(OFFICE))
    assert "report.status_changed" not in kinds(await world.out(AGENCY))


async def test_the_agency_is_told_and_mailed_that_it_may_reply(mailing: World) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    wanted = log.event(reporting.TOPIC, "reply_asked", ENGAGEMENT, ASKED, inreplyto=inbound(9))

    await mailing.take_in(office, log.contact(email="chief@agency.example"))
    await mailing.take_in(wanted)
    await mailing.take_in(log.accepted(reference_version=1))

    *_, told = await mailing.out(AGENCY)
    assert (kinds([told]), told["subject"]) == (["reply.asked"], NUMBER)
    assert "may reply until December 29, 2026, 17:00 UTC" in told["data"]["sentence"]
    assert "reply.asked" not in kinds(await mailing.out(OFFICE))
    mails = await mailing.pool.fetch("SELECT audience, about, timing FROM mails")
    assert [tuple(row) for row in mails] == [(AGENCY, NUMBER, "must")]


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ("claimed", None, "was carried out on December 29, 2026. No status is verified yet."),
        ("verified", "complete", "is verified: complete, from December 29, 2026 on."),
        (
            "returned",
            "in_progress",
            "The verified status is in progress. Please propose a status again.",
        ),
    ],
)
async def test_what_is_said_about_a_recommendation_is_told_and_mailed_to_the_provider_alone(
    mailing: World, change: str, status: str | None, sentence: str
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    await mailing.take_in(office, log.contact(participant=PROVIDER, email="desk@provider.example"))
    await mailing.take_in(log.contact(email="chief@agency.example"))
    await mailing.take_in(log.accepted(reference_version=1))
    before = [len(await mailing.out(who)) for who in (AGENCY, OFFICE)]
    data = {name: ASKED[name] for name in ("participant", "tracking_number", "engagement_id")}
    data |= {"provider": PROVIDER, "recommendation": "2.1.1", "change": change}
    data |= {"status": status, "on": "2026-12-29"}

    await mailing.take_in(
        log.event(
            reporting.TOPIC,
            "recommendation_changed",
            ENGAGEMENT,
            data,
            inreplyto=inbound(9, OFFICE),
        )
    )

    *_, told = await mailing.out(PROVIDER)
    assert kinds([told]) == ["recommendation.changed"]
    assert (told["subject"], told["data"]["change"]) == (NUMBER, change)
    assert sentence in told["data"]["sentence"]
    assert [len(await mailing.out(who)) for who in (AGENCY, OFFICE)] == before
    mails = await mailing.pool.fetch("SELECT audience, timing FROM mails")
    assert [tuple(row) for row in mails] == [(PROVIDER, "daily")]
