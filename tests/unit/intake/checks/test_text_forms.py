"""Texts with a format: times, traces, content types, addresses."""

import pytest

from services.intake.checks.texts import TIMES
from tests.examples.intake import Intake, events, reasons, types


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-29 02:30:00Z",
        "2026-11-29T02:30Z",
        "2026-11-29T02:30:00+0000",
        "2026-11-29T02:30:00+00",
        "2026-11-29_02:30:00Z",
        "2026-11-29T02:30:00.Z",
        "2026-11-29T02:30:00,5Z",
        "\uff12026-11-29T02:30:00Z",
    ],
)
def test_a_time_not_in_rfc_3339_is_refused(time: str) -> None:
    declared = {"valid_until": time.replace("2026", "2027"), "entries": [{"can_take": 1}]}

    assert reasons(Intake().send("status.ask", time=time)) == [("not_cloudevents", "/time")]
    assert reasons(Intake().send("capacity.declare", declared)) == [
        ("schema", "/data/valid_until")
    ]


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-29T02:30:00Z",
        "2026-11-29t02:30:00z",
        "2026-11-29T02:30:00.123456789-08:00",
        "1900-01-01T00:00:00+14:00",
        "2199-12-31T23:59:59-12:00",
    ],
)
def test_a_time_in_rfc_3339_is_accepted(time: str) -> None:
    assert Intake().send("status.ask", time=time).outcome == "applied"


@pytest.mark.parametrize("time", ["2200-01-01T00:00:00Z", "1899-12-31T23:59:59Z"])
def test_a_year_before_1900_or_after_2199_is_out_of_range(time: str) -> None:
    assert reasons(Intake().send("status.ask", time=time)) == [("value_out_of_range", "/time")]


def test_the_fields_that_hold_times_are_found_in_the_models() -> None:
    assert {
        "time", "valid_until", "opens_at", "closes_at", "effective_from", "effective_until",
        "ends_at",
    } == TIMES  # fmt: skip


@pytest.mark.parametrize(
    "trace",
    [
        "abc",
        f"00-{'0' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        f"ff-{'a' * 32}-{'b' * 16}-01",
        f"00-{'A' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'b' * 16}-01\n",
    ],
)
def test_an_invalid_traceparent_is_refused(trace: str) -> None:
    decision = Intake().send("status.ask", traceparent=trace)

    assert reasons(decision) == [("not_cloudevents", "/traceparent")]


@pytest.mark.parametrize(
    "content",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'Application/JSON; charset="utf-8"',
    ],
)
def test_every_notation_of_json_in_utf_8_is_accepted(content: str) -> None:
    assert Intake().send("status.ask", datacontenttype=content).outcome == "applied"


@pytest.mark.parametrize("content", ["text/json", "application/json; charset=latin1", ""])
def test_another_content_type_is_refused(content: str) -> None:
    decision = Intake().send("status.ask", datacontenttype=content)

    assert reasons(decision) == [("not_cloudevents", "/datacontenttype")]
    assert "Write application/json." in str(events(decision)[0])


def test_a_tracestate_is_accepted_beside_a_traceparent() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"

    decision = Intake().send("status.ask", traceparent=trace, tracestate="congo=t61rcWkgMzE")

    assert events(decision)[0].traceparent == trace


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("desk@agency.example", True),
        ("pat.doe+cri@mail.police.example.gov", True),
        ("o'neil@agency.example", True),
        ("josé@café.example", True),
        ("not an address", False),
        ("desk", False),
        ("desk@agency", False),
        ("@agency.example", False),
        ("desk@@agency.example", False),
        ("desk.@agency.example", False),
        ("desk@-agency.example", False),
        ("Desk <desk@agency.example>", False),
        ("mailto:desk@agency.example", False),
        ("desk@agency.example,other@agency.example", False),
    ],
)
def test_an_email_must_look_like_an_address(address: str, is_one: bool) -> None:
    contact = {"contact_id": "desk", "name": "Desk", "email": address}

    decision = Intake().send("contact.set", contact)

    assert types(decision) == (["contact_set"] if is_one else ["submission_refused"])
    assert is_one or reasons(decision) == [("schema", "/data/email")]
