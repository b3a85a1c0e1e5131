"""A soak ends with one line, and a sentence for all that is not as it must be."""

from benchmarks.memory import Growth, Sample, growth
from benchmarks.simulation import Simulation
from benchmarks.soak import closing_line, shortfalls
from benchmarks.steady import Progress

_DONE = Progress(submitted=36_000, unanswered=0, unfinished=0, refused=12)


def hour(per_hour: float, *, filling: float = 0.0) -> list[Sample]:
    """Return samples of an hour: 100 MB, what fills in the first quarter, then a straight line."""
    sizes = [
        (second, 100 + filling * min(second / 900, 1) + per_hour * second / 3600)
        for second in range(0, 3601, 10)
    ]
    return [(second, size, size - 20) for second, size in sizes]


def test_what_fills_in_the_first_half_is_no_growth() -> None:
    found = growth("intake", hour(1.0, filling=30.0))

    assert found.flat
    assert (found.begin, round(found.end), round(found.per_hour, 3)) == (100, 131, 1.0)


def test_who_grows_by_a_twentieth_in_an_hour_is_not_flat() -> None:
    assert growth("intake", hour(5.0)).flat
    assert not growth("intake", hour(5.6)).flat


def test_pages_of_files_that_the_machine_takes_back_hide_no_growth() -> None:
    samples = [(at, size - at / 360, own) for at, size, own in hour(6.0)]

    assert round(growth("intake", samples).per_hour, 3) == 6.0


def test_the_closing_line_names_every_service_and_the_steepest_line() -> None:
    grown = [growth("intake", hour(1.0)), growth("routing", hour(2.0))]

    assert closing_line(_DONE, grown, minutes=60) == (
        "soak: 60 minutes, 36000 requests, 0 unanswered, 0 unfinished; "
        "rss intake 100→101 MB, routing 100→102 MB; slope ≤ 2.0 MB/h"
    )
    assert shortfalls(_DONE, grown, minutes=60) == []


def test_each_thing_that_is_missed_has_its_sentence() -> None:
    steep = Growth("routing", begin=100, end=120, per_hour=20, flat=False)
    left = Progress(submitted=100, unanswered=2, unfinished=1, refused=0)

    assert shortfalls(left, [steep], minutes=60) == [
        "2 messages have no answer.",
        "1 requests have not reached their last status.",
        "The memory of routing is not flat: it grows by 20.0 MB an hour.",
    ]
    assert shortfalls(_DONE, [steep], minutes=2) == [
        "Memory is not judged: that requires 30 minutes."
    ]


def test_an_accepted_offer_is_worked_on_until_it_is_closed() -> None:
    simulation = Simulation(today="2026-11-25")

    reactions = simulation.react(
        "iacp", {"type": "gov.cri.engagement.opened.v1", "data": {"engagement_id": "X-E1"}}
    )

    assert [(each.kind, each.data.get("milestone")) for each in reactions] == [
        ("milestone.report", "kick_off"),
        ("milestone.report", "delivered"),
        ("engagement.close", None),
    ]


def test_a_request_is_unfinished_until_it_is_closed_or_waits() -> None:
    simulation = Simulation(today="2026-11-25")

    def unfinished(status: str) -> int:
        data = {"tracking_number": "CRI-1", "status": status}
        simulation.react("system-01", {"type": "gov.cri.request.status_changed.v1", "data": data})
        return simulation.unfinished

    assert [unfinished(status) for status in ("offered", "assigned", "closed")] == [1, 1, 0]
