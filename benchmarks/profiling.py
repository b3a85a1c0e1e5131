"""``python -m benchmarks.profiling [--rate N]``: processor time of a request by stage."""

import argparse
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load_test import LoadTest
from benchmarks.measurement import Incomplete
from benchmarks.stacks import grant_access, new_stack
from deploy.stack.failure import StackFailed
from deploy.tools.catalog import ToolMissing, place
from shared.contracts.services import SERVICES
from shared.process.interrupts import enable_interrupts

_SAMPLES = 100
"""Samples a second; more would slow the services down."""
_STAGES = (
    ("relay", r"\(shared/delivery/relay/(relay|sending|sent_log)\.py|\(aiokafka/producer/"),
    ("closing", r"\(shared/delivery/relay/outbox\.py|\bsettle \("),
    (
        "decode",
        r"\bparse \(services/|\bparse_event \(|\(services/intake/(parse|ended_requests)\.py",
    ),
    ("decide", r"\b(_decide_one|match_in_order|write_dead_letter) \("),
    ("SQL", r"\b(load|save|_read|_take_in|_match|_apply_changes|step) \(s"),
    ("metrics, log", r"\b_report \("),
    (
        "fetch",
        r"\(aiokafka/|\(faststream/|\(shared/delivery/(consumer|reading/\w+)\.py",
    ),
)
"""A sample belongs to the stage whose pattern matches its innermost matching frame."""
_ELSE = "event loop, sockets"


def main() -> int:
    """Load the pipeline, sample every service's call stack, print the table."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=__doc__)
    parser.add_argument("--rate", type=int, help="requests a second (default: all at once)")
    parser.add_argument("--requests", type=int, default=20_000, help="when all are sent at once")
    parser.add_argument("--seconds", type=int, default=20, help="at a rate")
    parser.add_argument("--state", type=Path, default=Path(".local/bench/profile"))
    asked = parser.parse_args()
    try:
        place("py-spy")
        lines = _measure(asked)
    except (StackFailed, Incomplete, ToolMissing) as failure:
        print(f"profile: {failure}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _measure(asked: argparse.Namespace) -> list[str]:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    with new_stack(asked.state, say) as (stack, agencies):
        pids = {name: stack.replicas[name, 0].child.pid for name in SERVICES}
        with LoadTest(stack, grant_access(stack), agencies) as test:
            say("warming up")
            test.throughput(asked.requests // 10)
            say("sampling every service's call stack, which slows them down")
            with _watched(pids, asked.state):
                if asked.rate:
                    used, answers, _ = test.used(asked.rate, seconds=asked.seconds)
                    speed = f"answer {answers} at {asked.rate}/s"
                else:
                    round_ = test.throughput(asked.requests)
                    used, speed = round_.microseconds, f"{round_.rate:.0f} requests/s"
        samples = {name: _stages((asked.state / f"{name}.stacks").read_text()) for name in pids}
    return [*table(used, samples), f"profile: {used.total()} µs/request in all, {speed}"]


@contextmanager
def _watched(pids: Mapping[str, int], folder: Path) -> Iterator[None]:
    """Write the sampled call stacks of each process, with counts, to ``<name>.stacks``."""
    watchers = [
        subprocess.Popen(
            [
                str(place("py-spy")), "record", "--pid", str(pid), "--rate", str(_SAMPLES),
                "--format", "raw", "--duration", "unlimited", "--nonblocking",
                "--output", str(folder / f"{name}.stacks"),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for name, pid in pids.items()
    ]  # fmt: skip
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.send_signal(signal.SIGINT)
        for watcher in watchers:
            watcher.wait(60)


def _stages(stacks: str) -> Counter[str]:
    """Return stage → number of samples, from lines ``frame;frame;… number``."""
    found: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        found[stage(frames.split(";"))] += int(number)
    return found


def stage(frames: Sequence[str]) -> str:
    """Return the stage of a call stack: ``function (file:line)``, outermost frame first."""
    for frame in reversed(frames):
        for name, pattern in _STAGES:
            if re.search(pattern, frame):
                return name
    return _ELSE


def table(used: Counter[str], samples: Mapping[str, Counter[str]]) -> list[str]:
    """Return the microseconds per request by stage and service, then those of other processes."""
    rows: dict[str, list[int]] = {}
    for name in [*(name for name, _ in _STAGES), _ELSE]:
        shares = (samples[service][name] / samples[service].total() for service in SERVICES)
        rows[name] = [
            round(used[service] * share) for service, share in zip(SERVICES, shares, strict=True)
        ]
    rows["its Postgres sessions"] = [used[f"postgres ({service})"] for service in SERVICES]
    beside = {
        name: time
        for name, time in used.items()
        if name not in SERVICES and name not in {f"postgres ({service})" for service in SERVICES}
    }
    return [
        "| µs per request | " + " | ".join(SERVICES) + " | all |",
        "|---|" + "--:|" * (len(SERVICES) + 1),
        *(
            f"| {name} | {' | '.join(map(str, cells))} | {sum(cells)} |"
            for name, cells in rows.items()
        ),
        *(f"| {name} |" + " |" * len(SERVICES) + f" {time} |" for name, time in beside.items()),
    ]


if __name__ == "__main__":
    sys.exit(main())
