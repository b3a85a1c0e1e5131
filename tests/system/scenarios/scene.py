"""Where a scenario plays: the whole product on the embedded stack, under light load."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import yaml

from benchmarks.participants import asking_agencies, participants
from deploy.local.failure import StackFailed
from deploy.local.kafka import ADMIN
from deploy.local.lock import Lock
from deploy.local.stack import Stack
from tests.system.chaos import load
from tests.system.chaos.ground import Ground
from tests.system.chaos.judging import violations_of
from tests.system.chaos.load import Progress
from tests.system.chaos.login import login

_RATE = 5.0


@dataclass(frozen=True, slots=True)
class Scene:
    """
    The running product and its load, for one scenario.

    Nothing is watched here: a process that ends stays ended until the scenario starts it, unless
    it calls ``ground.watch`` or ``ground.hold``.
    """

    ground: Ground
    say: Callable[[str], None]
    _pipe: "Connection"

    @property
    def stack(self) -> Stack:
        """All parts of the product."""
        return self.ground.stack

    def ask(self, word: str) -> Progress:
        """Tell the load a word (``how``, ``stop``, ``end``); return how it stands."""
        self._pipe.send(word)
        progress = self._pipe.recv()
        assert isinstance(progress, Progress)
        return progress

    def violations(self) -> list[str]:
        """Let the checker judge all that has happened; services run, the load has ended."""
        self.stack.connection.write(self.stack.state / "connection.json")
        return violations_of(self.stack.state)


@contextmanager
def scene(state: Path, *, seed: int, say: Callable[[str], None]) -> Iterator[Scene]:
    """Start everything in the folder *state*, which is emptied, and submit; stop it at the end."""
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A run already uses {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(mode=0o700, parents=True)
    agencies = asking_agencies()
    everybody = participants(agencies)
    listed = state / "participants.yaml"
    listed.write_text(yaml.safe_dump({"participants": everybody}))
    with Stack(state, participants=listed, say=say) as stack:
        stack.start()
        stack.provision()
        stack.migrate()
        ground = Ground(stack, report=state / "crash-points", say=say)
        ground.launch_wanted()
        stack.wait_ready()
        plan = load.Plan(
            settings=login(stack, ADMIN),
            everybody=everybody,
            agencies=agencies,
            seed=seed,
            rate=_RATE,
            histories=state / "history",
        )
        with load.running(plan) as pipe:
            say("introducing everybody")
            pipe.recv()
            say(f"{_RATE:.0f} submissions a second")
            yield Scene(ground, say, pipe)
