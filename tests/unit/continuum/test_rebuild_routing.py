"""Rows beside what was published: what differs is named by its fields, and nothing else is."""

from continuum.rebuild.compare import Difference
from continuum.rebuild.routing import compare_capacities, compare_requests
from services.routing.life.projection import Projection
from tests.examples.routing_lives import Lives


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


def test_a_capacity_that_nothing_was_published_of_differs() -> None:
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


def test_no_capacity_is_compared_while_a_request_is_unknown() -> None:
    lives, _ = lived()
    [number, *_] = lives.requests
    projection = Projection(lives.last)
    for event in lives.delivered():
        if event.subject == number:
            event = event._replace(value=event.value.replace(b'"decided"', b'"was"'))
        projection.take(event)

    found = compare_capacities(lives.settled(), projection)

    assert found.compared == 0
    assert found.not_recorded > 0
    assert number not in projection.requests
