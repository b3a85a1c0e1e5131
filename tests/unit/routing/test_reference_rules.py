"""Matching with the rule sets of `deploy/reference`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.participants.agencies import reference
from services.routing.rules.facts import request_facts
from services.routing.rules.matching import Availability, match
from shared.contracts.reference import RuleSet
from tests.examples.routing import catalog, facts, provider, rules_with

RULESETS = [RuleSet.model_validate(rules) for rules in reference("rulesets")]
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def asked_first(rules: RuleSet, asking: dict[str, Any], **offered: Any) -> str | None:
    """Return which of two providers gets the offer: one with *offered*, or one that offers all."""
    asking = {"agency": {"state": "US-CA"}, **asking}
    some = provider("some", families=["general"], **offered)
    every = provider("with-all", families=["general"])
    found = match(
        request_facts(facts(**asking), catalog()),
        rules_with(ruleset=rules, providers=[some, every], at=NOW).providers("cri-tac", at=NOW),
        availability_of={"some": Availability(0, 9), "with-all": Availability(0, 1)}.__getitem__,
        already_asked=(),
    )
    return found.provider


def test_the_latest_version_is_in_force() -> None:
    in_force = [rules for rules in RULESETS if rules.effective_from <= NOW]

    assert max(in_force, key=lambda rules: rules.effective_from).version == len(RULESETS) == 3


@pytest.mark.parametrize(
    ("asking", "offered", "first"),
    [
        ({}, {"states": ["US-NY"]}, "with-all"),
        ({}, {"states": ["US-NY", "US-CA"]}, "some"),
        ({}, {}, "some"),
        ({"service_forms": ["consultation"]}, {"service_forms": ["bias_audit"]}, "with-all"),
        ({"service_forms": ["consultation"]}, {"service_forms": ["consultation"]}, "some"),
        ({"service_forms": []}, {"service_forms": ["bias_audit"]}, "some"),
        ({"service_forms": ["consultation"]}, {}, "some"),
    ],
)
def test_a_provider_is_asked_only_where_it_works_and_for_what_it_offers(
    asking: dict[str, Any], offered: dict[str, Any], first: str
) -> None:
    assert asked_first(RULESETS[-1], asking, **offered) == first


def test_the_version_before_asked_a_provider_of_another_state() -> None:
    assert asked_first(RULESETS[1], {}, states=["US-NY"]) == "some"


def test_a_request_from_a_state_without_a_provider_is_referred() -> None:
    only = [provider("some", families=["general"], states=["US-NY"])]
    elsewhere = rules_with(ruleset=RULESETS[-1], providers=only, at=NOW)

    found = match(
        request_facts(facts(agency={"state": "US-CA"}), catalog()),
        elsewhere.providers("cri-tac", at=NOW),
        availability_of=lambda name: Availability(0, 9),
        already_asked=(),
    )

    assert found.outcome == "referred"
