"""Whether it matters how many requests are held already: empty and full in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import cast

from benchmarks import steady
from benchmarks.beside import beside
from benchmarks.ground import Say
from benchmarks.login import Login
from benchmarks.measurement import Incomplete, Latency, Throughput
from benchmarks.ours import Ours
from benchmarks.participants import AskingAgency
from benchmarks.seed import seed
from benchmarks.steady import Progress
from deploy.local.stack import Stack
from deploy.local.topics import SERVICES

WITHIN = 0.20
"""The part by which the full run may be slower than the empty one."""
_LIVES_A_SECOND, _LIVES_SECONDS, _STAYING = 50, 15, 10
_SETTLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Side:
    """What was measured with so many requests held."""

    rounds: Sequence[Throughput]
    answer: Latency
    offer: Latency

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return median(each.rate for each in self.rounds)


def measure(
    stack: Stack,
    login: Login,
    agencies: Sequence[AskingAgency],
    *,
    held: int,
    rounds: int,
    requests: int,
    seconds: int,
    say: Say,
) -> tuple[Side, Side]:
    """Return the empty and the full side."""
    with Ours(stack, login, agencies) as ours:

        def side(name: str) -> Side:
            say("warming up")
            ours.throughput(requests // 5)
            measured = []
            for number in range(1, rounds + 1):
                measured.append(ours.throughput(requests))
                say(f"round {number}, {name}: {measured[-1].rate:.0f} requests/s")
            found = Side(measured, *ours.latency(50, seconds=seconds))
            say(f"{name} at 50/s: answer {found.answer}, offer {found.offer}")
            return found

        empty = side("empty")
        say("some requests live their lives, to be copied")
        _live(login, [each.id for each in stack.participants], agencies)
        seed({name: stack.dsn(name) for name in SERVICES}, held, say=say)
        say(f"{held} requests are held")
        return empty, side("full")


def lines(empty: Side, full: Side, *, held: int) -> list[str]:
    """Return what is printed, the closing line last."""
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
    """Have requests of all kinds led as far as they go; return when nothing moves."""
    with beside(steady.run, login, names, agencies, _LIVES_A_SECOND, _STAYING) as (_, pipe):
        time.sleep(_LIVES_SECONDS)
        pipe.send("stop")
        deadline = time.monotonic() + _SETTLE_SECONDS
        progress = cast(Progress, pipe.recv())
        while progress.unanswered or progress.unfinished:
            if time.monotonic() > deadline:
                raise Incomplete(f"the requests that live are not done: {progress}")
            time.sleep(1)
            pipe.send("progress")
            progress = cast(Progress, pipe.recv())
