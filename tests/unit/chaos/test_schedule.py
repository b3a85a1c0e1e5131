from itertools import islice, pairwise

import pytest

from shared.runtime.crash_points import POINTS
from tests.system.chaos.coverage import shortfalls
from tests.system.chaos.faults.services import CrashPoints
from tests.system.chaos.profiles import PROFILES
from tests.system.chaos.schedule import Round, Schedule


def rounds(seed: int, profile: str, count: int = 200) -> list[Round]:
    return list(islice(Schedule(seed, PROFILES[profile]).rounds(), count))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_seed_draws_the_same_faults(profile: str) -> None:
    assert str(rounds(7, profile)) == str(rounds(7, profile))
    assert str(rounds(7, profile)) != str(rounds(8, profile))


@pytest.mark.parametrize("profile", PROFILES)
def test_some_rounds_have_no_fault_so_that_recovery_is_seen(profile: str) -> None:
    free = [place for place, each in enumerate(rounds(1, profile)) if not each.faults]

    assert all(1 < after - before <= 4 for before, after in pairwise(free))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_two_faults_of_one_kind_are_in_one_round(profile: str) -> None:
    for each in rounds(3, profile):
        kinds = [type(fault).__name__ for fault in each.faults]

        assert len(kinds) <= 3 + PROFILES[profile].crash_always
        assert kinds.count("CrashPoints") <= 1


def test_a_short_run_has_crash_points_in_every_round_of_faults() -> None:
    for each in rounds(3, "ci"):
        kinds = [type(fault).__name__ for fault in each.faults]

        assert not kinds or "CrashPoints" in kinds


@pytest.mark.parametrize("profile", PROFILES)
def test_every_kind_comes_once_before_any_comes_again(profile: str) -> None:
    always = {"CrashPoints"} if PROFILES[profile].crash_always else set()
    kinds = len(PROFILES[profile].kinds) - len(always)
    first: list[str] = []

    for each in rounds(5, profile):
        drawn = [type(fault).__name__ for fault in each.faults]
        first += [kind for kind in drawn if kind not in always and len(first) < kinds]

    brokers = {"KillBrokers"} if "brokers" in PROFILES[profile].kinds else set()
    assert len(first) >= kinds
    assert len(set(first[:kinds])) == kinds - len(brokers)  # "broker" and "brokers" are one class


def test_every_crash_point_has_its_turn() -> None:
    armed = [
        point.partition(":")[0]
        for each in rounds(4, "ci")
        for fault in each.faults
        if isinstance(fault, CrashPoints)
        for _, points in fault.at
        for point in points
    ]

    assert set(armed) == {point for point in POINTS if not point.startswith("migration.")}


def test_a_point_that_killed_too_seldom_is_named() -> None:
    report = {"relay.after_select": (40, 1), "matcher.after_claim": (40, 2)}

    assert shortfalls(report, least=2) == [
        "relay.after_select was reached 40 times and killed 1, of 2"
    ]
