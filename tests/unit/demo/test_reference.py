"""Intake accepts the files of `deploy/reference`, and they fit together."""

import csv
import gzip
from datetime import date

import pytest
from pydantic import BaseModel

from deploy.participants.agencies import REFERENCE, asking_agencies, reference
from deploy.participants.program_office import calendar, for_business_days
from shared.contracts.inbound import DATA, SERVICE_FORMS
from shared.contracts.reference import CLOCKS, FACTS, TIE_BREAKS, CalendarDefinition, RuleSet

KINDS = {
    "participants": "gov.cri.participant.register.v1",
    "programs": "gov.cri.program.define.v1",
    "topics": "gov.cri.topic.define.v1",
    "providers": "gov.cri.provider.list.v1",
    "rulesets": "gov.cri.ruleset.approve.v1",
}


@pytest.mark.parametrize(("file", "kind"), KINDS.items())
def test_every_entry_is_what_the_door_takes_in(file: str, kind: str) -> None:
    model: type[BaseModel] = DATA[kind]

    entries = [model.model_validate(entry, extra="forbid") for entry in reference(file)]

    ids = [entry.model_dump()["id"] for entry in entries]
    assert entries
    assert len(set(ids)) == len(ids) or file == "rulesets"


def test_the_agency_list_has_every_ori_once_in_order() -> None:
    with gzip.open(REFERENCE / "agencies.csv.gz", "rt", encoding="ascii") as file:
        oris = [row["ori"] for row in csv.DictReader(file)]

    assert len(oris) == 25_023
    assert oris == sorted(set(oris))


def test_participants_hold_every_kind_that_the_demonstration_needs() -> None:
    participants = reference("participants")
    agencies = asking_agencies()

    kinds = [participant["kind"] for participant in participants]
    assert kinds.count("agency_system") >= 8
    assert kinds.count("provider") == 12
    assert "program_office" in kinds
    assert "observer" in kinds
    assert {one.cri_type for one in agencies} >= {
        "state", "local", "territorial", "campus", "tribal"
    }  # fmt: skip
    assert any(one.agency_class == "federal" for one in agencies)
    assert any(one.ori is None for one in agencies)
    assert any(one.ori is not None and not one.listed for one in agencies)


def test_no_two_participants_speak_for_one_agency() -> None:
    oris = [one.ori for one in asking_agencies() if one.ori is not None]

    assert len(oris) == len(set(oris))


def test_topics_are_more_than_sixty_in_three_families_and_say_what_is_verified() -> None:
    topics = reference("topics")

    assert len(topics) > 60
    assert {family for topic in topics for family in topic["families"]} == {
        "general", "sheriff", "tribal"
    }  # fmt: skip
    assert {topic["verified"] for topic in topics} == {True, False}


def test_providers_name_participants_programs_topics_and_forms_that_exist() -> None:
    speaking = {p["id"] for p in reference("participants") if p["kind"] == "provider"}
    programs = {program["id"] for program in reference("programs")}
    topics = {topic["id"] for topic in reference("topics")}

    for provider in reference("providers"):
        assert provider["id"] in speaking
        assert set(provider["programs"]) <= programs
        assert set(provider.get("topics", [])) <= topics
        assert set(provider.get("service_forms", [])) <= set(SERVICE_FORMS)


def test_rules_read_facts_that_exist_and_name_clocks_and_tie_breaks_that_exist() -> None:
    for rules in reference("rulesets"):
        ruleset = RuleSet.model_validate(rules)

        assert {c.fact for rule in ruleset.rules for c in rule.when} <= FACTS
        assert set(ruleset.tie_break) <= TIE_BREAKS
        assert set(ruleset.clocks) == CLOCKS
        assert len({rule.id for rule in ruleset.rules}) == len(ruleset.rules)


def test_holidays_are_dates_of_three_years_with_the_observed_days() -> None:
    holidays = [
        date.fromisoformat(day) for day in reference("rulesets")[0]["calendar"]["holidays"]
    ]

    assert {day.year for day in holidays} == {2026, 2027, 2028}
    assert date(2026, 7, 3) in holidays


def test_the_demonstration_changes_nothing_of_the_rules_but_two_times() -> None:
    rules = reference("rulesets")[1]

    changed = for_business_days(rules)

    ruleset = RuleSet.model_validate(changed)
    assert ruleset.calendar_id == CalendarDefinition.model_validate(calendar()).id
    assert ruleset.calendar.holidays == calendar()["holidays"]
    times = {**changed["clocks"], "offer_answer.urgent": rules["clocks"]["offer_answer.urgent"]}
    assert times == rules["clocks"]
    same = ("id", "version", "rules", "tie_break", "effective_from")
    assert {name: changed[name] for name in same} == {name: rules[name] for name in same}
