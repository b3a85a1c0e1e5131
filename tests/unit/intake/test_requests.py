from typing import Any

import pytest

from services.intake.batch_state import Decision
from shared.contracts.inbound import Amendment, NeedChange
from tests.examples.door import Door, events, reasons, types
from tests.examples.inbound import data_of


def test_an_amendment_carries_the_request_as_it_now_is(door: Door) -> None:
    change = {
        "tracking_number": door.number,
        "topics": ["other"],
        "other_topic": "Drones.",
        "wished": {"from": "2026-07-01"},
    }

    amended, stated = events(door.say("request.amend", change))

    facts = amended.data.model_dump(mode="json")
    assert (facts["version"], facts["topics"]) == (2, ["other"])
    assert facts["wished"] == {"from": "2026-07-01", "until": "2026-09-30"}
    assert facts["service_forms"] == ["training_in_person", "policy_review"]
    assert facts["other_topic_stated"] is True
    assert stated.data.other_topic == "Drones."
    assert stated.data.issue == "Calls of people in crisis end in arrests."
    assert (amended.number, stated.number) == (2, 2)


WHOLE = {
    "topics": ["other"],
    "other_topic": "Drones.",
    "goals": ["trust"],
    "need": {"issue": "Arrests.", "obstacles": "Budget.", "current_policy": "None."},
    "wished": {"from": "2026-07-01", "until": "2026-08-01"},
}


def _amended(door: Door, change: dict[str, Any]) -> tuple[Any, Any]:
    """Amend a request that states everything; return its facts, and its words if they changed."""
    number = {"tracking_number": door.number}
    before = events(door.say("request.amend", number | WHOLE))
    after = events(door.say("request.amend", number | change))
    words = after[1] if len(after) > 1 else before[1]
    return after[0].data, words.data


def test_an_amendment_of_one_date_leaves_the_other(door: Door) -> None:
    facts, _ = _amended(door, {"wished": {"until": "2026-09-01"}})

    assert facts.model_dump(mode="json")["wished"] == {"from": "2026-07-01", "until": "2026-09-01"}


def test_an_amendment_of_one_text_leaves_the_others(door: Door) -> None:
    _, words = _amended(door, {"need": {"obstacles": "Staff."}})

    assert (words.issue, words.obstacles, words.current_policy) == ("Arrests.", "Staff.", "None.")
    assert words.other_topic == "Drones."


def test_null_clears_at_every_depth(door: Door) -> None:
    facts, words = _amended(
        door,
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
    assert (words.issue, words.obstacles, words.other_topic) == ("Arrests.", None, None)


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
def test_null_clears_what_it_stands_for_and_nothing_else(
    door: Door, path: tuple[str, ...], change: dict[str, Any]
) -> None:
    number = {"tracking_number": door.number}
    before = _said(door.say("request.amend", number | EVERYTHING))

    after = before | _said(door.say("request.amend", number | change))

    gone = {name for name in before if before[name] != after[name]}
    inner = {f"wished.{name}" for name in ("from", "until")} if path == ("wished",) else set()
    assert gone == inner or gone == {".".join(path)}
    assert all(after[name] in (None, [], False) for name in gone)


def _said(decision: Decision) -> dict[str, Any]:
    """Return all that a request says, in facts and words, by path; null where nothing is said."""
    said: dict[str, Any] = {}
    for event in events(decision):
        said |= event.data.model_dump(mode="json")
    window = said.pop("wished", {})
    said |= {f"wished.{name}": day for name, day in window.items()}
    return {name: said[name] for name in said.keys() - {"version", "other_topic_stated"}}


@pytest.mark.parametrize("field", ["agency", "requested_by", "urgency", "program"])
def test_what_cannot_be_amended_is_refused_and_not_passed_over(door: Door, field: str) -> None:
    decision = door.say("request.amend", {"tracking_number": door.number, field: None})

    assert reasons(decision) == [("schema", "/data")]


CANNOT: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "what a request must have": (
        {"topics": None, "need": None, "may_be_named": None},
        [
            ("schema", "/data/may_be_named"),
            ("schema", "/data/need"),
            ("schema", "/data/topics"),
        ],
    ),
    "the issue": ({"need": {"issue": None}}, [("schema", "/data/need/issue")]),
    "the words of the topic 'other'": ({"other_topic": None}, [("schema", "/data/other_topic")]),
    "the order of dates, one of which stays": (
        {"wished": {"until": "2026-06-30"}},
        [("dates_contradict", "/data/wished/until")],
    ),
}


@pytest.mark.parametrize("what", CANNOT)
def test_an_amendment_cannot_take_away(door: Door, what: str) -> None:
    change, expected = CANNOT[what]
    number = {"tracking_number": door.number}
    door.say("request.amend", number | WHOLE)

    assert reasons(door.say("request.amend", number | change)) == expected


@pytest.mark.parametrize("kind", ["request.amend", "request.withdraw"])
def test_a_request_is_changed_by_the_participant_that_made_it_alone(door: Door, kind: str) -> None:
    path = "/data/tracking_number"
    unknown = data_of(kind, "CRI-2026-000999-X")

    assert reasons(door.say(kind, sender="ny-post")) == [("not_yours", path)]
    assert reasons(door.say(kind, unknown)) == [("unknown_request", path)]


def test_after_the_end_an_amendment_is_refused_and_a_withdrawal_is_left_to_routing(
    door: Door,
) -> None:
    door.batch.end(door.number, "closed")

    amendment = door.say("request.amend")
    withdrawal = door.say("request.withdraw")

    assert reasons(amendment) == [("terminal", "/data/tracking_number")]
    assert types(withdrawal) == ["withdrawal_requested"]


ABOUT_WORK: dict[str, tuple[str, dict[str, Any], list[tuple[str, str]]]] = {
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
    "a direction to nobody": (
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
    "a question about nothing": (
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


@pytest.mark.parametrize("case", ABOUT_WORK)
def test_a_message_is_refused_with_all_its_reasons_for(door: Door, case: str) -> None:
    kind, data, expected = ABOUT_WORK[case]
    filled = {
        name: value.replace("{number}", door.number).replace("{wrong}", f"{door.number[:-1]}?")
        if isinstance(value, str)
        else value
        for name, value in data.items()
    }

    decision = door.say(kind, filled)

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
def test_a_number_in_small_letters_is_taken_for_the_one_in_capitals(
    door: Door, kind: str, field: str
) -> None:
    data = data_of(kind, door.number)
    if kind == "status.ask":
        data[field] = door.number
    written = data[field]

    decision = door.say(kind, data | {field: written.lower()})

    assert decision.outcome == "applied"
    assert all(written.lower() not in str(event) for event in events(decision))
    assert any(written in str(event) for event in events(decision))
