from typing import Any

import pytest

from services.routing.rules.rulebook import Panel, compile_rules, fill
from shared.contracts.reference import FACTS
from tests.examples.routing import rule

LOCAL = {
    "agency.cri_type": "local",
    "agency.listed": True,
    "agency.state": "US-CA",
    "request.topics": ("wellness", "training"),
    "request.families": ("general",),
    "request.goals": (),
    "urgency.incident_days": 12,
    "urgency.level": "urgent",
    "agency.sworn_band": None,
}
IACP = {
    "program.id": "cri-tac",
    "provider.id": "iacp",
    "provider.serves": ("local", "state"),
    "provider.topics": ("wellness",),
    "provider.states": (),
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"fact": "agency.cri_type", "in": ["local", "state"]}, True),
        ({"fact": "agency.cri_type", "in": ["campus"]}, False),
        ({"fact": "request.topics", "has": "training"}, True),
        ({"fact": "request.topics", "has": "policy"}, False),
        ({"fact": "request.topics", "overlaps": "provider.topics"}, True),
        ({"fact": "request.topics", "overlaps": "provider.states"}, True),
        ({"fact": "request.families", "overlaps": "provider.topics"}, False),
        ({"fact": "agency.cri_type", "within": "provider.serves"}, True),
        ({"fact": "agency.state", "within": "provider.states"}, False),
        ({"fact": "agency.state", "fits": "provider.states"}, True),
        ({"fact": "agency.cri_type", "fits": "provider.serves"}, True),
        ({"fact": "agency.state", "fits": "provider.serves"}, False),
        ({"fact": "request.topics", "fits": "provider.topics"}, True),
        ({"fact": "request.topics", "fits": "provider.serves"}, False),
        ({"fact": "request.goals", "fits": "provider.serves"}, True),
        ({"fact": "agency.sworn_band", "fits": "provider.serves"}, True),
        ({"fact": "agency.listed", "is": True}, True),
        ({"fact": "urgency.level", "is": "urgent"}, True),
        ({"fact": "urgency.level", "is": "standard"}, False),
        ({"fact": "urgency.incident_days", "at_most": 12}, True),
        ({"fact": "urgency.incident_days", "at_least": 13}, False),
        ({"fact": "urgency.incident_days", "at_least": 1, "at_most": 20}, True),
        ({"fact": "agency.sworn_band", "at_most": 12}, False),
        ({"fact": "agency.sworn_band", "in": ["0"]}, False),
        ({"fact": "provider.id", "is": "iacp"}, True),
        ({"fact": "nobody.knows", "is": "iacp"}, False),
        ({"fact": "agency.cri_type"}, False),
    ],
)
def test_a_condition_holds_or_does_not(condition: dict[str, Any], holds: bool) -> None:
    one = rule("one", "provider", "prefer", condition, weight=1)
    panel = Panel(compile_rules([one], "provider"), [IACP])

    evaluation = panel.evaluate({**LOCAL, "nobody.knows": None})

    assert evaluation.verdicts == ("m" if holds else "-",)


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_a_test_that_does_not_suit_its_fact_fails_and_ends_nothing(fact: str) -> None:
    tests: list[dict[str, Any]] = [
        *({"in": ["12"]}, {"has": "12"}, {"is": "12"}, {"is": 12}, {"is": True}),
        *({"at_most": 12}, {"at_least": 12}),
        *({name: other} for name in ("overlaps", "within", "fits") for other in sorted(FACTS)),
    ]
    rules = [
        rule(f"r{number}", "provider", "prefer", {"fact": fact, **test}, weight=1)
        for number, test in enumerate(tests)
    ]
    unknown = dict.fromkeys(FACTS)
    for request in ({**unknown, **LOCAL, "agency.ori_stated": True}, unknown):
        evaluation = Panel(compile_rules(rules, "provider"), [IACP]).evaluate(request)

        assert len(evaluation.verdicts[0]) == len(tests)


def test_a_rule_matches_when_all_its_conditions_hold() -> None:
    both = rule(
        "both", "provider", "prefer",
        {"fact": "urgency.level", "is": "urgent"}, {"fact": "agency.listed", "is": False},
    )  # fmt: skip
    panel = Panel(compile_rules([both], "provider"), [IACP])

    assert panel.evaluate(LOCAL).verdicts == ("-",)
    assert panel.evaluate({**LOCAL, "agency.listed": False}).verdicts == ("m",)


def test_a_candidate_that_misses_a_requirement_or_is_excluded_does_not_pass() -> None:
    candidates = [{**IACP, "provider.id": name} for name in ("a", "b", "c")]
    rules = [
        rule("not-a", "provider", "exclude", {"fact": "provider.id", "is": "a"}),
        rule("a-or-b", "provider", "require", {"fact": "provider.id", "in": ["a", "b"]}),
        rule("b-first", "provider", "prefer", {"fact": "provider.id", "is": "b"}, weight=7),
    ]
    panel = Panel(compile_rules(rules, "provider"), candidates)

    evaluation = panel.evaluate(LOCAL)

    assert evaluation.verdicts == ("mm-", "-mm", "---")
    assert evaluation.passing == (1,)
    assert evaluation.scores == (0, 7, 0)
    assert [r.id for r in panel.failed(evaluation, 0)] == ["not-a"]
    assert [r.id for r in evaluation.matched[1]] == ["a-or-b", "b-first"]


def test_a_rule_of_another_program_does_not_apply() -> None:
    other = rule(
        "other", "provider", "require", {"fact": "provider.id", "is": "x"},
        programs=["critical-response"],
    )  # fmt: skip
    panel = Panel(compile_rules([other], "provider"), [IACP])

    assert panel.evaluate(LOCAL).verdicts == (".",)
    assert panel.evaluate(LOCAL).passing == (0,)


def test_cached_verdicts_depend_on_the_facts_that_rules_read() -> None:
    in_california = rule("ca", "provider", "require", {"fact": "agency.state", "is": "US-CA"})
    panel = Panel(compile_rules([in_california], "provider"), [IACP])

    verdicts = [
        panel.evaluate({**LOCAL, "agency.state": state}).verdicts
        for state in ("US-CA", "US-TX", "US-CA")
    ]

    assert verdicts == [("m",), ("-",), ("m",)]


def test_sentences_are_filled_with_facts() -> None:
    sentence = fill("{provider.id}: {request.topics}, {agency.sworn_band}", LOCAL, IACP)

    assert sentence == "iacp: wellness, training, unknown"
