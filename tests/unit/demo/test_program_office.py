"""What the program office decides about referred requests, by its system or at its desk."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.demo.ends import NEVER_SUSPENDED
from deploy.participants.agencies import AskingAgency
from deploy.participants.client import Access, Client
from deploy.participants.program_office import ProgramOffice
from deploy.participants.sample import TIMES_LATE, PlannedRequest

NUMBER = "CRI-2027-000001-A"
AGENCY = AskingAgency("ohio-dps", None, "OH-1", "New Police", "local", "city", "OH", None)
ASSIGN, ROUTE = {"action": "assign", "provider": "fbinaa"}, {"action": "route"}
PLANNED = PlannedRequest("ohio-dps", "OH-1", AGENCY, {}, "cri-tac", "closed")
UNLISTED = replace(PLANNED, direction=ASSIGN)
LATE = replace(PLANNED, direction=ROUTE, left_until_late=True)


def office(
    planned: PlannedRequest | None, reason: str = "no_ori", *, alone: bool = False, **more: Any
) -> ProgramOffice:
    access = Access("program-office", (), {}, "", "", "", "", "")
    found = ProgramOffice(
        Client(access), call=lambda _: planned, has_no_system=lambda number: alone
    )
    found.referred[NUMBER] = {"reason": reason, **more}
    return found


@pytest.mark.parametrize(
    ("office", "decided"),
    [
        (office(PLANNED, "countered", provider="noble"),
         {"action": "assign", "provider": "noble", "reason": "terms_agreed"}),
        (office(PLANNED, "program_not_offered", proposed_program="cri-tac"),
         {"action": "route", "program": "cri-tac", "reason": "program_ended"}),
        (office(UNLISTED), {**ASSIGN, "reason": "agency_called"}),
        (office(UNLISTED, "no_candidate"),
         {"action": "assign", "provider": "iacp", "reason": "nobody_else"}),
        (office(None), None),
        (office(LATE), None),
    ],
)  # fmt: skip
def test_it_decides_what_it_knows(office: ProgramOffice, decided: dict[str, str] | None) -> None:
    assert office.decision(NUMBER) == decided


@pytest.mark.parametrize("program", ["cri-tac", "critical-response"])
def test_what_nobody_else_takes_goes_to_a_provider_that_is_never_suspended(program: str) -> None:
    decision = office(replace(PLANNED, program=program), "no_candidate").decision(NUMBER)

    assert decision is not None
    assert decision["provider"] in NEVER_SUSPENDED


def test_nothing_is_given_to_a_provider_that_is_away() -> None:
    found = office(PLANNED, "countered", provider="noble")
    found.away.add("noble")

    assert found.decision(NUMBER) is None


def test_what_is_left_is_decided_when_it_was_told_often_enough() -> None:
    found = office(LATE)
    found.late[NUMBER] = TIMES_LATE

    assert found.decision(NUMBER) == {**ROUTE, "reason": "agency_called"}


@pytest.mark.parametrize(
    ("reason", "more", "decided"),
    [
        ("no_ori", {}, {**ROUTE, "reason": "agency_called"}),
        ("countered", {"provider": "fop"},
         {"action": "assign", "provider": "fop", "reason": "terms_agreed"}),
        ("no_candidate", {}, {"action": "assign", "provider": "iacp", "reason": "nobody_else"}),
    ],
)  # fmt: skip
def test_of_an_agency_without_a_system_it_decides_what_somebody_said_on_the_line(
    reason: str, more: dict[str, str], decided: dict[str, str]
) -> None:
    found = office(None, reason, alone=True, **more)

    assert found.decision(NUMBER) == decided
    assert found.decision("CRI-2027-000002-B") is None


@pytest.mark.parametrize(
    ("office", "is_theirs"),
    [
        (office(UNLISTED), True),
        (office(None), True),
        (office(PLANNED, "countered"), True),
        (office(PLANNED, "no_candidate"), False),
    ],
)
def test_people_decide_what_rules_do_not_know(office: ProgramOffice, is_theirs: bool) -> None:
    assert office.is_for_people(NUMBER) is is_theirs
