"""A scenario and its context: the whole product on the embedded stack, under light load."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.participants import REFERENCE
from deploy.local.stack import Stack
from deploy.stack.proxy_routes import POSTGRES
from tests.proofs.chaos import load
from tests.proofs.chaos.clocks import KAFKA, Clocks
from tests.proofs.chaos.judging import violations_of
from tests.proofs.chaos.load import Progress
from tests.proofs.chaos.quiet import unrest
from tests.proofs.chaos.rig import Rig
from tests.proofs.chaos.roster import prepare_roster
from tests.proofs.chaos.waits import Wait

_REST_SECONDS = 180.0


def _at_present(rig: Rig) -> None:
    """Start the present version, one process of each service."""
    rig.stack.migrate()
    rig.launch_wanted()


@dataclass(frozen=True, slots=True)
class Sizes:
    """Duration and load; None means the scenario's default."""

    minutes: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ScenarioContext:
    """
    The running product and its load, for one scenario.

    An ended process stays down until the scenario starts it, or calls ``rig.watch`` or
    ``rig.hold``.
    """

    rig: Rig
    say: Callable[[str], None]
    sizes: Sizes
    _pipe: "Connection"

    @property
    def stack(self) -> Stack:
        """All parts of the product."""
        return self.rig.stack

    def ask(self, word: str) -> Progress:
        """Send the load a command (``how``, ``stop``, ``end``); return its progress."""
        self._pipe.send(word)
        progress = self._pipe.recv()
        assert isinstance(progress, Progress)
        return progress

    def waits(self) -> list[Wait]:
        """Return how long each answer took; call it before the load ends."""
        self._pipe.send("waits")
        waits = self._pipe.recv()
        assert isinstance(waits, list)
        return waits

    def rest(self, *, within: float = _REST_SECONDS) -> list[str]:
        """Stop submitting and wait until every request has ended; return what has not."""
        self.say("no more submissions; everything comes to its end")
        progress = self.ask("stop")
        until = time.monotonic() + within
        while progress.unfinished or progress.oldest_open or asyncio.run(unrest(self.stack)):
            if time.monotonic() > until:
                left = f"{progress.unfinished} requests not at their end, {progress}"
                return [f"no end: {left}; {asyncio.run(unrest(self.stack))}"]
            self.rig.hold(0.5)
            progress = self.ask("how")
        return []

    def violations(self) -> list[str]:
        """Let the checker judge the run, with services running and the load ended."""
        self.stack.connection.write(self.stack.state / "connection.json")
        return violations_of(self.stack.state)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: its steps, its initial state and its load."""

    run: Callable[[ScenarioContext], list[str]]
    """Runs the steps, ends the load, and returns the violations."""
    begin: Callable[[Rig], None] = _at_present
    """Migrates the databases and starts the initial processes."""
    rate: float = 5
    stable_names: bool = True
    """Whether a process keeps its name in its group when it starts again (`Stack`)."""
    reference: Path = REFERENCE
    """The folder of the reference data: of the release that takes it in."""
    has_clocks: bool = False
    """Whether the wall clocks of services, Postgres and Kafka may be stepped."""


@contextmanager
def started(
    scenario: Scenario, state: Path, *, seed: int, sizes: Sizes, say: Callable[[str], None]
) -> Iterator[ScenarioContext]:
    """Start everything in the folder *state*, which is emptied, and submit; stop it at the end."""
    roster = prepare_roster(state)
    clocks = Clocks(state / "clocks") if scenario.has_clocks else None
    with Stack(
        state,
        participants=roster.participants_file,
        stable_names=scenario.stable_names,
        postgres_environment=clocks.environment(POSTGRES) if clocks else None,
        kafka_environment=clocks.environment(KAFKA) if clocks else None,
        say=say,
    ) as stack:
        stack.start()
        stack.provision()
        rig = Rig(stack, report=state / "crash-points", say=say, clocks=clocks)
        scenario.begin(rig)
        stack.wait_ready()
        plan = roster.plan(stack, seed=seed, rate=scenario.rate)
        plan = replace(plan, reference=scenario.reference)
        with load.running(plan) as pipe:
            say("registering all participants")
            pipe.recv()
            say(f"{scenario.rate:.0f} submissions a second")
            yield ScenarioContext(rig, say, sizes, pipe)
