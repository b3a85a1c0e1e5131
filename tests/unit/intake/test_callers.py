"""A program office enters the request of an agency that called it and has no system."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.batch_state import Decision
from tests.examples.inbound import AGENCY, AT, OFFICE, agency, submission
from tests.examples.intake import Intake, events, reasons, types

BAYARD = agency(ori="NB0620100", name="Bayard Police Department", state="US-NE", sworn_band=None)


def called(**changes: Any) -> dict[str, Any]:
    """Return the data of a caller's request, with no more than it needs."""
    return {
        "reference": "call-2026-0007",
        "first_contact_on": "2026-02-20",
        "received_by": {"channel": "phone", "on": "2026-03-02"},
        "authority": {"basis": "call_back", "on": "2026-03-02"},
        "agency": BAYARD,
        "requested_by": {"role": "chief", "contact_id": "call-2026-0007"},
        "topics": ["other"],
        "other_topic": "Two officers left, and nobody can train the new ones.",
        **changes,
    }


def enter(data: dict[str, Any] | None = None, **changes: Any) -> Decision:
    return Intake().send("request.submit", data or called(), sender=OFFICE, **changes)


def test_e30_a_caller_is_entered_with_any_ori_and_the_office_is_answered() -> None:
    accepted, stated = events(enter())

    assert (accepted.data.participant, accepted.participant) == (OFFICE, OFFICE)
    assert (accepted.data.agency.ori, accepted.data.agency.listed) == ("NB0620100", False)
    assert (AT.date() - accepted.data.first_contact_on).days == 10
    assert (accepted.data.received_by.channel, str(accepted.data.received_by.on)) == (
        "phone",
        "2026-03-02",
    )
    assert accepted.data.authority.basis == "call_back"
    assert accepted.data.contact_ids == ["call-2026-0007"]
    assert stated.data.other_topic.startswith("Two officers")
    assert "Two officers" not in accepted.encode().decode()


def test_an_event_is_encoded_as_its_model_encodes_it() -> None:
    for published in enter().published:
        assert published.value == published.event.encode()


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("first_contact_on", "/data/first_contact_on"),
        ("received_by", "/data/received_by"),
        ("authority", "/data/authority"),
    ],
)
def test_an_office_says_how_and_by_whom_it_was_asked(field: str, path: str) -> None:
    assert reasons(enter(called(**{field: None}))) == [("schema", path)]


def test_somebody_must_be_reachable() -> None:
    decision = enter(called(requested_by={"role": "chief"}))

    assert reasons(decision) == [("schema", "/data/requested_by/contact_id")]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"received_by": {"channel": "phone", "on": "2026-02-19"}}, "/data/received_by/on"),
        ({"received_by": {"channel": "phone", "on": "2026-03-04"}}, "/data/received_by/on"),
        ({"authority": {"basis": "letter_seen", "on": "2026-03-04"}}, "/data/authority/on"),
        ({"first_contact_on": "2026-03-04"}, "/data/first_contact_on"),
    ],
)
def test_the_dates_of_a_call_do_not_contradict(changes: dict[str, Any], path: str) -> None:
    assert ("dates_contradict", path) in reasons(enter(called(**changes)))


def test_a_call_after_midnight_at_the_office_is_of_today() -> None:
    """It is March 3 at an office in Washington, and March 2 at the agency in Nebraska."""
    day, at = "2026-03-03", datetime(2026, 3, 3, 5, 26, tzinfo=UTC)
    dates = {
        "first_contact_on": day,
        "received_by": {"channel": "phone", "on": day},
        "authority": {"basis": "call_back", "on": day},
    }

    assert enter(called(**dates), at=at).outcome == "applied"


def test_a_callers_request_passes_the_same_checks() -> None:
    decision = enter(
        called(topics=["gangz"], wished={"from": "2026-05-02", "until": "2026-05-01"})
    )

    assert reasons(decision) == [
        ("unknown_topic", "/data/topics/0"),
        ("dates_contradict", "/data/wished/until"),
    ]


def test_a_callers_agency_is_no_federal_one() -> None:
    decision = enter(called(agency=agency(ori="DCFBI0000", name="FBI")))

    assert ("agency_not_eligible", "/data/agency/agency_class") in reasons(decision)


@pytest.mark.parametrize("field", ["received_by", "authority"])
def test_an_agencys_system_asks_for_itself(field: str) -> None:
    decision = Intake().send("request.submit", submission(**{field: called()[field]}))

    assert reasons(decision) == [("role_not_authorized", f"/data/{field}")]


def test_the_same_call_entered_twice_is_one_request() -> None:
    intake = Intake()
    intake.send("request.submit", called(), sender=OFFICE)

    again = intake.send("request.submit", called(), sender=OFFICE)

    assert types(again) == ["answer_repeated"]
    assert len(intake.batch.requests) == 1


def test_a_caller_who_calls_again_amends_or_withdraws_by_the_office() -> None:
    intake = Intake()
    intake.send("request.submit", called(), sender=OFFICE)

    amended = intake.send("request.amend", sender=OFFICE)
    withdrawn = intake.send("request.withdraw", sender=OFFICE)

    assert (types(amended), types(withdrawn)) == (["request_amended"], ["withdrawal_requested"])


def test_an_office_does_not_speak_for_an_agency_that_has_a_system() -> None:
    intake = Intake()
    intake.send("request.submit", sender=AGENCY)

    decisions = [intake.send(f"request.{act}", sender=OFFICE) for act in ("amend", "withdraw")]

    assert [reasons(each) for each in decisions] == [[("not_yours", "/data/tracking_number")]] * 2


def test_a_callers_contact_is_told_apart_from_the_offices_own() -> None:
    data = {"contact_id": "call-2026-0007", "name": "Chief Doe", "phone": "+1 308 555 0100"}

    (caller,) = events(Intake().send("contact.set", {**data, "of_caller": True}, sender=OFFICE))
    (own,) = events(Intake().send("contact.set", data, sender=OFFICE))

    assert (caller.data.of_caller, own.data.of_caller) == (True, False)


def test_the_office_confirms_what_was_only_claimed() -> None:
    intake = Intake()
    data = called(authority={"basis": "claimed", "on": "2026-03-02"})
    intake.send("request.submit", data, sender=OFFICE)
    direction = {
        "tracking_number": intake.number,
        "action": "confirm_authority",
        "reason": "called",
    }

    without = intake.send("request.direct", direction)
    (event,) = events(intake.send("request.direct", {**direction, "basis": "call_back"}))

    assert reasons(without) == [("schema", "/data/basis")]
    assert (event.data.action, event.data.basis) == ("confirm_authority", "call_back")


def test_a_claim_confirms_nothing() -> None:
    intake = Intake()
    intake.send("request.submit", called(), sender=OFFICE)
    direction = {
        "tracking_number": intake.number,
        "action": "confirm_authority",
        "reason": "called",
    }

    decision = intake.send("request.direct", {**direction, "basis": "claimed"})

    assert reasons(decision) == [("schema", "/data/basis")]
