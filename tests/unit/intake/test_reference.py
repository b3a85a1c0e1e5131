from datetime import timedelta
from typing import Any

import pytest

from services.intake.registry import Registry, topic_ids
from shared.contracts.reference import TopicOfHelp
from tests.examples.inbound import (
    AT,
    OFFICE,
    calendar,
    data_of,
    rule,
    ruleset,
    submission,
)
from tests.examples.intake import Intake, codes, events, reasons, types


def test_an_unregistered_participant_is_always_refused() -> None:
    intake = Intake()

    whole = intake.send("request.submit", sender="stranger")
    garbage = intake.send_raw(b"{", participant="stranger")

    assert codes(whole) == ["source_not_registered"]
    assert codes(garbage) == ["not_json", "source_not_registered"]


def test_a_source_is_refused_if_it_only_begins_like_a_registered_one() -> None:
    intake = Intake()

    outside = [
        intake.send("request.submit", source=source)
        for source in ("urn:cri:ny-post", "urn:cri:ca-postal", "urn:cri:ca")
    ]
    inside = intake.send("request.submit", source="urn:cri:ca-post")

    assert [reasons(decision) for decision in outside] == [
        [("source_not_registered", "/source")]
    ] * 3
    assert inside.outcome == "applied"


def test_an_expired_registration_is_not_effective() -> None:
    intake = Intake()
    ended = data_of("participant.register", "") | {
        "effective_until": (AT - timedelta(days=1)).isoformat()
    }
    intake.send("participant.register", ended)

    decision = intake.send("status.ask", sender="ny-post")

    assert codes(decision) == ["source_not_registered"]


def test_only_the_program_office_may_register_itself() -> None:
    intake = Intake()
    intake.batch.registry = Registry()
    itself = {"id": OFFICE, "kind": "program_office", "name": "Office"}

    other = intake.send("participant.register", data_of("participant.register", ""))
    first = intake.send("participant.register", itself)
    then = intake.send("participant.register", data_of("participant.register", ""))
    usurper = intake.send("participant.register", itself | {"id": "usurper"}, sender="usurper")

    assert codes(other) == ["source_not_registered"]
    assert types(first) == types(then) == ["participant_registered"]
    assert events(first)[0].data.sources == [f"urn:cri:{OFFICE}"]
    assert codes(usurper) == ["source_not_registered"]


def test_a_definition_is_effective_for_the_next_message_of_the_batch() -> None:
    intake = Intake()

    intake.send("topic.define", data_of("topic.define", ""))
    decision = intake.send("request.submit", submission(topics=["traffic"]))

    accepted: Any = events(decision)[0]
    assert accepted.data.topics == ["traffic_safety"]
    assert accepted.data.reference_version == 1


def topic(code: str, *aliases: str) -> dict[str, Any]:
    return {"id": code, "name": code, "aliases": list(aliases)}


@pytest.mark.parametrize(
    ("defined", "asked", "means"),
    [
        ([topic("traffic"), topic("roads", "traffic")], "traffic", "traffic"),
        ([topic("roads", "traffic"), topic("traffic")], "traffic", "traffic"),
        ([topic("roads", "cars"), topic("streets", "cars")], "cars", "roads"),
        ([topic("roads", "cars"), topic("streets", "cars"), topic("roads")], "cars", "streets"),
        ([topic("roads", "cars"), topic("roads", "lanes")], "lanes", "roads"),
        ([topic("roads", "cars"), topic("roads", "lanes")], "cars", None),
    ],
)
def test_a_code_is_an_id_or_a_current_alias_in_the_same_batch_and_in_the_next(
    defined: list[dict[str, Any]], asked: str, means: str | None
) -> None:
    intake = Intake()

    for data in defined:
        assert types(intake.send("topic.define", data)) == ["topic_defined"]

    in_batch = intake.batch.registry.topics
    reloaded = topic_ids(
        {each["id"]: TopicOfHelp.model_validate(each) for each in defined}.values()
    )
    assert in_batch.get(asked) == reloaded.get(asked) == means


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
    "a holiday in another form of ISO 8601": (
        {"calendar": {"holidays": ["20271225"]}},
        "/data/calendar/holidays/0",
    ),
    "a calendar that has ended": (
        {"calendar": {"holidays": ["2024-12-25", "2025-12-25"]}},
        "/data/calendar/holidays",
    ),
    "a link to a zone's file": ({"calendar": {"zone": "localtime"}}, "/data/calendar/zone"),
    "a zone that is none": ({"calendar": {"zone": "Mars/Olympus"}}, "/data/calendar/zone"),
}


CALENDARS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "a holiday that is no date": (
        {"holidays": ["July 4"]},
        ("schema", "/data/holidays/0"),
    ),
    "a calendar that has ended": ({"holidays": ["2025-12-25"]}, ("schema", "/data/holidays")),
    "a zone that is none": ({"zone": "Mars/Olympus"}, ("schema", "/data/zone")),
    "a closure that ends before it begins": (
        {"closures": [{"from": "2026-12-25", "until": "2026-12-24", "reason": "storm"}]},
        ("dates_contradict", "/data/closures/0/until"),
    ),
    "a closure in a year that cannot be": (
        {"closures": [{"from": "0226-12-25", "until": "2026-12-26", "reason": "storm"}]},
        ("value_out_of_range", "/data/closures/0/from"),
    ),
}


@pytest.mark.parametrize("case", CALENDARS)
def test_an_unusable_calendar_is_refused(case: str) -> None:
    changes, reason = CALENDARS[case]

    decision = Intake().send("calendar.define", calendar(**changes), sender=OFFICE)

    assert reason in reasons(decision)


def test_a_rule_set_names_a_calendar_that_is_defined() -> None:
    intake = Intake()

    early = intake.send("ruleset.approve", ruleset(calendar_id="federal"))
    intake.send("calendar.define", calendar(), sender=OFFICE)
    then = intake.send("ruleset.approve", ruleset(calendar_id="federal", version=2))

    assert reasons(early) == [("schema", "/data/calendar_id")]
    assert then.outcome == "applied"


@pytest.mark.parametrize("case", RULESETS)
def test_an_unusable_rule_set_is_refused(case: str) -> None:
    changes, path = RULESETS[case]

    decision = Intake().send("ruleset.approve", ruleset(**changes))

    assert ("schema", path) in reasons(decision)


@pytest.mark.parametrize("holiday", ["1899-12-25", "9999-12-25"])
def test_a_holiday_in_a_year_that_cannot_be_is_refused(holiday: str) -> None:
    holidays = ["2027-12-25", holiday]

    decision = Intake().send("ruleset.approve", ruleset(calendar={"holidays": holidays}))

    assert reasons(decision) == [("value_out_of_range", "/data/calendar/holidays/1")]
