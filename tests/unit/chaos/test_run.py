from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.load import Progress
from tests.proofs.chaos.profiles import PROFILES
from tests.proofs.chaos.run import Run
from tests.proofs.chaos.schedule import Round, Schedule


@dataclass(slots=True, kw_only=True)
class Noted(Fault):
    notes: list[str] = field(default_factory=list)

    def begin(self, rig: Any) -> None:
        self.notes.append(f"begin {type(self).__name__}")

    def end(self, rig: Any) -> None:
        self.notes.append(f"end {type(self).__name__}")


class Waiting(Noted):
    waits: ClassVar[bool] = True


def test_faults_that_need_all_servers_end_last() -> None:
    notes: list[str] = []
    rig: Any = SimpleNamespace(say=notes.append, hold=lambda seconds: None)
    both = (Waiting(seconds=0, notes=notes), Noted(seconds=0.01, notes=notes))

    no_load: Any = None
    Run(rig, no_load, PROFILES["smoke"])._inject(Round(both))

    assert notes[1:] == ["begin Waiting", "begin Noted", "end Noted", "end Waiting"]


def test_recovery_counts_from_when_kafka_listens_again() -> None:
    listening, held = iter([False, False, True]), list[float]()
    rig: Any = SimpleNamespace(kafka_listens=lambda: next(listening), hold=held.append)
    no_load: Any = None
    run = Run(rig, no_load, PROFILES["smoke"])

    run._wait_for_kafka()

    assert len(held) == 2
    assert run.outcome.wrong == []


def test_a_kafka_that_does_not_listen_again_is_a_violation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.proofs.chaos.run._KAFKA_SECONDS", 0)
    rig: Any = SimpleNamespace(kafka_listens=lambda: False, hold=lambda seconds: None)
    no_load: Any = None
    run = Run(rig, no_load, PROFILES["smoke"])

    run._wait_for_kafka()

    assert run.outcome.wrong == ["Kafka does not listen after 0 s"]


def test_crash_points_missed_by_random_rounds_are_targeted_until_hit(tmp_path: Path) -> None:
    rig: Any = SimpleNamespace(say=lambda text: None, report=tmp_path)
    profile = replace(PROFILES["ci"], least_crashes=0)
    no_load: Any = None
    run = Run(rig, no_load, profile)
    run._hit = set(profile.kinds) - {"commits"}
    schedule = Schedule(1, profile)
    rounds: list[list[str]] = []

    for each in run._rounds(schedule, until=0):
        rounds.append([fault.kind for fault in each.faults])
        if rounds[-3:] == [["commits"], [], ["commits"]]:
            run._hit.add("commits")

    assert rounds[-4:] == [[], ["commits"], [], ["commits"]]


def test_a_crash_point_that_is_never_hit_is_targeted_a_limited_number_of_times(
    tmp_path: Path,
) -> None:
    rig: Any = SimpleNamespace(say=lambda text: None, report=tmp_path)
    no_load: Any = None

    rounds = list(Run(rig, no_load, PROFILES["ci"])._rounds(Schedule(1, PROFILES["ci"]), until=0))

    aimed = [each for each in rounds if len(each.faults) == 1 and each.is_due]
    assert len(aimed) == 3 * (len(PROFILES["ci"].kinds) + 1)


class Ending:
    """A run at its end, in seconds that pass by holding: requests have ended, mails are due."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, due: list[int]) -> None:
        self.now = 0.0
        rig: Any = SimpleNamespace(hold=self.hold, ended=[], wrong=[], staff=None, mail=object())
        no_load: Any = None
        self.run = Run(rig, no_load, PROFILES["ci"])
        monkeypatch.setattr("tests.proofs.chaos.run.time.monotonic", lambda: self.now)
        monkeypatch.setattr(self.run, "_ask", lambda word: Progress(1, 1, None, 0, 0, ()))
        monkeypatch.setattr(self.run, "_unrest", list)
        at_last = len(due) - 1
        monkeypatch.setattr(self.run, "_mails_due", lambda: due[min(int(self.now / 100), at_last)])

    def hold(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("due", "ends_at", "wrong"),
    [
        ([3, 2, 1, 0], 300, []),
        ([3, 3, 3, 0], 181, ["no end after 180 s: 0 requests not at their end; ['3 mails due']"]),
    ],
    ids=["they go out", "they do not"],
)
def test_the_end_is_waited_for_as_long_as_mails_go_out(
    monkeypatch: pytest.MonkeyPatch, due: list[int], ends_at: float, wrong: list[str]
) -> None:
    ending = Ending(monkeypatch, due)

    ending.run._wait_for_the_end()

    assert ending.run.outcome.wrong == wrong
    assert ending.now == pytest.approx(ends_at, abs=1)
