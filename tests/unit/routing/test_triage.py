from datetime import timedelta
from typing import Any

import pytest

from services.routing.rules.facts import request_facts
from services.routing.rules.triage import Triage, triage
from tests.examples.routing import AT, catalog, facts, program, rules_with

CAMPUS = {"cri_type": "campus", "agency_class": "university"}


def triaged(*more: Any, **asked: Any) -> Triage:
    rules = rules_with(*more)
    return triage(request_facts(facts(**asked), catalog()), rules.programs, at=AT)


def test_a_request_without_a_program_goes_to_the_one_that_is_open_for_any_topic() -> None:
    found = triaged()

    assert (found.outcome, found.program, found.lane) == ("queued", "cri-tac", "cri-tac.standard")


def test_a_recent_incident_proposes_critical_response_which_waits_until_it_opens() -> None:
    found = triaged(incident_on=(AT - timedelta(days=10)).date())

    assert (found.outcome, found.program) == ("not_open", "critical-response")
    assert found.reason == "program_not_open"
    assert "An incident 10 days before." in found.because.staff


def test_an_old_incident_proposes_nothing() -> None:
    assert triaged(incident_on=(AT - timedelta(days=91)).date()).program == "cri-tac"


def test_a_program_is_open_once_its_date_has_passed() -> None:
    opens = program("critical-response", status="announced", opens_at=AT)

    found = triaged(opens, program="critical-response", urgency="urgent")

    assert (found.outcome, found.lane) == ("queued", "critical-response.urgent")


def test_a_program_that_opens_later_states_its_date() -> None:
    opens_at = AT + timedelta(days=3)
    opens = program("critical-response", status="announced", opens_at=opens_at)

    found = triaged(opens, program="critical-response")

    assert (found.outcome, found.opens_at) == ("not_open", opens_at)


def test_a_lane_is_urgent_only_by_a_rule() -> None:
    assert triaged(urgency="urgent").lane == "cri-tac.standard"


def test_an_agency_type_not_served_is_ineligible_with_another_program_named() -> None:
    found = triaged(agency=CAMPUS, program="critical-response")

    assert (found.outcome, found.elsewhere) == ("ineligible", "cri-tac")
    assert found.because.requester == (
        "It serves no campus agencies. CRI-TAC can help your agency."
    )


def test_a_proposed_program_that_does_not_serve_the_type_is_not_taken() -> None:
    found = triaged(agency=CAMPUS, incident_on=AT.date())

    assert (found.outcome, found.program) == ("queued", "cri-tac")


@pytest.mark.parametrize(("ori", "reason"), [("CA0000000", "ori_not_listed"), (None, "no_ori")])
def test_an_unlisted_agency_is_referred(ori: str | None, reason: str) -> None:
    found = triaged(agency={"ori": ori, "listed": False})

    assert (found.outcome, found.reason) == ("referred", reason)


@pytest.mark.parametrize("asked", ["critical-response", "unheard-of"])
def test_a_request_for_a_program_that_is_not_offered_is_referred(asked: str) -> None:
    found = triaged(program("critical-response", status="ended"), program=asked)

    assert (found.outcome, found.reason) == ("referred", "program_not_offered")
