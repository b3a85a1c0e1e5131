"""Measures the pipeline end to end: all services, with every feature switched on."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import cast

import asyncpg

from benchmarks import send, watch
from benchmarks.child import child
from benchmarks.login import Login
from benchmarks.measurement import Incomplete, Latency, Throughput, latency
from benchmarks.participants import AskingAgency
from benchmarks.processor_time import per_request, stack_times
from deploy.local.stack import Stack
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_SECONDS = 180


class LoadTest:
    """A running pipeline, with a generator and a watcher as child processes."""

    def __init__(self, stack: Stack, login: Login, agencies: Sequence[AskingAgency]) -> None:
        connection = stack.connection
        self._stack = stack
        self._dsn = connection.operator.dsns["reporting"]
        self._began = int(time.time())  # makes loads unique, because a stack may keep its data
        self._loads = 0
        topics = [each.out_topic for each in connection.participants.values()]
        self._ends = ExitStack()
        self._generator, self._send = self._ends.enter_context(child(send.run, login, agencies))
        self._watcher, self._watch = self._ends.enter_context(child(watch.run, login, topics))
        self._expect_word("connected")

    def __enter__(self) -> "LoadTest":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.close()

    def throughput(self, count: int, *, begin: Callable[[], None] | None = None) -> Throughput:
        """
        Send *count* requests as fast as possible; a request counts once reporting holds it.

        *begin* is called just before the first is sent.
        """
        sent, received, before = self._run(count, None, begin)
        asyncio.run(_until_held(self._dsn, received.tracking_numbers))
        seconds = time.monotonic() - sent[0]
        return Throughput(count / seconds, per_request(before, self._times(), count))

    def latency(self, rate: int, *, seconds: int) -> tuple[Latency, Latency]:
        """Send *rate* requests a second (open loop); return latencies of answers and offers."""
        return self.used(rate, seconds=seconds)[1:]

    def used(
        self, rate: int, *, seconds: int, begin: Callable[[], None] | None = None
    ) -> tuple[Counter[str], Latency, Latency]:
        """Do the same as `latency`, but also return, first, the processor time per request."""
        sent, received, before = self._run(rate * seconds, rate, begin)
        used = per_request(before, self._times(), rate * seconds)
        answers = [at - sent[number] for number, at in received.answers.items()]
        offers = [at - sent[number] for number, at in received.offers.items()]
        return used, latency(answers), latency(offers)

    def _run(
        self, count: int, rate: int | None, begin: Callable[[], None] | None
    ) -> tuple[list[float], watch.Received, Counter[str]]:
        """Return when each was sent, what the watcher saw, and the processor time at the start."""
        self._loads += 1
        load = f"load{self._began}_{self._loads}"
        self._send.send((load, count, rate))
        assert self._send.recv() == "ready"
        limit = _SECONDS + (count / rate if rate else 0)
        self._watch.send((load, count, rate is not None, limit))
        self._expect_word("ready")
        before = self._times()
        if begin is not None:
            begin()
        self._send.send("go")
        sent = cast(list[float], self._send.recv())
        received = cast(watch.Received, self._watch.recv())
        _check(received, count)
        return sent, received, before

    def _times(self) -> Counter[str]:
        services = {
            f"{name}-{number}" if number else name: replica.child.pid
            for (name, number), replica in self._stack.replicas.items()
        }
        assert self._generator.pid is not None
        assert self._watcher.pid is not None
        measuring = {"generator": self._generator.pid, "watcher": self._watcher.pid}
        return stack_times(self._stack, services | measuring)

    def _expect_word(self, word: str) -> None:
        if self._watch.recv() != word:
            raise Incomplete("the watcher sent an unexpected message")


def _check(received: watch.Received, count: int) -> None:
    if received.unexpected:
        what = ", ".join(
            f"{number} {name}" for name, number in sorted(received.unexpected.items())
        )
        raise Incomplete(f"of {count} submissions, not all were offered or wait: {what}")
    if received.settled < count:
        raise Incomplete(
            f"of {count} submissions, {len(received.answers)} are accepted, "
            f"{len(received.offers)} offered and {received.waiting} waiting after {_SECONDS} s"
        )


async def _until_held(dsn: str, numbers: Sequence[str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(_SECONDS):
            # Another process fills the table, so there is no event to await.
            while await connection.fetchval(  # noqa: ASYNC110
                _SQL["count_held"], numbers
            ) < len(numbers):
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise Incomplete(f"reporting does not hold everything after {_SECONDS} s") from None
    finally:
        await connection.close()
