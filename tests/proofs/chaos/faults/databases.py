"""Postgres killed, stopped at once, or robbed of sessions."""

import asyncio
import os
import signal
from dataclasses import dataclass
from typing import ClassVar, Literal

import asyncpg

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig


@dataclass(slots=True, kw_only=True)
class EndPostgres(Fault):
    """SIGKILL, or an immediate stop; at the end the server starts and recovers."""

    bound: ClassVar[float] = 90
    how: Literal["SIGKILL", "SIGQUIT"]

    def begin(self, rig: Rig) -> None:
        server = rig.stack.postgres.child
        self.has_hit = server is not None and server.alive
        rig.end_postgres(signal.Signals[self.how])

    def end(self, rig: Rig) -> None:
        rig.postgres_is_down = False
        rig.watch()


@dataclass(slots=True, kw_only=True)
class KillBackend(Fault):
    """SIGKILL one session's process of a service: the server ends all others and recovers."""

    bound: ClassVar[float] = 90
    service: str

    def begin(self, rig: Rig) -> None:
        found = asyncio.run(_sessions(rig.stack.postgres.dsn(), self.service))[:1]
        self.has_hit = bool(found)
        for pid in found:
            os.kill(pid, signal.SIGKILL)
            rig.kills += 1


@dataclass(slots=True, kw_only=True)
class EndSessions(Fault):
    """All sessions of a service are ended by the administrator, whatever they are doing."""

    bound: ClassVar[float] = 90
    service: str

    def begin(self, rig: Rig) -> None:
        found = asyncio.run(_sessions(rig.stack.postgres.dsn(), self.service))
        self.has_hit = bool(found)
        for pid in found:
            os.kill(pid, signal.SIGTERM)


async def _sessions(dsn: str, service: str) -> list[int]:
    """Return the processes of a service's sessions, those in a transaction first."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE usename = $1 ORDER BY state DESC",
                service,
                timeout=5,
            )
        finally:
            await connection.close(timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return []  # another fault has ended the server
    return [row["pid"] for row in rows]
