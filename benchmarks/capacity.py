"""``python -m benchmarks.capacity``: what loads take of a machine, as docs/operate.md has it."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import asyncpg

from benchmarks.ground import ground, let_in
from benchmarks.measurement import Incomplete, Latency
from benchmarks.ours import Ours
from benchmarks.processor_time import peak_megabytes
from deploy.local.failure import StackFailed
from deploy.local.stack import Stack
from deploy.local.topics import SERVICES
from shared.runtime.interrupts import heed

_RATES = (10, 20, 50, 100)
_WARM = 3000
_PARTS = ("Kafka", "Postgres", *SERVICES, "generator and watcher")


class Load(NamedTuple):
    """One load: requests a second, processor time per request by part, and how long it took."""

    rate: float
    microseconds: Mapping[str, int]
    answers: Latency | None = None
    offers: Latency | None = None

    @property
    def cores(self) -> float:
        """How many processors it kept busy."""
        return self.rate * sum(self.microseconds.values()) / 1e6


def main() -> int:
    """Measure, print two tables."""
    heed()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="of each constant rate")
    parser.add_argument("--requests", type=int, default=10_000, help="sent at once, in the end")
    parser.add_argument("--state", type=Path, default=Path(".local/bench/capacity"))
    asked = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    try:
        with ground(asked.state, say) as (stack, agencies):
            empty = _bytes(stack)
            with Ours(stack, let_in(stack), agencies) as ours:
                say(f"warming up with {_WARM} requests")
                ours.throughput(_WARM)
                loads = []
                for rate in _RATES:
                    used, answers, offers = ours.used(rate, seconds=asked.seconds)
                    loads.append(Load(rate, by_part(used), answers, offers))
                    say(f"{rate}/s: {loads[-1].cores:.2f} cores")
                at_once = ours.throughput(asked.requests)
                loads.append(Load(at_once.rate, by_part(at_once.microseconds)))
            requests = _WARM + sum(_RATES) * asked.seconds + asked.requests
            kept = {name: (now - empty[name]) / requests for name, now in _bytes(stack).items()}
            memory = {name: peak_megabytes(stack.replicas[name, 0].child.pid) for name in SERVICES}
    except (StackFailed, Incomplete) as failure:
        print(f"capacity: {failure}", file=sys.stderr)
        return 1
    print("\n".join([*load_table(loads), "", *size_table(kept, memory)]))
    return 0


def by_part(used: Mapping[str, int]) -> dict[str, int]:
    """Return processor time by part; Postgres's sessions of all roles are one."""
    parts = dict.fromkeys(_PARTS, 0)
    for name, spent in used.items():
        parts[_part(name)] += spent
    return parts


def _part(name: str) -> str:
    if name.startswith("postgres"):
        return "Postgres"
    return {"kafka": "Kafka", "generator": _PARTS[-1], "watcher": _PARTS[-1]}.get(name, name)


def load_table(loads: Sequence[Load]) -> list[str]:
    """Return a row for each load; the last one is as fast as it goes."""
    lines = [
        "| requests a second | cores busy | half, and 99 of 100, answered within"
        " | offered within | cores by part |",
        "|--:|--:|--:|--:|---|",
    ]
    for load in loads:
        parts = ", ".join(
            f"{part} {load.rate * used / 1e6:.2f}" for part, used in load.microseconds.items()
        )
        shown = [f"{each.p50:.0f}, {each.p99:.0f} ms" if each else "" for each in load[2:]]
        lines.append(f"| {load.rate:.0f} | {load.cores:.2f} | {shown[0]} | {shown[1]} | {parts} |")
    return lines


def size_table(kept: Mapping[str, float], memory: Mapping[str, float]) -> list[str]:
    """Return how large each is: bytes for each request up to its offer, memory at most."""
    return [
        "| | |",
        "|---|--:|",
        *(f"| {name}, a request | {size / 1000:.1f} kB |" for name, size in kept.items()),
        *(f"| memory of {name}, at most | {size:.0f} MB |" for name, size in memory.items()),
    ]


def _bytes(stack: Stack) -> dict[str, int]:
    """Return the bytes of Kafka's topics, by how long they are kept, and of each database."""
    for_ever = {each.name for each in stack.topics if each.settings["retention.ms"] == "-1"}
    logs: dict[bool, int] = {True: 0, False: 0}
    for file in stack.state.rglob("*.log"):
        topic, _, number = file.parent.name.rpartition("-")
        if number.isdigit() and topic.startswith("cri."):
            logs[topic in for_ever] += file.stat().st_size
    return {
        "Kafka, kept for ever": logs[True],
        "Kafka, kept for days": logs[False],
        **{f"Postgres, {name}": asyncio.run(_database(stack.dsn(name))) for name in SERVICES},
    }


async def _database(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
        return size
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
