"""Postgres fails over: a standby takes over in the middle of a service's transaction."""

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import ClassVar

import asyncpg

from deploy.stack.failure import StackFailed
from deploy.stack.postgres import Postgres
from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig

_SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
_IN_TRANSACTION = """
SELECT count(*) FROM pg_stat_activity WHERE usename = ANY ($1) AND backend_xid IS NOT NULL
"""
_PATIENCE = 30.0
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError)


@dataclass(slots=True, kw_only=True)
class Failover(Fault):
    """
    A standby follows, synchronously; the primary is killed while a service writes.

    The standby is promoted, and stands behind the address that services know. What was committed
    must be there; what was not, must not.
    """

    bound: ClassVar[float] = 90

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        try:
            asyncio.run(self._fail_over(rig))
        except (*_AWAY, StackFailed) as error:  # another fault has Postgres down
            rig.say(f"no failover: {error!r}")

    async def _fail_over(self, rig: Rig) -> None:
        primary = rig.stack.postgres
        standby = primary.standby(port=rig.stack.take_port())
        try:
            await _promote(rig, primary, standby)
        except (*_AWAY, StackFailed):
            standby.stop()
            standby.discard()
            rig.postgres_is_down = False
            await _commit_alone(rig, primary)
            raise
        rig.stack.postgres = standby
        rig.proxy.redirect(rig.proxy.select(rig.stack.services, ("postgres",)), standby.port)
        rig.postgres_is_down = False
        primary.discard()
        self.has_hit = True
        rig.say("the standby has taken over")


async def _promote(rig: Rig, primary: Postgres, standby: Postgres) -> None:
    """Kill the primary while a service writes; return when the standby has been promoted."""
    connection = await asyncpg.connect(primary.dsn(), timeout=5)
    try:
        await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await connection.execute("SELECT pg_reload_conf()")
        await _until(rig, connection, _SYNCHRONOUS)
        await _until(rig, connection, _IN_TRANSACTION, list(SERVICES))
        rig.end_postgres(signal.SIGKILL)
    finally:
        connection.terminate()
    promoted = await asyncpg.connect(standby.dsn(), timeout=5)
    try:
        await promoted.execute("SELECT pg_promote(true, 30)", timeout=40)
    finally:
        await promoted.close(timeout=5)


async def _commit_alone(rig: Rig, primary: Postgres) -> None:
    """Have the primary wait for no standby; without this, its commits would wait for ever."""
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            connection = await asyncpg.connect(primary.dsn(), timeout=5)
            try:
                await connection.execute("ALTER SYSTEM RESET synchronous_standby_names", timeout=5)
                await connection.execute("SELECT pg_reload_conf()", timeout=5)
            finally:
                connection.terminate()
        except _AWAY:
            if time.monotonic() > patience:
                raise
            rig.watch()
            await asyncio.sleep(0.1)  # another fault has ended the server, which starts again
        else:
            return


async def _until(
    rig: Rig, connection: "asyncpg.Connection[asyncpg.Record]", query: str, *values: object
) -> None:
    patience = time.monotonic() + _PATIENCE
    while not await connection.fetchval(query, *values, timeout=5):
        if time.monotonic() > patience:
            raise TimeoutError(query)
        rig.watch()
        await asyncio.sleep(0.01)  # Postgres tells nobody when it holds
