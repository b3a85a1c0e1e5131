from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.run import Run
from tests.system.chaos.schedule import Round


@dataclass(slots=True, kw_only=True)
class Noted(Fault):
    notes: list[str] = field(default_factory=list)

    def begin(self, ground: Any) -> None:
        self.notes.append(f"begin {type(self).__name__}")

    def end(self, ground: Any) -> None:
        self.notes.append(f"end {type(self).__name__}")


class Waiting(Noted):
    waits: ClassVar[bool] = True


def test_what_waits_for_everything_ends_after_what_takes_something_away() -> None:
    notes: list[str] = []
    ground: Any = SimpleNamespace(say=notes.append, hold=lambda seconds: None)
    both = (Waiting(seconds=0, notes=notes), Noted(seconds=0.01, notes=notes))

    no_load: Any = None
    Run(ground, no_load)._perform(Round(both))

    assert notes[1:] == ["begin Waiting", "begin Noted", "end Noted", "end Waiting"]
