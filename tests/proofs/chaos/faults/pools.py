"""Every connection that a service may have is taken: its pool has none to give."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import asyncpg

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.leaders import connect
from tests.proofs.chaos.rig import Rig

_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1"
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
# Not of pg_stat_activity, which a transaction sees as it was at its first look.
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'checkpoints'::regclass"


@dataclass(slots=True, kw_only=True)
class PoolExhausted(Fault):
    """
    A service gets no connection: its role may have none, or each waits for a lock.

    ``refused``: all sessions of the service are ended, and each new one is one too many.
    ``locked``: the table that every batch writes is locked, so that connections do not come back.
    """

    bound: ClassVar[float] = 90
    waits: ClassVar[bool] = True
    service: str
    how: Literal["refused", "locked"]
    _holder: Any = field(default=None, repr=False)
    _loop: Any = field(default=None, repr=False)

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        self._loop = asyncio.new_event_loop()
        try:
            self._do(self._take(rig))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            rig.say(f"nothing exhausted: {error!r}")  # another fault has Postgres down

    def during(self, rig: Rig) -> None:
        if self._holder is None or self.has_hit:
            return
        try:
            self.has_hit = self._do(self._is_exhausted())
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._holder = None

    def end(self, rig: Rig) -> None:
        if self._holder is not None:
            self._holder.terminate()  # which gives the lock back
        if self.how == "refused":
            self._do(self._allow(rig))
        self._do(asyncio.sleep(0))  # in which the loop lets go of the connection
        self._loop.close()

    async def _take(self, rig: Rig) -> None:
        holder = await connect(rig.stack, self.service)
        if self.how == "refused":
            await holder.execute(f"ALTER ROLE {self.service} CONNECTION LIMIT 0")
            await holder.fetch(_END_SESSIONS, self.service)
        else:
            await holder.execute("BEGIN")
            await holder.execute("LOCK TABLE checkpoints IN ACCESS EXCLUSIVE MODE", timeout=10)
        self._holder = holder

    async def _is_exhausted(self) -> bool:
        if self.how == "refused":
            return bool(await self._holder.fetchval(_SESSIONS, self.service) == 0)
        return bool(await self._holder.fetchval(_WAITING))

    async def _allow(self, rig: Rig) -> None:
        for _ in range(60):
            try:
                connection = await connect(rig.stack, self.service)
                await connection.execute(f"ALTER ROLE {self.service} CONNECTION LIMIT -1")
                await connection.close(timeout=5)
                return
            except (OSError, TimeoutError, asyncpg.PostgresError):
                rig.watch()
                await asyncio.sleep(0.5)  # the server is on its way back from another fault
        rig.wrong.append(f"{self.service} was never allowed to connect again")

    def _do(self, what: Any) -> Any:
        return self._loop.run_until_complete(what)
