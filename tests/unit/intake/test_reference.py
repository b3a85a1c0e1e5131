from datetime import timedelta
from typing import Any

import pytest

from services.intake.registry import Registry
from tests.examples.door import Door, codes, events, reasons, types
from tests.examples.inbound import (
    AT,
    OFFICE,
    data_of,
    rule,
    ruleset,
    submission,
)


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
    door.batch.registry = Registry()
    itself = {"id": OFFICE, "kind": "program_office", "name": "Office"}

    other = door.say("participant.register", data_of("participant.register", ""))
    first = door.say("participant.register", itself)
    then = door.say("participant.register", data_of("participant.register", ""))
    usurper = door.say("participant.register", itself | {"id": "usurper"}, sender="usurper")

    assert codes(other) == ["source_not_registered"]
    assert types(first) == types(then) == ["participant_registered"]
    assert events(first)[0].data.sources == [f"urn:cri:{OFFICE}"]
    assert codes(usurper) == ["source_not_registered"]


def test_what_is_registered_holds_for_the_next_message_of_the_batch() -> None:
    door = Door()

    door.say("topic.define", data_of("topic.define", ""))
    decision = door.say("request.submit", submission(topics=["traffic"]))

    accepted: Any = events(decision)[0]
    assert accepted.data.topics == ["traffic_safety"]
    assert accepted.data.reference_version == 1


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
    "a state that is none": (
        {"rules": [rule(when=[{"fact": "agency.state", "in": ["US-CA", "California"]}])]},
        "/data/rules/0/when/0/in/1",
    ),
    "a service form that is none": (
        {"rules": [rule(when=[{"fact": "request.service_forms", "has": "a_good_word"}])]},
        "/data/rules/0/when/0/has",
    ),
    "a list of no fact to fit in": (
        {"rules": [rule(when=[{"fact": "agency.state", "fits": "provider.mood"}])]},
        "/data/rules/0/when/0/fits",
    ),
    "a lane twice": ({"lanes": ["urgent", "urgent"]}, "/data/lanes"),
    "an unknown tie-break": ({"tie_break": ["mood"]}, "/data/tie_break/0"),
    "an unknown clock": (
        {"clocks": {"lunch": {"amount": 1, "unit": "hours"}}},
        "/data/clocks",
    ),
    "a holiday that is no date": (
        {"calendar": {"holidays": ["July 4"]}},
        "/data/calendar/holidays/0",
    ),
    "a calendar that has ended": (
        {"calendar": {"holidays": ["2024-12-25", "2025-12-25"]}},
        "/data/calendar/holidays",
    ),
    "a link to a zone's file": ({"calendar": {"zone": "localtime"}}, "/data/calendar/zone"),
    "a zone that is none": ({"calendar": {"zone": "Mars/Olympus"}}, "/data/calendar/zone"),
}


@pytest.mark.parametrize("case", RULESETS)
def test_a_rule_set_that_routing_could_not_use_is_refused_for(case: str) -> None:
    changes, path = RULESETS[case]

    decision = Door().say("ruleset.approve", ruleset(**changes))

    assert ("schema", path) in reasons(decision)
