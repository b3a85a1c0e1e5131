from typing import Any

import pytest

from services.intake.batch_state import Decision
from shared.contracts.inbound import Amendment, NeedChange
from tests.examples.inbound import AT, data_of
from tests.examples.intake import Intake, events, reasons, types


def test_an_amendment_event_holds_the_whole_amended_request(intake: Intake) -> None:
    change = {
        "tracking_number": intake.number,
        "topics": ["other"],
        "other_topic": "Drones.",
        "wished": {"from": "2026-07-01"},
    }

    amended, stated = events(intake.send("request.amend", change))

    facts = amended.data.model_dump(mode="json")
    assert (facts["version"], facts["topics"]) == (2, ["other"])
    assert facts["wished"] == {"from": "2026-07-01", "until": "2026-09-30"}
    assert facts["service_forms"] == ["training_in_person", "policy_review"]
    assert facts["other_topic_stated"] is True
    assert stated.data.other_topic == "Drones."
    assert stated.data.issue == "Calls of people in crisis end in arrests."
    assert (amended.number, stated.number) == (2, 2)


def test_an_amendment_names_the_words_that_came_with_it_and_only_if_they_changed(
    intake: Intake,
) -> None:
    number = {"tracking_number": intake.number}
    words = {"need": {"issue": "Arrests.", "obstacles": "Budget."}}

    first = events(intake.send("request.amend", number | words))
    again = events(intake.send("request.amend", number | words))
    dates = events(intake.send("request.amend", number | {"wished": {"from": "2026-07-01"}}))

    assert [event.data.words for event in (first[0], again[0], dates[0])] == [2, 0, 0]
    assert [event.number for event in first] == [2, 2]
    assert [event.number for event in (*again, *dates)] == [3, 4]


WHOLE = {
    "topics": ["other"],
    "other_topic": "Drones.",
    "goals": ["trust"],
    "need": {"issue": "Arrests.", "obstacles": "Budget.", "current_policy": "None."},
    "wished": {"from": "2026-07-01", "until": "2026-08-01"},
}


def _amended(intake: Intake, change: dict[str, Any]) -> tuple[Any, Any]:
    """Amend a request that states everything; return its facts and its need as they are then."""
    number = {"tracking_number": intake.number}
    before = events(intake.send("request.amend", number | WHOLE))
    after = events(intake.send("request.amend", number | change))
    need = after[1] if len(after) > 1 else before[1]
    return after[0].data, need.data


def test_an_amendment_of_one_date_leaves_the_other(intake: Intake) -> None:
    facts, _ = _amended(intake, {"wished": {"until": "2026-09-01"}})

    assert facts.model_dump(mode="json")["wished"] == {"from": "2026-07-01", "until": "2026-09-01"}


def test_an_amendment_of_one_text_leaves_the_others(intake: Intake) -> None:
    _, need = _amended(intake, {"need": {"obstacles": "Staff."}})

    assert (need.issue, need.obstacles, need.current_policy) == ("Arrests.", "Staff.", "None.")
    assert need.other_topic == "Drones."


def test_null_clears_at_every_depth(intake: Intake) -> None:
    facts, need = _amended(
        intake,
        {
            "topics": ["crisis_intervention"],
            "other_topic": None,
            "goals": None,
            "need": {"obstacles": None},
            "wished": {"from": None},
        },
    )

    assert (facts.goals, facts.other_topic_stated) == ([], False)
    assert (facts.wished.from_, str(facts.wished.until)) == (None, "2026-08-01")
    assert (need.issue, need.obstacles, need.other_topic) == ("Arrests.", None, None)


EVERYTHING = {
    **WHOLE,
    "topics": ["crisis_intervention"],
    "service_forms": ["consultation"],
    "need": {name: f"{name}." for name in NeedChange.model_fields},
}
CLEARED = [
    *(((name,), {name: None}) for name in sorted(Amendment.clearable)),
    *(((name,), {"need": {name: None}}) for name in sorted(NeedChange.clearable)),
    *((("wished", name), {"wished": {name: None}}) for name in ("from", "until")),
]


@pytest.mark.parametrize(("path", "change"), CLEARED, ids=lambda each: str(each))
def test_null_clears_its_field_and_no_other(
    intake: Intake, path: tuple[str, ...], change: dict[str, Any]
) -> None:
    number = {"tracking_number": intake.number}
    before = _stated(intake.send("request.amend", number | EVERYTHING))

    after = before | _stated(intake.send("request.amend", number | change))

    gone = {name for name in before if before[name] != after[name]}
    inner = {f"wished.{name}" for name in ("from", "until")} if path == ("wished",) else set()
    assert gone == inner or gone == {".".join(path)}
    assert all(after[name] in (None, [], False) for name in gone)


def _stated(decision: Decision) -> dict[str, Any]:
    """Return all stated fields of a request by path, from its facts and its need."""
    stated: dict[str, Any] = {}
    for event in events(decision):
        stated |= event.data.model_dump(mode="json")
    stated.pop("words", None)
    window = stated.pop("wished", {})
    stated |= {f"wished.{name}": day for name, day in window.items()}
    return {name: stated[name] for name in stated.keys() - {"version", "other_topic_stated"}}


@pytest.mark.parametrize("field", ["agency", "requested_by", "urgency", "program"])
def test_an_amendment_of_a_fixed_field_is_refused(intake: Intake, field: str) -> None:
    decision = intake.send("request.amend", {"tracking_number": intake.number, field: None})

    assert reasons(decision) == [("schema", "/data")]


IRREMOVABLE: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "what a request must have": (
        {"topics": None, "need": None, "may_be_named": None},
        [
            ("schema", "/data/may_be_named"),
            ("schema", "/data/need"),
            ("schema", "/data/topics"),
        ],
    ),
    "the issue": ({"need": {"issue": None}}, [("schema", "/data/need/issue")]),
    "the text of the topic 'other'": ({"other_topic": None}, [("schema", "/data/other_topic")]),
    "the order of dates, one of which stays": (
        {"wished": {"until": "2026-06-30"}},
        [("dates_contradict", "/data/wished/until")],
    ),
}


@pytest.mark.parametrize("what", IRREMOVABLE)
def test_an_amendment_cannot_remove(intake: Intake, what: str) -> None:
    change, expected = IRREMOVABLE[what]
    number = {"tracking_number": intake.number}
    intake.send("request.amend", number | WHOLE)

    assert reasons(intake.send("request.amend", number | change)) == expected


@pytest.mark.parametrize("kind", ["request.amend", "request.withdraw"])
def test_only_the_participant_that_made_a_request_may_change_it(intake: Intake, kind: str) -> None:
    path = "/data/tracking_number"
    unknown = data_of(kind, "CRI-2026-000999-X")

    assert reasons(intake.send(kind, sender="ny-post")) == [("not_yours", path)]
    assert reasons(intake.send(kind, unknown)) == [("unknown_request", path)]


def test_after_the_end_an_amendment_is_refused_and_a_withdrawal_is_left_to_routing(
    intake: Intake,
) -> None:
    intake.batch.end(intake.number, "closed", at=AT)

    amendment = intake.send("request.amend")
    withdrawal = intake.send("request.withdraw")

    assert reasons(amendment) == [("terminal", "/data/tracking_number")]
    assert types(withdrawal) == ["withdrawal_requested"]


FAULTY: dict[str, tuple[str, dict[str, Any], list[tuple[str, str]]]] = {
    "an offer of no request": (
        "offer.answer",
        {"offer_id": "CRI-2026-000999-X-O1", "answer": "accept"},
        [("unknown_offer", "/data/offer_id")],
    ),
    "an offer id with a tail": (
        "offer.answer",
        {"offer_id": "{number}-O1; drop", "answer": "accept"},
        [("unknown_offer", "/data/offer_id")],
    ),
    "a decline without a reason": (
        "offer.answer",
        {"offer_id": "{number}-O1", "answer": "decline"},
        [("schema", "/data/reason_code")],
    ),
    "a counter without terms": (
        "offer.answer",
        {"offer_id": "{number}-O1", "answer": "counter"},
        [("schema", "/data/counter")],
    ),
    "a counter that contradicts itself": (
        "offer.answer",
        {
            "offer_id": "{number}-O1",
            "answer": "counter",
            "counter": {"from": "2026-05-02", "until": "2026-05-01", "service_forms": ["nope"]},
            "note": "123-45-6789",
        },
        [
            ("contains_protected_identifier", "/data/note"),
            ("dates_contradict", "/data/counter/until"),
            ("unknown_service_form", "/data/counter/service_forms/0"),
        ],
    ),
    "a milestone of no engagement": (
        "milestone.report",
        {"engagement_id": "nope", "milestone": "draft", "on": "2026-03-01"},
        [("unknown_engagement", "/data/engagement_id")],
    ),
    "a milestone whose check character is wrong": (
        "milestone.report",
        {"engagement_id": "{wrong}-E1", "milestone": "draft", "on": "2026-03-01"},
        [("unknown_engagement", "/data/engagement_id")],
    ),
    "a milestone to come": (
        "milestone.report",
        {"engagement_id": "{number}-E1", "milestone": "draft", "on": "2026-04-01"},
        [("dates_contradict", "/data/on")],
    ),
    "a close of no engagement": (
        "engagement.close",
        {"engagement_id": "nope", "reason": "completed"},
        [("unknown_engagement", "/data/engagement_id")],
    ),
    "capacity that has run out": (
        "capacity.declare",
        {"valid_until": "2026-03-01T00:00:00Z", "entries": [{"can_take": 1, "topics": ["nope"]}]},
        [
            ("dates_contradict", "/data/valid_until"),
            ("unknown_topic", "/data/entries/0/topics/0"),
        ],
    ),
    "capacity for ever": (
        "capacity.declare",
        {"valid_until": "9999-12-31T23:59:59-08:00", "entries": [{"can_take": 1}]},
        [("value_out_of_range", "/data/valid_until")],
    ),
    "a direction without a provider": (
        "request.direct",
        {"tracking_number": "{number}", "action": "assign", "reason": "r"},
        [("schema", "/data/provider")],
    ),
    "a direction of an unknown request to an unknown provider": (
        "request.direct",
        {"tracking_number": "nope", "action": "assign", "provider": "nope", "reason": "r"},
        [("unknown_request", "/data/tracking_number"), ("unknown_provider", "/data/provider")],
    ),
    "a direction to an unknown program": (
        "request.direct",
        {"tracking_number": "{number}", "action": "route", "program": "nope", "reason": "r"},
        [("unknown_program", "/data/program")],
    ),
    "a question about an unknown list": (
        "status.ask",
        {"about": "everything"},
        [("unknown_request", "/data/about")],
    ),
    "a contact with an identifier": (
        "contact.set",
        {"contact_id": "c", "name": "Pat Doe 123-45-6789"},
        [("contains_protected_identifier", "/data/name")],
    ),
    "an entry that ends before it begins": (
        "program.define",
        data_of("program.define", "")
        | {"effective_from": "2026-02-01T00:00:00Z", "effective_until": "2026-01-01T00:00:00Z"},
        [("dates_contradict", "/data/effective_until")],
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_message_is_refused_with_all_reasons(intake: Intake, case: str) -> None:
    kind, data, expected = FAULTY[case]
    filled = {
        name: value.replace("{number}", intake.number).replace("{wrong}", f"{intake.number[:-1]}?")
        if isinstance(value, str)
        else value
        for name, value in data.items()
    }

    decision = intake.send(kind, filled)

    assert reasons(decision) == expected


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("request.amend", "tracking_number"),
        ("request.withdraw", "tracking_number"),
        ("request.direct", "tracking_number"),
        ("status.ask", "about"),
        ("offer.answer", "offer_id"),
        ("milestone.report", "engagement_id"),
        ("engagement.close", "engagement_id"),
    ],
)
def test_a_number_in_lower_case_means_the_one_in_upper_case(
    intake: Intake, kind: str, field: str
) -> None:
    data = data_of(kind, intake.number)
    if kind == "status.ask":
        data[field] = intake.number
    written = data[field]

    decision = intake.send(kind, data | {field: written.lower()})

    assert decision.outcome == "applied"
    assert all(written.lower() not in str(event) for event in events(decision))
    assert any(written in str(event) for event in events(decision))


@pytest.mark.parametrize(
    "reason",
    ["superseded", "withdrawn_by_agency", "ended_by_program", "handed_over", "duplicate"],
)
def test_e68_a_provider_does_not_end_work_for_the_reasons_of_others(
    intake: Intake, reason: str
) -> None:
    close = {"engagement_id": f"{intake.number}-E1", "reason": reason}

    refused = intake.send("engagement.close", close)

    assert reasons(refused) == [("role_not_authorized", "/data/reason")]


def test_a_provider_that_cannot_go_on_says_why_to_the_confidential_topic(intake: Intake) -> None:
    close = {"engagement_id": f"{intake.number}-E1", "reason": "cannot_go_on"}

    silent = intake.send("engagement.close", close)
    reported, note = events(
        intake.send("engagement.close", {**close, "note": "Two of us have left."})
    )

    assert reasons(silent) == [("schema", "/data/note")]
    assert (reported.data.noted, note.data.with_end, note.data.note) == (
        True,
        True,
        "Two of us have left.",
    )
    assert "Two of us" not in reported.encode().decode()
