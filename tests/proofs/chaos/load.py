"""The load, a process of its own: submissions at a steady rate from participants who answer."""

import json
import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.participants import AskingAgency
from benchmarks.simulation import Reaction
from benchmarks.submissions import submissions
from deploy.participants.client import envelope
from tests.proofs.chaos.introductions import capacities, introductions
from tests.proofs.chaos.simulated_participants import SimulatedParticipants
from tests.proofs.chaos.waits import Wait
from tests.proofs.chaos.wire import Settings, Wire

_AT_ONCE = 100_000
_A_FEW = 50
_HURRY = 1500.0
"""Submissions a second while nobody answers them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How the load stands; moments are of the clock that all processes share."""

    submitted: int
    accepted: int
    oldest_open: float | None
    """When the oldest was sent of what has no answer, or was accepted and not yet heard of."""
    unfinished: int
    unknown: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who takes part, how much is submitted, and where the histories go."""

    settings: Settings
    everybody: Sequence[dict[str, Any]]
    agencies: Sequence[AskingAgency]
    seed: int
    rate: float
    histories: Path


class Load:
    """Speaks for all participants."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._wire = Wire(plan.settings, [each["id"] for each in plan.everybody], plan.histories)
        self._participants = SimulatedParticipants(
            today=datetime.now(UTC).date().isoformat(), seed=plan.seed
        )
        self._draw = random.Random(plan.seed)
        name = f"load{plan.seed}"
        self._prepared = submissions(plan.agencies, load=name, count=_AT_ONCE)
        self._recent: deque[tuple[str, bytes]] = deque(maxlen=200)
        self._sent_at: dict[str, float] = {}
        """When each submission was sent that nothing but an acceptance is known of."""
        self._silent: dict[str, float] = {}
        self.submitted = 0

    def introduce(self) -> None:
        """Make everybody and everything known, step by step."""
        for step in introductions(self._plan.everybody):
            for said in step:
                self._say(said)
            while self._wire.oldest_unanswered() is not None:
                self.turn(0.1)

    def submit(self) -> None:
        """Send the next request; now and then one again, or bytes that nobody can read."""
        draw = self._draw.random()
        if draw < 0.03 and self._recent:
            again, value = self._draw.choice(self._recent)
            self._wire.send(again, value, what="request.submit")
        elif draw < 0.04:
            system = self._draw.choice(self._plan.agencies).system
            self._wire.send(system, self._draw.randbytes(60), what="garbage")
        system, value = next(self._prepared)
        self._recent.append((system, value))
        self._wire.send(system, value, what="request.submit")
        self._sent_at[json.loads(value)["data"]["reference"]] = time.monotonic()
        self.submitted += 1

    def run_short(self) -> None:
        """Have the providers declare that they can take on a few more requests, and no more."""
        self._participants.scarce = True
        for said in capacities(self._plan.everybody, each=_A_FEW):
            self._say(said)
        while self._wire.oldest_unanswered() is not None:
            self.turn(0.1)

    def turn(self, seconds: float) -> None:
        """Read what has come, and answer it."""
        for participant, message in self._wire.poll(seconds):
            self._note(message)
            for said in self._participants.react(participant, message):
                self._say(said)

    def progress(self) -> Progress:
        """Say how it stands."""
        waiting = [self._wire.oldest_unanswered(), *self._silent.values()]
        return Progress(
            submitted=self.submitted,
            accepted=len(self._participants.status),
            oldest_open=min((at for at in waiting if at is not None), default=None),
            unfinished=self._participants.unfinished,
            unknown=self._wire.unknown,
            problems=tuple(self._wire.problems),
        )

    def waits(self) -> list[Wait]:
        """Say how long each answer has taken."""
        return self._wire.waits

    def close(self) -> None:
        """Disconnect everybody."""
        self._wire.close()

    def _note(self, message: dict[str, Any]) -> None:
        data = message["data"]
        if message["type"] == "gov.cri.submission.accepted.v1" and not data.get("repeat"):
            at = self._sent_at.pop(data["reference"])
            self._silent[data["tracking_number"]] = at
        elif message["type"] == "gov.cri.request.status_changed.v1":
            self._silent.pop(data["tracking_number"], None)

    def _say(self, said: Reaction) -> None:
        source = f"urn:cri:{said.participant}:case-system"
        message = envelope(said.kind, said.data, source=source, subject=said.subject)
        self._wire.send(said.participant, json.dumps(message).encode(), what=said.kind)


def run(pipe: "Connection", plan: Plan) -> None:
    """
    Introduce, say "introduced", then submit until told "stop", faster after "hurry"; end at "end".
    After "scarce", providers can take on a few more requests.

    Each word that comes through the pipe is answered with the progress, "waits" with all waits.
    """
    load = Load(plan)
    try:
        load.introduce()
        pipe.send("introduced")
        start, submitting, rate = time.monotonic(), True, plan.rate
        while True:
            due = start + load.submitted / rate
            load.turn(min(max(due - time.monotonic(), 0), 0.05) if submitting else 0.05)
            if submitting and time.monotonic() >= due:
                load.submit()
            if pipe.poll():
                word = pipe.recv()
                submitting = submitting and word != "stop"
                if word == "scarce":
                    load.run_short()
                if word == "hurry":
                    rate = _HURRY
                    start = time.monotonic() - load.submitted / rate
                pipe.send(load.waits() if word == "waits" else load.progress())
                if word == "end":
                    return
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    finally:
        load.close()


@contextmanager
def running(plan: Plan) -> "Iterator[Connection]":
    """Give the pipe to a process that is the load; it ends with this one."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(there, plan), daemon=True)
    process.start()
    there.close()
    try:
        yield here
        process.join(60)
    finally:
        process.terminate()
        process.join()
