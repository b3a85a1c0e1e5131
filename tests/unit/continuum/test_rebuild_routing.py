"""Rows are compared with the published events; only differing fields are named."""

from continuum.rebuild.compare import Difference
from continuum.rebuild.routing import compare_capacities, compare_requests
from services.routing.life.projection import Projection
from tests.examples.routing_lives import PROVIDERS, Lives, older


def lived(seed: int = 3) -> tuple[Lives, Projection]:
    lives = Lives(seed)
    lives.live(40)
    projection = Projection(lives.last)
    for event in lives.delivered():
        projection.take(event)
    return lives, projection


def test_rows_that_follow_from_what_was_published_do_not_differ() -> None:
    lives, projection = lived()

    requests = compare_requests(lives.requests.values(), projection, missing=())
    capacities = compare_capacities(lives.settled(), projection)

    assert (requests.compared, requests.not_recorded) == (len(lives.requests), 0)
    assert capacities.compared > 0
    assert [*requests.differences, *capacities.differences] == []


def test_a_row_that_differs_is_named_with_its_fields() -> None:
    lives, projection = lived()
    [number, *_] = lives.requests
    altered = lives.requests[number]._replace(status="lost", waits_for="nothing", fresh=True)
    rows = {**lives.requests, number: altered}

    found = compare_requests(rows.values(), projection, missing=["CRI-2026-000009-V"])

    assert list(found.differences) == [
        Difference("requests", number, "differs in status, waits_for"),
        Difference("requests", "CRI-2026-000009-V", "is missing in the live table"),
    ]


def test_a_capacity_without_published_events_differs() -> None:
    lives, projection = lived()
    capacities = lives.settled()
    made_up = next(iter(capacities.values()))._replace(provider="nobody")

    found = compare_capacities({**capacities, "nobody": made_up}, projection)

    [difference] = found.differences
    assert difference.key == "nobody"


def test_a_request_of_an_earlier_release_is_left_out_until_it_is_recorded() -> None:
    lives, projection = lived()
    rows = [request._replace(recorded=0) for request in lives.requests.values()]

    found = compare_requests(rows, projection, missing=())

    assert (found.compared, found.not_recorded) == (0, len(rows))


def test_what_requests_take_is_not_compared_while_one_is_unknown() -> None:
    lives, _ = lived()
    [number, *_] = lives.requests
    projection = Projection(lives.last)
    for event in lives.delivered():
        projection.take(older(event) if event.subject == number else event)
    rows = {name: row._replace(load=99) for name, row in lives.settled().items()}

    found = compare_capacities(rows, projection)

    assert (found.compared, *found.differences) == (0,)
    assert found.not_recorded == len(rows)
    assert number not in projection.requests


def test_capacities_are_compared_in_what_was_published_since_an_upgrade() -> None:
    compared = 0
    for seed in range(100):
        lives = Lives(seed)
        lives.live(20)
        lives.upgrade()
        lives.live(20)
        projection = Projection(lives.last)
        for event in lives.delivered():
            projection.take(event)

        found = compare_capacities(lives.settled(), projection)

        assert not found.differences, f"seed {seed}"
        compared += found.compared
    assert compared > 0


def test_the_last_declaration_and_offer_of_an_earlier_release_are_not_compared() -> None:
    lives = Lives(3)
    lives.live(40)
    lives.upgrade()
    projection = Projection(lives.last)
    for event in lives.delivered():
        projection.take(event)
    settled = lives.settled()
    elsewhere = {
        name: row._replace(entries="[]", last_offer=row.last_offer and 1)
        for name, row in settled.items()
    }
    loaded = {name: row._replace(load=99) for name, row in settled.items()}

    assert not compare_capacities(elsewhere, projection).differences
    assert [each.what for each in compare_capacities(loaded, projection).differences] == [
        "differs in load"
    ] * len(settled)


def test_what_is_free_is_not_compared_if_an_earlier_release_ran_after_the_declaration() -> None:
    lives = Lives(3)
    lives.live(40)
    newer = {(event.subject, event.number): event for event in lives.log}
    lives.upgrade()
    projection = Projection(lives.last)
    for event in lives.delivered():
        declares = event.subject in PROVIDERS
        projection.take(newer[event.subject, event.number] if declares else event)
    settled = lives.settled()
    rounded = {name: row._replace(free=(99, *row.free)) for name, row in settled.items()}
    altered = {
        name: row._replace(entries="[]") for name, row in settled.items() if row.declaration
    }

    assert not compare_capacities(rounded, projection).differences
    assert [each.what for each in compare_capacities(altered, projection).differences] == [
        "differs in entries"
    ] * len(altered)
    assert altered
