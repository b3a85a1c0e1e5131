"""What may be seen: small counts hidden, and not to be worked out from what is shown."""

from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from services.reporting.figures import (
    SMALL,
    Count,
    Durations,
    Figure,
    Volumes,
    Wait,
    hide_small,
    public_figures,
)

SINCE = datetime(2026, 3, 2, tzinfo=UTC)


def figures(
    *counts: tuple[str, str, int], waits: tuple[Wait, ...] = ()
) -> dict[tuple[str, str, str, str], Figure]:
    found = public_figures(
        counts=[Count(*count) for count in counts], waits=waits, durations=[], volumes=[]
    )
    return {(f.figure, f.breakdown, f.group, f.measure): f for f in found}


def test_large_counts_and_zeros_are_shown() -> None:
    assert hide_small({"a": 11, "b": 0, "c": 300}, total_shown=True) == {"a": 11, "b": 0, "c": 300}


def test_small_counts_are_hidden() -> None:
    counts = {"a": 8, "b": 7, "c": 40}

    assert hide_small(counts, total_shown=True) == {"a": None, "b": None, "c": 40}


def test_one_small_count_alone_hides_the_next_larger_one() -> None:
    counts = {"a": 3, "b": 50, "c": 0, "d": 40}

    assert hide_small(counts, total_shown=True) == {"a": None, "b": 50, "c": 0, "d": None}


def test_two_that_are_small_together_hide_the_next_larger_one() -> None:
    counts = {"a": 1, "b": 1, "c": 50, "d": 60}

    assert hide_small(counts, total_shown=True) == {"a": None, "b": None, "c": None, "d": 60}


def test_a_hidden_total_hides_its_parts() -> None:
    assert hide_small({"a": 20, "b": 30}, total_shown=False) == {"a": None, "b": None}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)))
def test_no_small_count_can_be_worked_out_from_a_total_that_is_shown(
    counts: dict[str, int],
) -> None:
    assume(sum(counts.values()) > SMALL)

    cells = hide_small(counts, total_shown=True)

    hidden = [counts[group] for group, value in cells.items() if value is None]
    assert all(value is None or not 0 < value <= SMALL for value in cells.values())
    assert len(hidden) != 1
    if hidden and any(cells.values()):
        assert sum(hidden) > SMALL
        assert sum(hidden) != SMALL * len(hidden)


def test_the_lanes_of_a_program_do_not_give_away_a_small_one() -> None:
    found = figures(
        ("all", "all", 60),
        ("program", "cri-tac", 42),
        ("program", "critical-response", 18),
        ("lane", "cri-tac.standard", 42),
        ("lane", "critical-response.standard", 15),
        ("lane", "critical-response.urgent", 3),
    )

    assert found["requests", "lane", "cri-tac.standard", "count"].value == 42
    assert found["requests", "lane", "critical-response.standard", "count"].value is None
    assert found["requests", "lane", "critical-response.urgent", "count"].value is None


def test_since_when_requests_wait_is_hidden_with_their_count() -> None:
    few = Wait("critical-response", "program_not_open", 4, SINCE, SINCE)
    some = Wait("cri-tac", "no_capacity", 9, SINCE, None)
    many = Wait("organizational-assessment", "program_not_open", 30, SINCE, SINCE)

    found = figures(
        ("all", "all", 90), ("status", "waiting", 43), ("status", "closed", 47),
        waits=(few, some, many),
    )  # fmt: skip

    shown_groups = {key[2] for key in found if key[0] == "waiting" and key[3] == "since"}
    assert shown_groups == {"organizational-assessment: program_not_open"}


def test_times_of_ten_requests_or_fewer_are_hidden() -> None:
    rows = [
        Durations("triage_to_offer", "all", "all", 11, 1.23456, 2),
        Durations("triage_to_offer", "program", "cri-tac", 10, 1, 2),
    ]

    found = public_figures(counts=[], waits=[], durations=rows, volumes=[])

    values = {(f.breakdown, f.measure): f.value for f in found if f.figure == "triage_to_offer"}
    assert values == {
        ("all", "p50"): 1.235,
        ("all", "p90"): 2,
        ("program", "p50"): None,
        ("program", "p90"): None,
    }


def test_other_units_are_rounded_to_tens() -> None:
    volumes = [Volumes("offers", "made", 104), Volumes("offers", "lapsed", 4)]

    found = public_figures(counts=[], waits=[], durations=[], volumes=volumes)

    assert {f.group: f.value for f in found if f.figure == "offers"} == {
        "made": 100,
        "lapsed": None,
    }


def test_every_status_is_listed_and_those_of_nobody_are_zero() -> None:
    found = figures(("all", "all", 30), ("status", "waiting", 30))

    assert found["requests", "status", "withdrawn", "count"].value == 0
    assert found["requests", "status", "waiting", "count"].value == 30
