"""States are codes, and dates are checked in the time zone of the state."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.contracts.states_and_zones import STATES
from tests.examples.inbound import agency, data_of, submission
from tests.examples.intake import Intake, events, reasons

NONE_OF_57 = ["US-ZZ", "US-NB", "US-GM", "US-XX"]
MIDNIGHT_IN_GUAM = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""March 3 begins in Guam; in California it is 6 a.m. on March 2."""


@pytest.mark.parametrize("state", STATES)
def test_an_agency_of_every_state_is_accepted(state: str) -> None:
    data = submission(agency=agency(state=state), first_contact_on=None)

    assert Intake().send("request.submit", data).outcome == "applied"


@pytest.mark.parametrize("state", [*NONE_OF_57, "New York", "us-ca", "CA", ""])
def test_an_unknown_state_is_refused_in_every_field(state: str) -> None:
    capacity = {**data_of("capacity.declare", ""), "entries": [{"states": [state], "can_take": 1}]}
    provider = {**data_of("provider.list", ""), "states": ["US-NY", state]}

    found = [
        reasons(Intake().send("request.submit", submission(agency=agency(state=state)))),
        reasons(Intake().send("capacity.declare", capacity)),
        reasons(Intake().send("provider.list", provider)),
    ]

    assert found[:2] == [
        [("schema", "/data/agency/state")],
        [("schema", "/data/entries/0/states/0")],
    ]
    assert ("schema", "/data/states/1") in found[2]


@pytest.mark.parametrize(
    ("ori", "names"),
    [
        ("AL0200100", ["Sheffield Police Department"]),
        ("AL02001", ["Sheffield Police Department", "District Attorney"]),
        ("CA01942", ["Los Angeles Police Department"]),
        ("CA0000000", []),
    ],
)
def test_a_request_lists_every_agency_that_its_ori_may_mean(ori: str, names: list[str]) -> None:
    decision = Intake().send("request.submit", submission(agency=agency(ori=ori)))

    accepted: Any = events(decision)[0]
    assert [one.name for one in accepted.data.agency.listed_as] == names


def test_an_unknown_service_form_of_a_provider_is_refused() -> None:
    provider = {**data_of("provider.list", ""), "service_forms": ["consultation", "advice"]}

    decision = Intake().send("provider.list", provider)

    assert reasons(decision) == [("unknown_service_form", "/data/service_forms/1")]


def test_dates_are_checked_in_the_time_zone_of_the_agency() -> None:
    today: dict[str, Any] = {"first_contact_on": "2026-03-03"}

    in_guam = Intake().send(
        "request.submit", submission(agency=agency(state="US-GU"), **today), at=MIDNIGHT_IN_GUAM
    )
    in_california = Intake().send("request.submit", submission(**today), at=MIDNIGHT_IN_GUAM)

    assert in_guam.outcome == "applied"
    assert reasons(in_california) == [("dates_contradict", "/data/first_contact_on")]


def test_a_date_is_in_the_future_until_midnight_in_the_time_zone_of_the_agency() -> None:
    before = datetime(2026, 3, 3, 7, 59, tzinfo=UTC)
    dates: dict[str, Any] = {
        "first_contact_on": "2026-03-03",
        "requested_by": {"role": "chief", "authorized_on": "2026-03-03"},
        "urgency": {"level": "urgent", "incident_on": "2026-03-03"},
    }

    early = Intake().send("request.submit", submission(**dates), at=before)
    later = Intake().send(
        "request.submit", submission(**dates), at=before.replace(hour=8, minute=0)
    )

    assert [path for code, path in reasons(early) if code == "dates_contradict"] == [
        "/data/first_contact_on",
        "/data/requested_by/authorized_on",
        "/data/urgency/incident_on",
    ]
    assert later.outcome == "applied"


@pytest.mark.parametrize(("on", "taken"), [("2026-03-03", True), ("2026-03-04", False)])
def test_a_milestone_may_have_any_date_that_has_begun_somewhere(on: str, taken: bool) -> None:
    intake = Intake()
    intake.send("request.submit", submission())
    reached = {**data_of("milestone.report", intake.number), "on": on}

    decision = intake.send("milestone.report", reached, at=MIDNIGHT_IN_GUAM)

    assert (decision.outcome == "applied") is taken


@pytest.mark.parametrize("zone", ["Pacific/Guam", "America/Indiana/Indianapolis", "UTC"])
def test_a_contact_may_name_its_time_zone(zone: str) -> None:
    contact = {**data_of("contact.set", ""), "zone": zone}

    assert Intake().send("contact.set", contact).outcome == "applied"


@pytest.mark.parametrize("zone", ["Eastern", "localtime", "../UTC", "/etc/passwd", "posixrules"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    contact = {**data_of("contact.set", ""), "zone": zone}

    assert reasons(Intake().send("contact.set", contact)) == [("schema", "/data/zone")]
