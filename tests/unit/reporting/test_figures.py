"""The live figures of operators are exact; each names its unit."""

from datetime import UTC, datetime

from services.reporting.figures import Count, Durations, Figure, Volumes, Wait, live_figures

SINCE = datetime(2026, 3, 2, tzinfo=UTC)


def figures() -> dict[tuple[str, str, str, str], Figure]:
    found = live_figures(
        counts=[Count("all", "all", 7), Count("goal", "trust", 3)],
        statuses={"waiting": 4},
        waits=[
            Wait("critical-response", "program_not_open", 3, SINCE, SINCE),
            Wait("cri-tac", "no_capacity", 1, SINCE, None),
        ],
        durations=[Durations("triage_to_offer", "all", "all", 2, 1.23456, 2)],
        volumes=[
            Volumes("offers", "event", "made", 5),
            Volumes("offers", "made_to", "iacp", 5),
            Volumes("offers", "made_to", "cna", 4),
            Volumes("offers", "accepted_by", "iacp", 3),
        ],
        recommendations=[Count("area_goal", "trust", 2)],
    )
    return {(f.figure, f.breakdown, f.group, f.measure): f for f in found}


def test_small_counts_are_exact() -> None:
    found = figures()

    assert found["requests", "all", "all", "count"].value == 7
    assert found["requests", "goal", "trust", "count"].value == 3
    assert found["requests", "status", "waiting", "count"].value == 4
    assert found["offers", "event", "made", "count"].value == 5
    assert found["recommendations", "area_goal", "trust", "count"].value == 2
    assert found["triage_to_offer", "all", "all", "p50"].value == 1.235


def test_offers_for_each_ten_engagements_are_those_of_providers_that_have_any() -> None:
    rates = {key[2]: f.value for key, f in figures().items() if key[3] == "per_10_engagements"}

    assert rates == {"iacp": 16.7}


def test_only_a_program_that_is_not_open_opens() -> None:
    shown = {key[2] for key in figures() if key[3] == "opens_at"}

    assert shown == {"critical-response: program_not_open"}


def test_every_figure_names_its_unit() -> None:
    assert {f.unit for f in figures().values()} == {
        "requests", "moment", "seconds", "offers", "offers per 10 engagements", "recommendations",
    }  # fmt: skip
