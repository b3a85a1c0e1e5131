"""Texts that have a form: times, traces, the kind of content, addresses."""

import pytest

from services.intake.checks.texts import TIMES
from tests.examples.door import Door, events, reasons, types


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
def test_a_time_that_is_not_of_rfc_3339_is_refused(time: str) -> None:
    declared = {"valid_until": time.replace("2026", "2027"), "entries": [{"can_take": 1}]}

    assert reasons(Door().say("status.ask", time=time)) == [("not_cloudevents", "/time")]
    assert reasons(Door().say("capacity.declare", declared)) == [("schema", "/data/valid_until")]


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
def test_a_time_of_rfc_3339_comes_in(time: str) -> None:
    assert Door().say("status.ask", time=time).outcome == "applied"


@pytest.mark.parametrize("time", ["2200-01-01T00:00:00Z", "1899-12-31T23:59:59Z"])
def test_a_year_that_no_calendar_reaches_is_out_of_range(time: str) -> None:
    assert reasons(Door().say("status.ask", time=time)) == [("value_out_of_range", "/time")]


def test_the_fields_that_hold_times_are_known_by_the_models() -> None:
    assert {"time", "valid_until", "opens_at", "effective_from", "effective_until"} == TIMES


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
def test_a_traceparent_that_is_none_is_refused(trace: str) -> None:
    decision = Door().say("status.ask", traceparent=trace)

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
def test_json_in_utf_8_may_be_said_in_any_of_its_ways(content: str) -> None:
    assert Door().say("status.ask", datacontenttype=content).outcome == "applied"


@pytest.mark.parametrize("content", ["text/json", "application/json; charset=latin1", ""])
def test_another_kind_of_content_is_refused(content: str) -> None:
    decision = Door().say("status.ask", datacontenttype=content)

    assert reasons(decision) == [("not_cloudevents", "/datacontenttype")]
    assert "Write application/json." in str(events(decision)[0])


def test_the_state_of_a_trace_beside_its_parent_is_taken() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"

    decision = Door().say("status.ask", traceparent=trace, tracestate="congo=t61rcWkgMzE")

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
def test_an_email_looks_like_an_address(address: str, is_one: bool) -> None:
    contact = {"contact_id": "desk", "name": "Desk", "email": address}

    decision = Door().say("contact.set", contact)

    assert types(decision) == (["contact_set"] if is_one else ["submission_refused"])
    assert is_one or reasons(decision) == [("schema", "/data/email")]
