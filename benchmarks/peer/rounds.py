"""Measures the peer; its four processes run only while they are measured."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from signal import SIGTERM
from types import TracebackType
from typing import Any

from benchmarks.idle import idle
from benchmarks.measurement import Incomplete, Plan, Round, Steady, Throughput, latency
from benchmarks.processor_time import peak_megabytes, per_request, stack_times
from benchmarks.stacks import Say
from deploy.local.stack import Stack
from deploy.stack import processes
from shared.contracts.services import SERVICES

_STARTED = "app started successfully"
_SECONDS = 180


class Peer:
    """The peer's four processes; a context manager that starts and stops them."""

    def __init__(self, stack: Stack, environment: Mapping[str, str], *, number: int) -> None:
        self._number = number
        self._drives = 0
        self._stack = stack
        self._environment = environment
        self._children: list[processes.Child] = []

    def __enter__(self) -> "Peer":
        for name in SERVICES:
            child = processes.start(
                f"peer {name}",
                [sys.executable, "-m", "benchmarks.peer.tutorial"],
                log=self._stack.logs / f"peer-{self._number}-{name}.log",
                environment={**self._environment, "SVC": name},
            )
            self._children.append(child)
        processes.wait_until(
            lambda: all(_STARTED in child.log.read_text() for child in self._children),
            what="the peer",
            children=self._children,
            within=60,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        processes.stop(self._children, sign=SIGTERM, within=10)
        self._children.clear()

    def measure(self, plan: Plan, say: Say) -> Round:
        """Measure every load."""
        self._drive(plan.peer_requests // 10)  # warm up the new processes
        full = self._throughput(plan.peer_requests)
        say(f"peer: {full.rate:.0f} requests/s")
        steady = {}
        for rate in plan.rates:
            steady[rate] = self._steady(rate, seconds=plan.seconds)
            say(f"peer at {rate}/s: {steady[rate].answers}")
        return Round(
            full,
            steady,
            idle(self._times, seconds=plan.seconds),
            {
                child.name.removeprefix("peer "): peak_megabytes(child.pid)
                for child in self._children
            },
        )

    def _throughput(self, count: int) -> Throughput:
        """Send *count* requests as fast as possible; a request counts once reporting holds it."""
        before = self._times()
        seconds = self._drive(count)["seconds"]
        return Throughput(count / seconds, per_request(before, self._times(), count))

    def _steady(self, rate: int, *, seconds: int) -> Steady:
        """Send *rate* requests a second (open loop); return the end-to-end latencies."""
        before = self._times()
        latencies = self._drive(rate * seconds, rate)["latencies"]
        used = per_request(before, self._times(), rate * seconds)
        return Steady(used, latency(latencies), None)

    def _drive(self, count: int, rate: int = 0) -> dict[str, Any]:
        self._drives += 1
        child = processes.start(
            "the peer's load",
            [sys.executable, "-m", "benchmarks.peer.drive", str(count), str(rate)],
            log=self._stack.logs / f"peer-{self._number}-drive-{self._drives}.log",
            environment=self._environment,
        )
        processes.finish([child], within=_SECONDS + (count / rate if rate else 0))
        for stage in self._children:
            if not stage.alive:
                raise Incomplete(stage.ended())
        result: dict[str, Any] = json.loads(child.log.read_text().splitlines()[-1])
        if result["out"] < count:
            raise Incomplete(f"the peer: {result['out']} of {count} submissions came out")
        return result

    def _times(self) -> Counter[str]:
        return stack_times(self._stack, {each.name: each.pid for each in self._children})
