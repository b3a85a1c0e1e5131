"""The disk of Postgres is full: data, log of changes and all."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import ClassVar

import asyncpg

from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.ground import Ground

_PANIC = b"PANIC:"
_WRITE = "SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))"
_WRITES_SECONDS = 8


@dataclass(slots=True, kw_only=True)
class FullDisk(Fault):
    """
    No room is left, and somebody writes until Postgres has used up what it had set aside.

    It panics, and cannot recover before there is room again.
    """

    bound: ClassVar[float] = 90
    _panics_before: int = field(default=0, repr=False)

    def begin(self, ground: Ground) -> None:
        self._panics_before = _panics(ground)
        assert ground.disk is not None
        ground.disk.fill()
        asyncio.run(_write_until_it_fails(ground.stack.postgres.dsn()))

    def end(self, ground: Ground) -> None:
        assert ground.disk is not None
        ground.disk.free()
        panics = _panics(ground) - self._panics_before
        ground.panics += panics
        ground.say(f"Postgres panicked {panics} times" if panics else "Postgres never panicked")


def _panics(ground: Ground) -> int:
    return (ground.stack.logs / "postgres.log").read_bytes().count(_PANIC)


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
