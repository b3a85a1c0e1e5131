"""``python -m benchmarks.soak [--minutes N] [--rate N]``: checks that memory stays flat."""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from benchmarks import steady
from benchmarks.child import child
from benchmarks.counts import metrics
from benchmarks.measurement import Incomplete
from benchmarks.memory import LEAST_MINUTES, Growth, Sample, growth, resident_megabytes
from benchmarks.processor_time import stack_times
from benchmarks.stacks import grant_access, new_stack
from benchmarks.steady import Progress
from deploy.local.services import Replica
from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from shared.process.interrupts import enable_interrupts

_SAMPLE_SECONDS = 10
_SETTLE_SECONDS = 120
_LEFT = re.compile(rb"^cri_(?:consumer_lag_records|outbox_rows)\{.*\} (\S+)$", re.MULTILINE)
_BEGUN = time.monotonic()


def main() -> int:
    """Run the load, print, and return the exit status."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="minutes of load")
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    parser.add_argument("--state", type=Path, default=Path(".local/soak"))
    asked = parser.parse_args()
    try:
        with new_stack(asked.state, _say) as (stack, agencies):
            login = grant_access(stack)
            names = list(stack.connection.participants)
            with child(steady.run, login, names, agencies, asked.rate) as (_, pipe):
                soak = Soak(stack, pipe)
                soak.run(asked.minutes)
    except (StackFailed, Incomplete) as failure:
        print(f"soak: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("soak: interrupted; nothing is left running", file=sys.stderr)
        return 130
    grown = [growth(name, samples) for name, samples in soak.samples.items()]
    print(closing_line(soak.progress, grown, minutes=asked.minutes), flush=True)
    missed = shortfalls(soak.progress, grown, minutes=asked.minutes)
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


def closing_line(progress: Progress, grown: Sequence[Growth], *, minutes: float) -> str:
    """Return the summary line."""
    sizes = ", ".join(f"{each.name} {each.begin:.0f}→{each.end:.0f} MB" for each in grown)
    return (
        f"soak: {minutes:g} minutes, {progress.submitted} requests, {progress.unanswered} "
        f"unanswered, {progress.unfinished} unfinished; rss {sizes}; "
        f"slope ≤ {max(each.per_hour for each in grown):.1f} MB/h"
    )


def shortfalls(progress: Progress, grown: Sequence[Growth], *, minutes: float) -> list[str]:
    """Return a sentence for each requirement that is missed."""
    missed = []
    if progress.unanswered:
        missed.append(f"{progress.unanswered} messages have no answer.")
    if progress.unfinished:
        missed.append(f"{progress.unfinished} requests have not reached their last status.")
    if minutes < LEAST_MINUTES:
        missed.append(f"Memory is not judged: that requires {LEAST_MINUTES} minutes.")
        return missed
    missed += [
        f"The memory of {each.name} is not flat: it grows by {each.per_hour:.1f} MB an hour."
        for each in grown
        if not each.flat
    ]
    return missed


@dataclass(slots=True)
class Soak:
    """A load, and the samples taken during it."""

    stack: Stack
    pipe: Connection
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    progress: Progress = field(default_factory=lambda: Progress(0, 0, 0, 0))

    def run(self, minutes: float) -> None:
        """Sample for *minutes*; then wait until all requests have reached their last status."""
        begin = time.monotonic()
        used, submitted = stack_times(self.stack, self._pids()).total(), 0
        for number in range(1, round(minutes * 60 / _SAMPLE_SECONDS) + 1):
            self._sample(time.monotonic() - begin)
            time.sleep(max(0, begin + number * _SAMPLE_SECONDS - time.monotonic()))
            if number % 6 == 0:
                self._ask("progress")
                now = stack_times(self.stack, self._pids()).total()
                rate = (self.progress.submitted - submitted) / 60
                _say(self._line(rate, cores=(now - used) / 60e6))
                used, submitted = now, self.progress.submitted
        self._sample(time.monotonic() - begin)
        self._settle()

    def _settle(self) -> None:
        self._ask("stop")
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline:
            self._ask("progress")
            if not (self.progress.unanswered or self.progress.unfinished):
                return
            time.sleep(1)

    def _ask(self, word: str) -> None:
        self.pipe.send(word)
        if not self.pipe.poll(60):
            raise Incomplete("the load does not answer")
        try:
            self.progress = cast(Progress, self.pipe.recv())
        except EOFError:
            raise Incomplete("the load has ended") from None

    def _sample(self, at: float) -> None:
        for name, (whole, own) in resident_megabytes(self._pids()).items():
            self.samples.setdefault(name, []).append((at, whole, own))

    def _pids(self) -> dict[str, int]:
        return {each.child.name: each.child.pid for each in self.stack.replicas.values()}

    def _line(self, rate: float, *, cores: float) -> str:
        sizes = ", ".join(f"{name} {of[-1][1]:.1f}" for name, of in self.samples.items())
        left = sum(_left(replica) for replica in self.stack.replicas.values())
        return (
            f"{self.progress.submitted} requests, {rate:.1f}/s; rss {sizes} MB; lag and outboxes "
            f"{left:.0f}; unanswered {self.progress.unanswered}, "
            f"unfinished {self.progress.unfinished}, refused {self.progress.refused}; "
            f"{cores:.2f} cores busy"
        )


def _left(replica: Replica) -> float:
    """Return a service's lag plus its outbox rows."""
    return sum(float(value) for value in _LEFT.findall(metrics(replica)))


def _say(text: str) -> None:
    print(f"{time.monotonic() - _BEGUN:7.1f} s  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
