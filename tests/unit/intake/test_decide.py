from datetime import timedelta
from typing import Any

import pytest

from services.intake.registry import Registry
from shared.contracts.inbound import DATA, SENDERS, Need
from shared.contracts.tracking import is_tracking_number
from tests.examples.door import Door, codes, events, reasons, types
from tests.examples.inbound import (
    AGENCY,
    AT,
    OFFICE,
    PROVIDER,
    agency,
    data_of,
    event,
    rule,
    ruleset,
    sender_of,
    submission,
)

KINDS = [kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in DATA]
LEADS_TO = {
    "request.submit": ["request_accepted", "need_stated"],
    "request.amend": ["request_amended"],
    "request.withdraw": ["withdrawal_requested"],
    "contact.set": ["contact_set"],
    "status.ask": ["status_asked"],
    "capacity.declare": ["capacity_declared"],
    "offer.answer": ["offer_answered", "note_stated"],
    "milestone.report": ["milestone_reported"],
    "engagement.close": ["engagement_close_reported"],
    "participant.register": ["participant_registered"],
    "program.define": ["program_defined"],
    "topic.define": ["topic_defined"],
    "provider.list": ["provider_listed"],
    "ruleset.approve": ["ruleset_approved"],
    "request.direct": ["request_directed"],
}


@pytest.fixture
def door() -> Door:
    """A door that has one request."""
    opened = Door()
    opened.say("request.submit")
    return opened


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_leads_to_its_events_under_the_coordinate_of_its_record(
    door: Door, kind: str
) -> None:
    data = submission(reference="second") if kind == "request.submit" else None

    decision = door.say(kind, data)

    coordinate = f"cri.in.{sender_of(kind)}.v1/0/2"
    assert types(decision) == LEADS_TO[kind]
    for published in events(decision):
        assert (published.inreplyto, published.causationid) == (coordinate, coordinate)
        assert published.receivedat == AT


@pytest.mark.parametrize("trace", [None, f"00-{'a' * 32}-{'b' * 16}-01"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_written_as_its_model_writes_it(
    door: Door, kind: str, trace: str | None
) -> None:
    data = submission(reference="second") if kind == "request.submit" else None

    decision = door.say(kind, data, traceparent=trace, at=AT + timedelta(microseconds=1500))

    for published in decision.published:
        event = published.event
        assert published.value == event.encode()
        assert (published.id, published.subject) == (event.id, event.subject)
        assert (published.number, event.traceparent) == (event.number, trace)


@pytest.mark.parametrize(
    "asking",
    [
        {"program": "cri-tac", "goals": ["trust", "trust"]},
        {"need": None, "urgency": {"level": "urgent", "incident_on": "2026-02-01"}},
        {"need": dict.fromkeys(Need.model_fields, 'Words \u2028 \x7f " \\.'), "wished": {}},
        {"need": None, "topics": ["other"], "other_topic": "Drones.", "service_forms": []},
        {"need": None, "urgency": {"reason": "An election."}, "requested_by": {"role": "chief"}},
        {"agency": agency(ori=None, key="as-dps", sworn_band=None), "first_contact_on": None},
    ],
    ids=["program", "no words", "all words", "other topic", "urgency", "no ORI"],
)
def test_a_request_is_written_as_the_models_write_it(asking: dict[str, Any]) -> None:
    decision = Door().say("request.submit", submission(**asking))

    assert decision.request is not None
    accepted, *stated = decision.published
    assert accepted.value == accepted.event.encode()
    assert accepted.value.endswith(b'"data":%b}' % decision.request.facts)
    assert len(stated) == (decision.words is not None)
    for words in stated:
        assert words.value == words.event.encode()
        assert words.value.endswith(b'"data":%b}' % (decision.words or b""))


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_refused_from_a_participant_of_another_kind(door: Door, kind: str) -> None:
    strangers = {"agency_system": AGENCY, "provider": PROVIDER, "program_office": OFFICE}
    wrong = [who for role, who in strangers.items() if role not in SENDERS[f"gov.cri.{kind}.v1"]]

    decisions = [door.say(kind, sender=who) for who in wrong]

    assert [codes(decision) for decision in decisions] == [["role_not_authorized"]] * len(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_message_again_is_answered_as_the_first_time(door: Door, kind: str) -> None:
    first = door.say(kind, id="once")
    of = events(first)[0].inreplyto if first.outcome == "applied" else "cri.in.ca-post.v1/0/1"

    again = [door.say(kind, id="once") for _ in range(2)]

    for decision in again:
        assert types(decision) == ["answer_repeated"]
        assert events(decision)[0].data.of == of  # type: ignore[attr-defined]


def test_an_accepted_submission_is_a_request_with_a_number_and_no_words_on_the_log() -> None:
    decision = Door().say("request.submit", submission(topics=["crisis", "crisis_intervention"]))

    accepted, stated = (event.model_dump(mode="json") for event in events(decision))
    assert is_tracking_number(accepted["subject"])
    assert accepted["correlationid"] == accepted["data"]["request_id"]
    assert accepted["data"]["topics"] == ["crisis_intervention"]
    assert accepted["data"]["agency"]["listed"] is True
    assert accepted["data"]["need_stated"] is True
    assert "arrests" not in str(accepted)
    assert stated["data"]["issue"] == "Calls of people in crisis end in arrests."
    assert stated["dataclassification"] == "restricted"


def test_a_submission_without_words_says_so() -> None:
    decision = Door().say("request.submit", submission(need=None))

    assert types(decision) == ["request_accepted"]
    assert events(decision)[0].data.need_stated is False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "asking",
    [
        agency(ori="CA0000000"),
        agency(ori=None, key="as-dps", cri_type="territorial", state="US-AS"),
        agency(ori="CA01942"),
    ],
    ids=["an ORI in no list", "no ORI", "an ORI of seven characters"],
)
def test_an_agency_the_participant_speaks_for_is_accepted(asking: dict[str, Any]) -> None:
    decision = Door().say("request.submit", submission(agency=asking))

    assert types(decision)[0] == "request_accepted"
    listed = asking["ori"] in ("CA0194200", "CA01942")
    assert events(decision)[0].data.agency.listed is listed  # type: ignore[attr-defined]


REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "an ORI of another participant": (
        {"agency": agency(ori="NY0303000")},
        [("ori_not_registered_for_participant", "/data/agency/ori")],
    ),
    "an agency without ORI and key": (
        {"agency": agency(ori=None)},
        [("ori_not_registered_for_participant", "/data/agency/key")],
    ),
    "a federal agency": (
        {"agency": agency(agency_class="federal")},
        [("agency_not_eligible", "/data/agency/agency_class")],
    ),
    "an agency that the list knows as federal": (
        {"agency": agency(ori="DCFBI0000")},
        [("agency_not_eligible", "/data/agency/agency_class")],
    ),
    "a program that is not defined": ({"program": "nope"}, [("schema", "/data/program")]),
    "a topic in no catalog": (
        {"topics": ["officer_wellness", "nope"]},
        [("unknown_topic", "/data/topics/1")],
    ),
    "other without words": ({"topics": ["other"]}, [("unknown_topic", "/data/topics/0")]),
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
    "a year no calendar reaches": (
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
            ("schema", "/data/program"),
            ("unknown_topic", "/data/topics/0"),
        ],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_submission_is_refused_with_all_its_reasons_for(case: str) -> None:
    changes, expected = REFUSED[case]

    decision = Door().say("request.submit", submission(**changes))

    assert reasons(decision) == expected
    (refusal,) = events(decision)
    data: Any = refusal.data  # type: ignore[attr-defined]
    assert data.reference == "CA-2026-0042"
    assert (data.elsewhere is not None) == ("agency_not_eligible" in codes(decision))


@pytest.mark.parametrize(
    "text", ["2026-03-02 and 555-1234-567", "(202) 555-0143", "CA0194200", "penal code 123456", ""]
)
def test_texts_with_other_numbers_come_in(text: str) -> None:
    assert types(Door().say("request.submit", submission(need={"issue": text})))[0] == (
        "request_accepted"
    )


def test_a_date_that_is_today_somewhere_is_not_in_the_future() -> None:
    late = AT.replace(hour=23)

    decision = Door().say("request.submit", submission(first_contact_on="2026-03-03"), at=late)

    assert decision.outcome == "applied"


def test_a_participant_nobody_registered_is_refused_whatever_it_sends() -> None:
    door = Door()

    whole = door.say("request.submit", sender="stranger")
    garbage = door.send(b"{", participant="stranger")

    assert codes(whole) == ["source_not_registered"]
    assert codes(garbage) == ["not_json", "source_not_registered"]


def test_a_source_outside_the_prefix_is_refused_even_if_it_begins_alike() -> None:
    door = Door()

    outside = [
        door.say("request.submit", source=source)
        for source in ("urn:cri:ny-post", "urn:cri:ca-postal", "urn:cri:ca")
    ]
    inside = door.say("request.submit", source="urn:cri:ca-post")

    assert [reasons(decision) for decision in outside] == [
        [("source_not_registered", "/source")]
    ] * 3
    assert inside.outcome == "applied"


def test_a_registration_that_has_ended_no_longer_holds() -> None:
    door = Door()
    ended = data_of("participant.register", "") | {
        "effective_until": (AT - timedelta(days=1)).isoformat()
    }
    door.say("participant.register", ended)

    decision = door.say("status.ask", sender="ny-post")

    assert codes(decision) == ["source_not_registered"]


def test_the_program_office_alone_may_register_itself_before_anybody_is_registered() -> None:
    door = Door()
    door.known.registry = Registry()
    itself = {"id": OFFICE, "kind": "program_office", "name": "Office"}

    other = door.say("participant.register", data_of("participant.register", ""))
    first = door.say("participant.register", itself)
    then = door.say("participant.register", data_of("participant.register", ""))
    usurper = door.say("participant.register", itself | {"id": "usurper"}, sender="usurper")

    assert codes(other) == ["source_not_registered"]
    assert types(first) == types(then) == ["participant_registered"]
    assert events(first)[0].data.sources == [f"urn:cri:{OFFICE}"]  # type: ignore[attr-defined]
    assert codes(usurper) == ["source_not_registered"]


def test_what_is_registered_holds_for_the_next_message_of_the_batch() -> None:
    door = Door()

    door.say("topic.define", data_of("topic.define", ""))
    decision = door.say("request.submit", submission(topics=["traffic"]))

    accepted: Any = events(decision)[0]
    assert accepted.data.topics == ["traffic_safety"]
    assert accepted.data.reference_version == 1


def test_a_reference_is_used_for_one_submission_only(door: Door) -> None:
    same = door.say("request.submit")
    other = door.say("request.submit", submission(may_be_named=True))
    of_another = door.say("request.submit", submission(agency=agency(ori=None)), sender="ny-post")

    assert types(same) == ["answer_repeated"]
    assert reasons(other) == [("reference_reused_with_other_content", "/data/reference")]
    assert codes(of_another) == ["ori_not_registered_for_participant"]


def test_an_id_is_used_for_one_message_only_also_after_it_repeated_another(door: Door) -> None:
    door.say("request.submit", id="repeats")

    other = door.say("request.submit", submission(reference="new"), id="repeats")
    other_type = door.say("status.ask", id="m-1")
    other_source = door.say("status.ask", id="m-1", source="urn:cri:ca-post:other")

    assert reasons(other) == [("id_reused_with_other_content", "/id")]
    assert reasons(other_type) == [("id_reused_with_other_content", "/id")]
    assert types(other_source) == ["status_asked"]


def test_a_refusal_takes_up_neither_id_nor_reference() -> None:
    door = Door()
    door.say("request.submit", submission(topics=["nope"]), id="a")

    decision = door.say("request.submit", id="a")

    assert types(decision)[0] == "request_accepted"


def test_an_amendment_carries_the_request_as_it_now_is(door: Door) -> None:
    change = {
        "tracking_number": door.number,
        "topics": ["other"],
        "other_topic": "Drones.",
        "wished": {"from": "2026-07-01"},
    }

    amended, stated = events(door.say("request.amend", change))

    facts = amended.data.model_dump(mode="json")  # type: ignore[attr-defined]
    assert (facts["version"], facts["topics"]) == (2, ["other"])
    assert (facts["wished"]["from"], facts["wished"]["until"]) == ("2026-07-01", None)
    assert facts["service_forms"] == ["training_in_person", "policy_review"]
    assert facts["other_topic_stated"] is True
    assert stated.data.other_topic == "Drones."  # type: ignore[attr-defined]
    assert stated.data.issue == "Calls of people in crisis end in arrests."  # type: ignore[attr-defined]
    assert (amended.number, stated.number) == (2, 2)


@pytest.mark.parametrize("kind", ["request.amend", "request.withdraw"])
def test_a_request_is_changed_by_the_participant_that_made_it_alone(door: Door, kind: str) -> None:
    path = "/data/tracking_number"
    unknown = data_of(kind, "CRI-2026-000999-X")

    assert reasons(door.say(kind, sender="ny-post")) == [("not_yours", path)]
    assert reasons(door.say(kind, unknown)) == [("unknown_request", path)]


def test_after_the_end_an_amendment_is_refused_and_a_withdrawal_is_left_to_routing(
    door: Door,
) -> None:
    door.known.end(door.number, "closed")

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
            ("dates_contradict", "/data/counter/until"),
            ("unknown_service_form", "/data/counter/service_forms/0"),
            ("contains_protected_identifier", "/data/note"),
        ],
    ),
    "a milestone of no engagement": (
        "milestone.report",
        {"engagement_id": "nope", "milestone": "draft", "on": "2026-03-01"},
        [("unknown_request", "/data/engagement_id")],
    ),
    "a milestone to come": (
        "milestone.report",
        {"engagement_id": "{number}-E1", "milestone": "draft", "on": "2026-04-01"},
        [("dates_contradict", "/data/on")],
    ),
    "a close of no engagement": (
        "engagement.close",
        {"engagement_id": "nope", "reason": "completed"},
        [("unknown_request", "/data/engagement_id")],
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
        [("unknown_request", "/data/tracking_number"), ("schema", "/data/provider")],
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
        name: value.replace("{number}", door.number) if isinstance(value, str) else value
        for name, value in data.items()
    }

    decision = door.say(kind, filled)

    assert reasons(decision) == expected


RULESETS: dict[str, tuple[dict[str, Any], str]] = {
    "two rules of one id": ({"rules": [rule(), rule()]}, "/data/rules/0/id"),
    "an unknown fact": (
        {"rules": [rule(when=[{"fact": "agency.mood", "is": "good"}])]},
        "/data/rules/0/when/0/fact",
    ),
    "an unknown other fact": (
        {"rules": [rule(when=[{"fact": "request.topics", "overlaps": "provider.mood"}])]},
        "/data/rules/0/when/0/overlaps",
    ),
    "a condition without a test": (
        {"rules": [rule(when=[{"fact": "agency.state"}])]},
        "/data/rules/0/when/0",
    ),
    "an unknown name in a sentence": (
        {"rules": [rule(because={"staff": "{provider.mood}"})]},
        "/data/rules/0/because/staff",
    ),
    "a brace that is not closed": (
        {"rules": [rule(because={"staff": "{provider.name"})]},
        "/data/rules/0/because/staff",
    ),
    "an unknown tie-break": ({"tie_break": ["mood"]}, "/data/tie_break/0"),
    "an unknown clock": (
        {"clocks": {"lunch": {"amount": 1, "unit": "hours"}}},
        "/data/clocks",
    ),
    "a holiday that is no date": (
        {"calendar": {"holidays": ["July 4"]}},
        "/data/calendar/holidays/0",
    ),
    "a zone that is none": ({"calendar": {"zone": "Mars/Olympus"}}, "/data/calendar/zone"),
}


@pytest.mark.parametrize("case", RULESETS)
def test_a_rule_set_that_routing_could_not_use_is_refused_for(case: str) -> None:
    changes, path = RULESETS[case]

    decision = Door().say("ruleset.approve", ruleset(**changes))

    assert ("schema", path) in reasons(decision)


def test_the_trace_of_the_sender_goes_on_if_it_has_its_form() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    kept = Door().say("request.submit", traceparent=trace)
    dropped = Door().say("request.submit", traceparent="my own words")

    assert events(kept)[0].traceparent == trace
    assert events(dropped)[0].traceparent is None


def test_answers_are_numbered_by_participant_without_a_gap() -> None:
    door = Door()

    numbers = [
        events(door.send(b"{", participant=who))[0].number
        for who in (AGENCY, PROVIDER, AGENCY, AGENCY)
    ]

    assert numbers == [1, 1, 2, 3]


def test_deciding_twice_gives_the_same_events() -> None:
    first, second = (Door().say("request.submit") for _ in range(2))

    assert events(first) == events(second)


def test_nothing_the_sender_wrote_is_in_a_refusal_but_its_reference() -> None:
    secret = "zanzibar"
    bad = submission(
        topics=[secret], program=secret, service_forms=[secret], agency=agency(name=secret)
    )

    decisions = [
        Door().say("request.submit", bad, id=secret, subject=secret),
        Door().say("request.submit", bad, type=f"gov.cri.{secret}.v1"),
        Door().say("request.submit", bad, **{secret: secret}),
        Door().send(event("request.submit", {secret: {secret: 1}}, time=secret)),
    ]

    for decision in decisions:
        assert secret not in str(decision)
