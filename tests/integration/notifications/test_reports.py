"""A report to check: the agency's system and the office are told, and the agency by mail, too."""

from typing import Any

import pytest

from shared.contracts import reporting
from tests.examples.facts import AGENCY, NUMBER, OFFICE, PROVIDER, inbound
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


async def test_e77_the_agency_and_the_office_are_told_that_a_report_is_late(
    mailing: World,
) -> None:
    log = mailing.log
    office = log.registered(OFFICE, "program_office", "COPS Office", offset=1)
    about = {name: ASKED[name] for name in ("participant", "tracking_number", "engagement_id")}
    data = {**about, "kind": "progress", "due_on": "2027-04-30"}
    late = log.event(reporting.TOPIC, "publication_late", ENGAGEMENT, data)

    await mailing.take_in(office, log.contact(email="chief@agency.example"))
    await mailing.take_in(log.accepted(reference_version=1))
    await mailing.take_in(late)

    agency, office_told = await mailing.out(AGENCY), await mailing.out(OFFICE)
    assert kinds(agency)[-1] == kinds(office_told)[-1] == "publication.late"
    assert "April 30, 2027" in agency[-1]["data"]["sentence"]
    mails = await mailing.pool.fetch("SELECT audience, about FROM mails")
    assert [tuple(row) for row in mails] == [(AGENCY, NUMBER)]
