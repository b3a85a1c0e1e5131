"""The disk of Postgres is full: data, log of changes and all."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import ClassVar

import asyncpg

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.testbed import FULL_NODE, Testbed

_PANIC = b"PANIC:"
_WRITE = "SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))"
_WRITES_SECONDS = 8
_PATIENCE = 20.0


@dataclass(slots=True, kw_only=True)
class FullDisk(Fault):
    """
    No room is left, and somebody writes until Postgres has used up what it had set aside.

    It panics, and cannot recover before there is room again. Its end waits for that: a server that
    another fault had ended when the writing began must be written to again.
    """

    bound: ClassVar[float] = 90
    waits: ClassVar[bool] = True
    _panics_before: int = field(default=0, repr=False)

    def begin(self, testbed: Testbed) -> None:
        self.has_hit = False
        self._panics_before = _panics(testbed)
        assert testbed.disk is not None
        testbed.disk.fill()
        asyncio.run(_write_until_it_fails(testbed.stack.postgres.dsn()))

    def end(self, testbed: Testbed) -> None:
        assert testbed.disk is not None
        patience = time.monotonic() + _PATIENCE
        while _panics(testbed) == self._panics_before and time.monotonic() < patience:
            testbed.hold(0.5)
            asyncio.run(_write_until_it_fails(testbed.stack.postgres.dsn()))
        testbed.disk.free()
        panics = _panics(testbed) - self._panics_before
        self.has_hit = panics > 0
        testbed.say(f"Postgres panicked {panics} times" if panics else "Postgres never panicked")


@dataclass(slots=True, kw_only=True)
class FullKafkaDisk(Fault):
    """
    The disk of one broker has no room left: it ends, and cannot start before there is room again.

    The others go on: a partition has two more copies.
    """

    bound: ClassVar[float] = 60
    waits: ClassVar[bool] = True

    def begin(self, testbed: Testbed) -> None:
        self.has_hit = False
        assert testbed.kafka_disk is not None
        testbed.kafka_disk.fill(to_the_brim=True)

    def during(self, testbed: Testbed) -> None:
        if not testbed.stack.kafka.nodes[FULL_NODE - 1].alive:
            self.has_hit = True

    def end(self, testbed: Testbed) -> None:
        assert testbed.kafka_disk is not None
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            time.sleep(0.1)  # not under the watch, which would start it again at once
            self.during(testbed)
        testbed.kafka_disk.free()
        testbed.say(
            f"kafka-{FULL_NODE} has {'' if self.has_hit else 'not '}ended on its full disk"
        )


def _panics(testbed: Testbed) -> int:
    return (testbed.stack.logs / "postgres.log").read_bytes().count(_PANIC)


async def _write_until_it_fails(dsn: str) -> None:
    until = time.monotonic() + _WRITES_SECONDS
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            while time.monotonic() < until:
                await connection.execute(_WRITE, timeout=5)
        finally:
            connection.terminate()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return  # which is what it was for; or another fault has ended the server already
