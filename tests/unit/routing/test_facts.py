"""Every fact that rules may read has a value, and survives being stored."""

import json

from services.routing.rules.facts import (
    decode_request_facts,
    encode_facts,
    program_facts,
    provider_facts,
    request_facts,
)
from shared.contracts.reference import FACTS, TopicOfHelp
from tests.examples.routing import catalog, facts, program, provider


def test_every_fact_that_rules_may_read_has_a_value() -> None:
    values = {
        **request_facts(facts(), catalog()),
        **program_facts(program()),
        **provider_facts(provider("iacp"), program()),
    }

    assert values.keys() >= FACTS


def test_stored_facts_of_a_request_are_read_back_unchanged() -> None:
    values = request_facts(facts(), catalog())
    stored = encode_facts(values)

    assert any(isinstance(value, list) for value in json.loads(stored).values())
    assert decode_request_facts(stored) == values


def test_the_families_of_a_topic_are_those_of_its_id_whatever_another_topic_calls_itself() -> None:
    own = TopicOfHelp(id="traffic", name="Traffic", families=["general"])
    other = TopicOfHelp(id="roads", name="Roads", families=["tribal"], aliases=["traffic"])

    values = request_facts(facts(topics=["traffic"]), catalog(own, other))

    assert values["request.families"] == ("general",)
