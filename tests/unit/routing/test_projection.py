"""The fold of published events equals the tables, for random lives."""

import os
from collections.abc import Mapping

from services.routing.life.capacity import Capacity
from services.routing.life.fold import fold
from services.routing.life.projection import Projection
from services.routing.life.request import Request
from shared.catalog.catalog import Catalog
from tests.examples.routing_lives import Lives

LIVES = int(os.environ.get("LIVES", "300"))
"""`make lives` folds 10,000."""
STEPS = 25


def comparable(requests: Mapping[str, Request]) -> dict[str, Request]:
    """Return *requests* without ``fresh``, which no event contains."""
    return {number: request._replace(fresh=False) for number, request in requests.items()}


def used(capacities: Mapping[str, Capacity]) -> dict[str, Capacity]:
    """Return *capacities* without empty rows."""
    return {name: now for name, now in capacities.items() if now != Capacity(name)}


def test_the_fold_of_published_events_equals_the_tables() -> None:
    for seed in range(LIVES):
        lives = Lives(seed)
        lives.live(STEPS)
        projection = Projection(lives.last)
        for event in lives.delivered():
            projection.take(event)

        assert comparable(projection.requests) == comparable(lives.requests), f"seed {seed}"
        assert used(projection.capacities()) == used(lives.settled()), f"seed {seed}"
        assert projection.late == lives.announced(), f"seed {seed}"


def test_events_published_since_a_dump_bring_its_requests_up_to_date() -> None:
    for seed in range(LIVES):
        lives = Lives(seed)
        lives.live(STEPS // 2)
        dump = dict(lives.requests)
        lives.live(STEPS // 2)

        restored = {
            number: fold(
                request,
                [e for e in lives.log if e.subject == number and e.number > request.published],
                Catalog(),
                queue_number=None,
            )
            for number, request in dump.items()
        }

        assert comparable(restored) == comparable({n: lives.requests[n] for n in dump}), seed


def test_events_after_the_last_number_are_ignored() -> None:
    lives = Lives(7)
    lives.live(STEPS)
    last, requests, settled = lives.last, dict(lives.requests), lives.settled()
    lives.live(STEPS)
    projection = Projection(last)
    for event in lives.delivered():
        projection.take(event)

    assert comparable(projection.requests) == comparable(requests)
    assert used(projection.capacities()) == used(settled)
