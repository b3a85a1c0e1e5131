"""Compares empty databases with databases that already hold many requests, in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast

from benchmarks import steady
from benchmarks.child import child
from benchmarks.load_test import LoadTest
from benchmarks.login import Login
from benchmarks.measurement import Incomplete, Latency, Throughput
from benchmarks.participants import AskingAgency
from benchmarks.seed import seed
from benchmarks.stacks import Say, grant_access, kept_stack, new_stack
from benchmarks.steady import Progress
from deploy.provision.databases import owner_of
from shared.contracts.services import SERVICES

WITHIN = 0.20
"""Maximum slowdown of the full side, as a fraction of the empty one."""
_LIVES_A_SECOND, _LIVES_SECONDS, _STAYING = 50, 15, 10
_SETTLE_SECONDS = 60
_SEEDED = "seeded"


@dataclass(frozen=True, slots=True)
class Side:
    """The measurements of one side."""

    rounds: Sequence[Throughput]
    answer: Latency
    offer: Latency

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return median(each.rate for each in self.rounds)


def measure(
    state: Path, *, held: int, rounds: int, requests: int, seconds: int, say: Say
) -> tuple[Side, Side]:
    """
    Return the empty and the full side, measured alternately, each on its own stack.

    The full stack stays in ``state``; later runs with the same *held* use it again.
    """
    full_state = state / f"held-{held}"
    if not (full_state / _SEEDED).exists():
        _prepare(full_state, held=held, say=say)
    with (
        new_stack(state / "empty", say) as (empty_stack, agencies),
        kept_stack(full_state, say) as full_stack,
        LoadTest(empty_stack, grant_access(empty_stack), agencies) as empty,
        LoadTest(full_stack, grant_access(full_stack), agencies) as full,
    ):
        say(f"{held} requests are held; warming up")
        sides = {"empty": empty, "full": full}
        for test in sides.values():
            test.throughput(requests // 5)
        measured: dict[str, list[Throughput]] = {name: [] for name in sides}
        for number in range(1, rounds + 1):
            for name, test in sides.items():
                measured[name].append(test.throughput(requests))
                say(f"round {number}, {name}: {measured[name][-1].rate:.0f} requests/s")
        found = []
        for name, test in sides.items():
            found.append(Side(measured[name], *test.latency(50, seconds=seconds)))
            say(f"{name} at 50/s: answer {found[-1].answer}, offer {found[-1].offer}")
        return found[0], found[1]


def _prepare(state: Path, *, held: int, say: Say) -> None:
    """Create a stack whose services hold *held* requests, and stop it."""
    with new_stack(state, say) as (stack, agencies):
        say("processing the requests to copy")
        _live(grant_access(stack), [each.id for each in stack.participants], agencies)
        seed({name: stack.dsn(name, role=owner_of(name)) for name in SERVICES}, held, say=say)
    (state / _SEEDED).touch()


def lines(empty: Side, full: Side, *, held: int) -> list[str]:
    """Return the report; the closing line is last."""
    return [
        f"held: {held} requests held, ours {full.rate:.0f} requests/s, "
        f"{100 * full.rate / empty.rate:.0f} % of empty; answer {full.answer}, offer "
        f"{full.offer} at 50/s (empty: answer {empty.answer}, offer {empty.offer})"
    ]


def shortfalls(empty: Side, full: Side) -> list[str]:
    """Return a sentence for each requirement that is missed."""
    missed = []
    if full.rate < (1 - WITHIN) * empty.rate:
        missed.append(
            f"With requests held, throughput is {100 * full.rate / empty.rate:.0f} % of empty, "
            f"and at least {100 * (1 - WITHIN):.0f} % is required."
        )
    for what, found, before in (
        ("answers", full.answer.p50, empty.answer.p50),
        ("offers", full.offer.p50, empty.offer.p50),
    ):
        if found > (1 + WITHIN) * before:
            missed.append(
                f"With requests held, half of the {what} took up to {found:.1f} ms at 50/s, and "
                f"at most {(1 + WITHIN) * before:.1f} ms is required."
            )
    return missed


def _live(login: Login, names: Sequence[str], agencies: Sequence[AskingAgency]) -> None:
    """Submit requests of all kinds; return once each has reached its last status."""
    with child(steady.run, login, names, agencies, _LIVES_A_SECOND, _STAYING) as (_, pipe):
        time.sleep(_LIVES_SECONDS)
        pipe.send("stop")
        deadline = time.monotonic() + _SETTLE_SECONDS
        progress = cast(Progress, pipe.recv())
        while progress.unanswered or progress.unfinished:
            if time.monotonic() > deadline:
                raise Incomplete(f"not all requests have reached their last status: {progress}")
            time.sleep(1)
            pipe.send("progress")
            progress = cast(Progress, pipe.recv())
