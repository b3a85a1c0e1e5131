"""What offers of releases before 0.3.0 took, from the times and the order of declarations."""

import json
from collections import defaultdict
from datetime import timedelta

from services.routing.life.older_offers import Declared, OlderOffer, entries_of
from services.routing.life.request import CapacityChange
from services.routing.rules.facts import encode_facts, request_facts
from tests.examples.routing import AT, catalog, facts

HOUR = timedelta(hours=1)
FACTS = encode_facts(request_facts(facts(), catalog()))


def declaration(name: str, *room: int) -> CapacityChange:
    entries = [
        {"topics": [], "agency_types": [], "states": [], "service_forms": [], "can_take": each}
        for each in room
    ]
    return CapacityChange("iacp", name, AT + 365 * 24 * HOUR, json.dumps(entries))


DECLARED: dict[str, list[Declared]] = {
    "iacp": [(None, declaration("first", 1, 2)), (AT + HOUR, declaration("second", 5))]
}


def offer(number: str, *, hours: float, cause: str = "other", taken: bool = True) -> OlderOffer:
    return OlderOffer(number, FACTS, AT + hours * HOUR, cause, "iacp", taken)


def test_an_offer_took_the_first_free_entry_of_the_declaration_before_it() -> None:
    taken: dict[tuple[str | None, int], int] = defaultdict(int)
    offers = [offer("A", hours=0.5), offer("B", hours=0.6), offer("C", hours=1.5)]

    found = entries_of(offers, DECLARED, taken)

    assert found == [("A", "first", 0), ("B", "first", 1), ("C", "second", 0)]
    assert taken == {("first", 0): 1, ("first", 1): 1, ("second", 0): 1}


def test_an_offer_took_of_the_declaration_that_caused_it() -> None:
    found = entries_of([offer("A", hours=0.5, cause="second")], DECLARED, defaultdict(int))

    assert found == [("A", "second", 0)]


def test_an_offer_that_was_declined_takes_nothing() -> None:
    offers = [offer("A", hours=0.5, taken=False), offer("B", hours=0.6)]

    found = entries_of(offers, DECLARED, defaultdict(int))

    assert found == [("A", "first", 0), ("B", "first", 0)]


def test_an_offer_to_a_provider_without_a_declaration_is_left_out() -> None:
    assert entries_of([offer("A", hours=0.5)], {}, defaultdict(int)) == []
