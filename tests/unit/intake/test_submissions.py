from typing import Any

import pytest

from shared.contracts.inbound import Need
from shared.contracts.refusals import FEDERAL_AGENCY
from shared.contracts.tracking import is_tracking_number
from tests.examples.inbound import (
    agency,
    event,
    submission,
)
from tests.examples.intake import Intake, codes, events, reasons, types


@pytest.mark.parametrize(
    "changes",
    [
        {"program": "cri-tac", "goals": ["trust", "trust"]},
        {"need": None, "urgency": {"level": "urgent", "incident_on": "2026-02-01"}},
        {"need": dict.fromkeys(Need.model_fields, 'Words \u2028 \x7f " \\.'), "wished": {}},
        {"need": None, "topics": ["other"], "other_topic": "Drones.", "service_forms": []},
        {"need": None, "urgency": {"reason": "An election."}, "requested_by": {"role": "chief"}},
        {"agency": agency(ori=None, key="as-dps", sworn_band=None), "first_contact_on": None},
    ],
    ids=["program", "no free text", "all free texts", "other topic", "urgency", "no ORI"],
)
def test_request_events_are_encoded_as_their_models_encode_them(changes: dict[str, Any]) -> None:
    decision = Intake().send("request.submit", submission(**changes))

    assert decision.request is not None
    accepted, *stated = decision.published
    assert accepted.value == accepted.event.encode()
    assert accepted.value.endswith(b'"data":%b}' % decision.request.facts)
    assert len(stated) == (decision.need is not None)
    for need in stated:
        assert need.value == need.event.encode()
        assert need.value.endswith(b'"data":%b}' % (decision.need or b""))


def test_an_accepted_submission_is_a_request_with_a_number_and_no_free_text_on_the_log() -> None:
    decision = Intake().send(
        "request.submit", submission(topics=["crisis", "crisis_intervention"])
    )

    accepted, stated = (event.model_dump(mode="json") for event in events(decision))
    assert is_tracking_number(accepted["subject"])
    assert accepted["correlationid"] == accepted["data"]["request_id"]
    assert accepted["data"]["topics"] == ["crisis_intervention"]
    assert accepted["data"]["agency"]["listed"] is True
    assert accepted["data"]["need_stated"] is True
    assert "arrests" not in str(accepted)
    assert stated["data"]["issue"] == "Calls of people in crisis end in arrests."
    assert stated["dataclassification"] == "restricted"


def test_a_submission_without_free_text_states_no_need() -> None:
    decision = Intake().send("request.submit", submission(need=None))

    assert types(decision) == ["request_accepted"]
    assert events(decision)[0].data.need_stated is False


@pytest.mark.parametrize(
    "data",
    [
        agency(ori="CA0000000"),
        agency(ori=None, key="as-dps", cri_type="territorial", state="US-AS"),
        agency(ori="CA01942"),
        agency(ori=None),
    ],
    ids=["an ORI in no list", "a key", "an ORI of seven characters", "neither ORI nor key"],
)
def test_a_registered_agency_is_accepted(data: dict[str, Any]) -> None:
    decision = Intake().send("request.submit", submission(agency=data))

    assert types(decision)[0] == "request_accepted"
    listed = data["ori"] in ("CA0194200", "CA01942")
    assert events(decision)[0].data.agency.listed is listed


REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "an ORI of another participant": (
        {"agency": agency(ori="NY0303000")},
        [("ori_not_registered_for_participant", "/data/agency/ori")],
    ),
    "a key of another participant": (
        {"agency": agency(ori=None, key="gu-pd")},
        [("ori_not_registered_for_participant", "/data/agency/key")],
    ),
    "an ORI and a key": (
        {"agency": agency(key="as-dps")},
        [("schema", "/data/agency/key")],
    ),
    "a federal agency": (
        {"agency": agency(agency_class="federal")},
        [("agency_not_eligible", "/data/agency/agency_class")],
    ),
    "an agency that the list knows as federal": (
        {"agency": agency(ori="DCFBI0000")},
        [("agency_not_eligible", "/data/agency/agency_class")],
    ),
    "a program that is not defined": (
        {"program": "nope"},
        [("unknown_program", "/data/program")],
    ),
    "a topic in no catalog": (
        {"topics": ["officer_wellness", "nope"]},
        [("unknown_topic", "/data/topics/1")],
    ),
    "other without its text": ({"topics": ["other"]}, [("unknown_topic", "/data/topics/0")]),
    "a service form that is not registered": (
        {"service_forms": ["nope"]},
        [("unknown_service_form", "/data/service_forms/0")],
    ),
    "an end before the beginning": (
        {"wished": {"from": "2026-05-01", "until": "2026-04-01"}},
        [("dates_contradict", "/data/wished/until")],
    ),
    "a first contact to come": (
        {"first_contact_on": "2026-03-04"},
        [("dates_contradict", "/data/first_contact_on")],
    ),
    "an authorization to come": (
        {"requested_by": {"role": "chief", "authorized_on": "2027-01-01"}},
        [("dates_contradict", "/data/requested_by/authorized_on")],
    ),
    "an incident to come": (
        {"urgency": {"level": "urgent", "incident_on": "2026-03-20"}},
        [("dates_contradict", "/data/urgency/incident_on")],
    ),
    "a year out of range": (
        {"wished": {"from": "0001-01-01", "until": "9999-12-31"}},
        [
            ("value_out_of_range", "/data/wished/from"),
            ("value_out_of_range", "/data/wished/until"),
        ],
    ),
    "identifiers of people": (
        {
            "need": {"issue": "His number is 123-45-6789.", "obstacles": "FBI no. 123456AB7"},
            "urgency": {"reason": "see 654321xy9"},
        },
        [
            ("contains_protected_identifier", "/data/need/issue"),
            ("contains_protected_identifier", "/data/need/obstacles"),
            ("contains_protected_identifier", "/data/urgency/reason"),
        ],
    ),
    "several things at once": (
        {"agency": agency(ori="NY0303000"), "topics": ["nope"], "program": "nope"},
        [
            ("ori_not_registered_for_participant", "/data/agency/ori"),
            ("unknown_program", "/data/program"),
            ("unknown_topic", "/data/topics/0"),
        ],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_submission_is_refused_with_all_reasons(case: str) -> None:
    changes, expected = REFUSED[case]

    decision = Intake().send("request.submit", submission(**changes))

    assert reasons(decision) == expected
    (refusal,) = events(decision)
    data: Any = refusal.data
    assert data.reference == "CA-2026-0042"
    assert (data.elsewhere is not None) == ("agency_not_eligible" in codes(decision))


@pytest.mark.parametrize(
    "text", ["2026-03-02 and 555-1234-567", "(202) 555-0143", "CA0194200", "penal code 123456", ""]
)
def test_texts_with_other_numbers_are_accepted(text: str) -> None:
    assert types(Intake().send("request.submit", submission(need={"issue": text})))[0] == (
        "request_accepted"
    )


def test_the_fix_does_not_repeat_where_else_to_go() -> None:
    decision = Intake().send("request.submit", submission(agency=agency(agency_class="federal")))

    refusal: Any = events(decision)[0].data
    assert refusal.elsewhere == FEDERAL_AGENCY.elsewhere
    assert refusal.elsewhere not in refusal.reasons[0].fix


@pytest.mark.parametrize(
    ("sender", "data", "fix"),
    [
        (
            "ca-post",
            agency(ori="NY0303000"),
            "Submit for one of your 4 registered ORIs, or ask the program office to register"
            " this one.",
        ),
        (
            "ny-post",
            agency(),
            "No ORIs are registered for you: ask the program office to register this one.",
        ),
        (
            "ny-post",
            agency(ori=None, key="as-dps"),
            "No agency keys are registered for you: ask the program office to register this one.",
        ),
    ],
)
def test_a_refusal_for_an_unregistered_agency_says_what_is_registered(
    sender: str, data: dict[str, Any], fix: str
) -> None:
    decision = Intake().send("request.submit", submission(agency=data), sender=sender)

    refusal: Any = events(decision)[0].data
    assert [reason.fix for reason in refusal.reasons] == [fix]


def test_a_refusal_repeats_only_the_id_and_the_reference_of_the_sender() -> None:
    secret = "zanzibar"
    bad = submission(
        topics=[secret], program=secret, service_forms=[secret], agency=agency(name=secret)
    )

    decisions = [
        Intake().send("request.submit", bad, subject=secret),
        Intake().send("request.submit", bad, type=f"gov.cri.{secret}.v1"),
        Intake().send("request.submit", bad, **{f"a {secret}": secret}),
        Intake().send_raw(event("request.submit", {f"a {secret}": {secret: 1}}, time=secret)),
    ]

    for decision in decisions:
        assert secret not in str(decision)
