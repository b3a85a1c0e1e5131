"""No later request of a lane overtakes an earlier one without a recorded reason."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import decide
from services.routing.rules.decisions import decode
from services.routing.rules.in_force import RulesCache
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, catalog, provider, rules_with, ruleset

PROVIDERS = {"aa": [], "bb": ["wellness"], "cc": ["policy"]}
RULES = rules_with(providers=[provider(name, topics=topics) for name, topics in PROVIDERS.items()])
TOPICS = st.sampled_from(["wellness", "policy", "other"])


def room(can_take: dict[str, int]) -> dict[str, Capacity]:
    events = [examples.declared(name, left) for name, left in can_take.items()]
    changes = [declared(event.subject, event.data, declaration=event.id) for event in events]
    return {change.provider: apply(Capacity(change.provider), change) for change in changes}


@given(
    st.lists(TOPICS, min_size=1, max_size=12),
    st.fixed_dictionaries({name: st.integers(0, 4) for name in PROVIDERS}),
)
def test_a_request_that_is_passed_over_has_a_record_of_the_reason(
    topics: list[str], can_take: dict[str, int]
) -> None:
    waiting = [
        decide(None, Sender(n, topics=[topic]).accepted(), RULES, at=AT).request
        for n, topic in enumerate(topics, 1)
    ]

    outcomes = match_in_order(LaneStep("cri-tac", True, RULES, room(can_take), AT), waiting)

    records: list[dict[str, Any]] = [decode(outcome.records[0].text) for outcome in outcomes]
    for index, later in enumerate(records):
        for earlier in records[:index]:
            if later["outcome"] == "offered" and earlier["outcome"] != "offered":
                known = {name: (verdicts, entry) for name, verdicts, entry, *_ in
                         earlier["candidates"]}  # fmt: skip
                assert (
                    known[later["provider"]][1] is None
                )  # no capacity, or it did not pass the rules
    offered = [record["provider"] for record in records if record["outcome"] == "offered"]
    assert all(offered.count(name) <= left for name, left in can_take.items())


def test_of_two_effective_rule_sets_the_one_approved_later_is_in_force() -> None:
    corrected = ruleset(version=2)

    found = RulesCache().in_force(catalog(corrected), at=AT)

    assert found.ruleset == corrected


def test_a_provider_serves_while_it_is_in_effect() -> None:
    until = AT + timedelta(days=1)
    rules = rules_with(provider("fop", effective_until=until))

    assert "fop" in rules.providers("cri-tac", at=AT).names
    assert "fop" not in rules.providers("cri-tac", at=until).names
