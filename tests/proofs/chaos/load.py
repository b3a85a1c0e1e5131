"""The load, in its own process: steady submissions, and participants that react."""

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

from benchmarks.participants import REFERENCE, AskingAgency
from benchmarks.simulation import Reaction
from benchmarks.submissions import submissions
from deploy.participants.client import envelope
from tests.proofs.chaos.introductions import (
    DAY_SECONDS,
    capacities,
    contacts,
    desk_and_staff,
    introductions,
)
from tests.proofs.chaos.simulated_participants import SimulatedParticipants
from tests.proofs.chaos.waits import Wait
from tests.proofs.chaos.wire import Settings, Wire

_AT_ONCE = 100_000
_A_FEW = 50
_HURRY = 1500.0
"""Submissions a second while no service is running."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of the load; times are of the monotonic clock, which all processes share."""

    submitted: int
    accepted: int
    oldest_open: float | None
    """When the oldest record was sent that has no answer, or no status after its acceptance."""
    unfinished: int
    unknown: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The participants, the rate, and the folder of histories."""

    settings: Settings
    everybody: Sequence[dict[str, Any]]
    agencies: Sequence[AskingAgency]
    seed: int
    rate: float
    histories: Path
    has_mail: bool = False
    has_desk: bool = False
    reference: Path = REFERENCE
    """The folder of the reference data."""
    day_seconds: int = DAY_SECONDS
    """How long a working day lasts."""


class Load:
    """Acts for all participants."""

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
        """When each submission was sent that has no status yet."""
        self._silent: dict[str, float] = {}
        self.submitted = 0

    def introduce(self) -> None:
        """Register all participants and reference data, step by step."""
        steps = introductions(
            self._plan.everybody,
            folder=self._plan.reference,
            day_seconds=self._plan.day_seconds,
        )
        if self._plan.has_mail:
            steps.append(contacts(self._plan.everybody))
        if self._plan.has_desk:
            steps += desk_and_staff()
        for step in steps:
            for reaction in step:
                self._send(reaction)
            while self._wire.oldest_unanswered() is not None:
                self.react(0.1)

    def submit(self) -> None:
        """Send the next request; sometimes also a repeat or unreadable bytes."""
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

    def limit_capacity(self) -> None:
        """Have the providers declare capacity for only a few more requests."""
        self._participants.scarce = True
        for reaction in capacities(self._plan.everybody, each=_A_FEW):
            self._send(reaction)
        while self._wire.oldest_unanswered() is not None:
            self.react(0.1)

    def react(self, seconds: float) -> None:
        """Read messages and react to them."""
        for participant, message in self._wire.poll(seconds):
            self._note(message)
            for reaction in self._participants.react(participant, message):
                self._send(reaction)

    def progress(self) -> Progress:
        """Return the present progress."""
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
        """Return how long each answer took."""
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

    def _send(self, reaction: Reaction) -> None:
        source = f"urn:cri:{reaction.participant}:case-system"
        message = envelope(reaction.kind, reaction.data, source=source, subject=reaction.subject)
        self._wire.send(reaction.participant, json.dumps(message).encode(), what=reaction.kind)


def run(pipe: "Connection", plan: Plan) -> None:
    """
    Register everybody, send "introduced", then submit until the command "stop", faster after
    "hurry"; return at "end". After "scarce", providers have capacity for a few more requests.

    Each command from the pipe is answered with the progress, "waits" with all waits.
    """
    load = Load(plan)
    try:
        load.introduce()
        pipe.send("introduced")
        start, submitting, rate = time.monotonic(), True, plan.rate
        while True:
            due = start + load.submitted / rate
            load.react(min(max(due - time.monotonic(), 0), 0.05) if submitting else 0.05)
            if submitting and time.monotonic() >= due:
                load.submit()
            if pipe.poll():
                word = pipe.recv()
                submitting = submitting and word != "stop"
                if word == "scarce":
                    load.limit_capacity()
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
    """Run the load in a child process, and yield the pipe to it."""
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
