"""The disk of Postgres is full: data, log of changes and all."""

import asyncio
import signal
import time
from dataclasses import dataclass, field
from typing import ClassVar

import asyncpg

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import FULL_NODE, Rig

_PANIC = b"PANIC:"
_WRITE = "SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))"
_WRITES_SECONDS = 8
_PATIENCE = 20.0
_RECOVERS_SECONDS = 20.0


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

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        self._panics_before = _panics(rig)
        assert rig.disk is not None
        rig.disk.fill()
        asyncio.run(_write_until_it_fails(rig.stack.postgres.dsn()))

    def end(self, rig: Rig) -> None:
        assert rig.disk is not None
        patience = time.monotonic() + _PATIENCE
        while _panics(rig) == self._panics_before and time.monotonic() < patience:
            rig.hold(0.5)
            asyncio.run(_write_until_it_fails(rig.stack.postgres.dsn()))
        rig.disk.free()
        panics = _panics(rig) - self._panics_before
        self.has_hit = panics > 0
        rig.say(f"Postgres panicked {panics} times" if panics else "Postgres never panicked")
        _restart_if_hung(rig)


@dataclass(slots=True, kw_only=True)
class FullKafkaDisk(Fault):
    """
    The disk of one broker has no room left: it ends, and cannot start before there is room again.

    The others go on: a partition has two more copies.
    """

    bound: ClassVar[float] = 60
    waits: ClassVar[bool] = True

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        assert rig.kafka_disk is not None
        rig.kafka_disk.fill(to_the_brim=True)

    def during(self, rig: Rig) -> None:
        if not rig.stack.kafka.nodes[FULL_NODE - 1].alive:
            self.has_hit = True

    def end(self, rig: Rig) -> None:
        assert rig.kafka_disk is not None
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            time.sleep(0.1)  # not under the watch, which would start it again at once
            self.during(rig)
        rig.kafka_disk.free()
        rig.say(f"kafka-{FULL_NODE} has {'' if self.has_hit else 'not '}ended on its full disk")


def _restart_if_hung(rig: Rig) -> None:
    """
    Restart a Postgres that does not recover although it has room, as a supervisor's probe does.

    If there is no room for its recovery either, Postgres 18 may end the process that recovers, and
    go on without it for ever: it refuses all connections, and does not end.
    """
    patience = time.monotonic() + _RECOVERS_SECONDS
    while time.monotonic() < patience:
        if asyncio.run(_answers(rig.stack.postgres.dsn())):
            return
        rig.hold(0.5)
    rig.say(f"Postgres did not recover in {_RECOVERS_SECONDS:.0f} s, and is restarted")
    rig.end_postgres(signal.SIGQUIT)
    rig.postgres_is_down = False


async def _answers(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def _panics(rig: Rig) -> int:
    return (rig.stack.logs / "postgres.log").read_bytes().count(_PANIC)


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
