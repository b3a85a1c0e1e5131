from collections import Counter
from dataclasses import replace
from itertools import islice, pairwise, takewhile

import pytest

from tests.proofs.chaos.coverage import shortfalls
from tests.proofs.chaos.faults.desk import PLACES
from tests.proofs.chaos.faults.services import CrashPoints
from tests.proofs.chaos.profiles import OF_THE_DESK, PROFILES, Profile
from tests.proofs.chaos.schedule import APART, Round, Schedule


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


@pytest.mark.parametrize("profile", [p for p in PROFILES.values() if "versions" in p.kinds])
def test_the_release_before_meets_no_messages_that_it_does_not_know(profile: Profile) -> None:
    assert not profile.has_mail
    assert not profile.has_desk


def test_a_short_run_has_crash_points_in_every_round_of_faults() -> None:
    for each in rounds(3, "ci"):
        kinds = [type(fault).__name__ for fault in each.faults]

        assert not kinds or "CrashPoints" in kinds


@pytest.mark.parametrize(
    ("profile", "seeds"), [("smoke", 1000), ("ci", 3000), ("long", 300), ("versions", 1000)]
)
def test_with_any_seed_the_required_faults_come_first(profile: str, seeds: int) -> None:
    size = PROFILES[profile]
    for seed in range(seeds):
        due = list(takewhile(lambda each: each.is_due, Schedule(seed, size).rounds()))

        faults = [fault for each in due for fault in each.faults]
        assert {fault.kind for fault in faults} == set(size.kinds), seed
        crashes = [fault for fault in faults if isinstance(fault, CrashPoints)]
        armed = Counter(
            point.partition(":")[0]
            for each in crashes
            for _, points in each.at
            for point in points
        )
        assert all(armed[point] >= size.least_crashes for point in size.crashes), seed
        # Each armed process is killed before it runs on, and then at its place.
        kills = armed.total() + sum(len(each.at) for each in crashes)
        assert kills >= size.least_kills, seed
        if size.least_kills:
            assert sum(each.seconds for each in due) < size.minutes * 60, seed


@pytest.mark.parametrize("profile", PROFILES)
def test_the_required_requests_are_fewer_than_those_submitted(profile: str) -> None:
    size = PROFILES[profile]

    assert size.rate * size.minutes * 60 >= size.least_requests


def test_no_round_stops_a_server_that_another_fault_targets() -> None:
    for seed in range(200):
        for each in rounds(seed, "long", 100):
            kinds = {fault.kind for fault in each.faults}
            assert all(len(kinds & apart) <= 1 for apart in APART)


def test_every_crash_point_is_scheduled() -> None:
    armed = [
        point.partition(":")[0]
        for each in rounds(4, "ci")
        for fault in each.faults
        if isinstance(fault, CrashPoints) and fault.kind == "crash"
        for _, points in fault.at
        for point in points
    ]

    assert set(armed) == set(PROFILES["ci"].crashes)
    assert {"mail.after_claim", "relay.after_select"} <= set(armed)


def test_a_run_without_mail_comes_to_no_crash_point_of_mail() -> None:
    assert not any(point.startswith("mail.") for point in PROFILES["smoke"].crash_points)


def test_a_point_that_killed_too_seldom_is_named() -> None:
    report = {"relay.after_select": (40, 1), "matcher.after_claim": (40, 2)}

    assert shortfalls(report, [*report], least=2) == [
        "relay.after_select was reached 40 times and killed 1, of 2"
    ]


def test_the_desk_dies_on_the_way_of_an_act_and_is_left_alone_by_other_crash_points() -> None:
    crashes = [
        fault
        for each in rounds(4, "ci")
        for fault in each.faults
        if isinstance(fault, CrashPoints)
    ]

    for fault in crashes:
        assert ("desk" in dict(fault.at)) == (fault.kind == "desk")
    places = {point for fault in crashes for point in dict(fault.at).get("desk", ())}
    assert places == {f"{place}:1" for place in PLACES}


@pytest.mark.parametrize("profile", ["ci", "long"])
def test_the_long_runs_break_the_desk_its_issuer_and_the_mail_server(profile: str) -> None:
    assert {*OF_THE_DESK, "mail"} <= PROFILES[profile].kinds.keys()


@pytest.mark.parametrize("kind", sorted(OF_THE_DESK))
def test_the_desk_runs_where_something_happens_to_it(kind: str) -> None:
    assert replace(PROFILES["smoke"], kinds={kind: 1}).has_desk
    assert not PROFILES["smoke"].has_desk
