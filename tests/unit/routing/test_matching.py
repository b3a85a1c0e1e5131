from datetime import timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest

from services.routing.life.capacity import Capacity, apply, availability_lookup, declared, taken
from services.routing.life.request import CapacityChange
from services.routing.rules.facts import Facts, request_facts
from services.routing.rules.matching import Availability, Match, match
from tests.examples import routing as examples
from tests.examples.routing import AT, catalog, facts, provider, rules_with

CAMPUS = {"cri_type": "campus", "agency_class": "university"}


def matched(
    providers: dict[str, Availability], *, already_asked: tuple[str, ...] = (), **asked: Any
) -> Match:
    rules = rules_with(providers=[provider(name) for name in sorted(providers)])
    basis = rules.providers("cri-tac", at=AT)
    return match(
        request_facts(facts(**asked), catalog()),
        basis,
        availability_of=providers.__getitem__,
        already_asked=already_asked,
    )


def asked(**changes: Any) -> Facts:
    return request_facts(facts(**changes), catalog())


def holding(*can_take: int, **kind: Any) -> Capacity:
    event = examples.declared("iacp", *can_take, **kind)
    return apply(Capacity("iacp"), declared(event.subject, event.data, declaration=event.id))


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (Availability(0, 1), Availability(0, 2), "bb"),
        (Availability(0, 2, last_offer=9), Availability(0, 2, last_offer=8), "bb"),
        (Availability(0, 2, load=3), Availability(0, 2, load=2), "bb"),
        (Availability(0, 2), Availability(0, 2), "aa"),
        (Availability(None, 0), Availability(0, 1, load=50), "bb"),
    ],
)
def test_the_tie_break_decides_among_equals(
    first: Availability, second: Availability, chosen: str
) -> None:
    assert matched({"aa": first, "bb": second}).provider == chosen


def test_the_score_of_rules_counts_before_capacity() -> None:
    found = matched({"iaclea": Availability(0, 1), "iacp": Availability(0, 99)}, agency=CAMPUS)

    assert found.provider == "iaclea"
    assert found.decided["order"] == ["iaclea", "iacp"]


def test_no_provider_is_asked_twice() -> None:
    found = matched({"aa": Availability(0, 5), "bb": Availability(0, 1)}, already_asked=("aa",))

    assert found.provider == "bb"


def test_a_request_waits_for_candidates_without_capacity() -> None:
    assert matched({"aa": Availability(None, 0)}).outcome == "waiting"


def test_a_request_is_referred_when_every_provider_was_asked() -> None:
    assert matched({"aa": Availability(0, 5)}, already_asked=("aa",)).outcome == "referred"


def test_each_audience_gets_only_its_own_sentence() -> None:
    because = matched({"iacp": Availability(0, 5), "other": Availability(None, 0)}).because

    assert because.provider == "You serve local agencies."
    assert because.requester == "IACP is asked to help through CRI-TAC."
    assert because.staff.startswith("IACP is the only candidate with capacity.")


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        ({}, True),
        ({"topics": ["wellness", "x"]}, True),
        ({"topics": ["x"]}, False),
        ({"agency_types": ["campus"]}, False),
        ({"states": ["US-CA"]}, True),
        ({"states": ["US-TX"]}, False),
        ({"service_forms": ["policy_review"]}, True),
        ({"service_forms": ["bias_audit"]}, False),
    ],
)
def test_an_entry_fits_or_does_not(kind: dict[str, Any], fits: bool) -> None:
    capacity = holding(3, **kind)
    request = asked(service_forms=["policy_review"])

    seen = availability_lookup({"iacp": capacity}, request, at=AT)("iacp")

    assert (seen.entry, seen.free) == ((0, 3) if fits else (None, 0))


def test_an_offer_takes_one_and_a_decline_gives_it_back() -> None:
    capacity = holding(0, 2)
    after = taken(capacity, entry=1, at=AT)

    again = apply(
        after, CapacityChange("iacp", declaration=after.declaration, entry=1, free=1, load=-1)
    )

    assert (after.free, after.load) == ((0, 1), 1)
    assert (again.free, again.load) == ((0, 2), 0)


def test_capacity_is_not_returned_to_another_declaration() -> None:
    change = CapacityChange("iacp", declaration="an-older-one", entry=0, free=1, load=-1)

    assert apply(holding(2), change).free == (2,)


def test_an_expired_declaration_has_no_capacity() -> None:
    seen = availability_lookup({"iacp": holding(5, until=AT)}, asked(), at=AT)("iacp")

    assert seen.entry is None
    before = AT - timedelta(seconds=1)
    assert availability_lookup({"iacp": holding(5, until=AT)}, asked(), at=before)(
        "iacp"
    ) == Availability(0, 5)


def test_capacity_changes_can_come_in_any_order() -> None:
    full = holding(1)
    taken_and_given_back = [
        CapacityChange("iacp", full.declaration, entry=0, free=free, load=-free)
        for free in (-1, -1, 1)
    ]

    found = {reduce(apply, order, full)[-3:] for order in permutations(taken_and_given_back)}

    assert found == {((0,), 1, 0)}
