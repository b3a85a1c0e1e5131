"""Nobody who waited for a program to open is offered before one with an earlier place."""

from typing import Any

from deploy.demo.waiting_order import overtakings, releases

Record = dict[str, Any]
OPENED, LATER = "2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00.250000+00:00"


def waited(request: str) -> Record:
    return {"kind": "triage", "request": request, "outcome": "not_open"}


def offered(
    request: str, place: int, seen: dict[str, int], *, at: str = OPENED, lane: str = "a.standard"
) -> Record:
    candidates = [[provider, "+", 0, 9, 0, last] for provider, last in seen.items()]
    return {"kind": "match", "request": request, "outcome": "offered", "at": at, "lane": lane,
            "queue_number": place, "candidates": candidates}  # fmt: skip


def test_offers_in_the_order_of_the_places_are_right() -> None:
    records = [waited("R-1"), offered("R-1", 1, {"iacp": 0, "nsa": 0}),
               waited("R-2"), offered("R-2", 2, {"iacp": 70, "nsa": 0}),
               waited("R-3"), offered("R-3", 3, {"iacp": 70, "nsa": 71}, at=LATER)]  # fmt: skip

    found = releases(records)

    assert [each.queue_number for each in found] == [1, 2, 3]
    assert overtakings(found) == []


def test_a_later_place_whose_offer_was_made_at_an_earlier_time_is_named() -> None:
    records = [waited("R-1"), offered("R-1", 1, {"iacp": 70}, at=LATER),
               waited("R-2"), offered("R-2", 2, {"iacp": 0})]  # fmt: skip

    assert overtakings(releases(records)) == [
        "R-2 (number 2 of a.standard) was offered before R-1 (number 1),"
        " which waited for the same opening"
    ]


def test_in_one_transaction_what_each_saw_of_a_provider_tells_who_came_first() -> None:
    records = [waited("R-1"), offered("R-1", 1, {"iacp": 70, "nsa": 0}),
               waited("R-2"), offered("R-2", 2, {"iacp": 0, "ntoa": 0})]  # fmt: skip

    assert len(overtakings(releases(records))) == 1


def test_each_lane_has_an_order_of_its_own() -> None:
    records = [waited("R-1"), offered("R-1", 1, {"iacp": 70}, at=LATER),
               waited("R-2"), offered("R-2", 2, {"iacp": 0}, lane="a.urgent")]  # fmt: skip

    assert overtakings(releases(records)) == []


def test_who_never_waited_and_who_found_no_room_is_not_compared() -> None:
    no_room = offered("R-2", 2, {}) | {"outcome": "waiting"}
    records = [offered("R-1", 1, {"iacp": 70}, at=LATER), waited("R-2"), no_room,
               offered("R-2", 2, {"iacp": 9}), waited("R-3"), offered("R-3", 3, {"iacp": 0}),
               offered("R-3", 3, {"iacp": 80}, at=LATER)]  # fmt: skip

    assert [(each.tracking_number, each.seen) for each in releases(records)] == [
        ("R-3", {"iacp": 0})
    ]


def test_who_was_referred_or_directed_meanwhile_no_longer_waits_for_the_opening() -> None:
    ended = {"kind": "closed", "request": "R-1", "outcome": "referred"}
    routed = {"kind": "direction", "request": "R-2", "outcome": "routed"}
    records = [waited("R-1"), ended, offered("R-1", 1, {"iacp": 70}, at=LATER),
               waited("R-2"), routed, offered("R-2", 2, {"iacp": 0})]  # fmt: skip

    assert releases(records) == []
