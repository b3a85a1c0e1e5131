"""Postgres is lost, and restored beside from a base backup and the archive of its log."""

import asyncio
import signal
import time
from datetime import UTC, datetime

import asyncpg

from deploy.provision.databases import database_of, with_database
from deploy.stack import processes, recovery
from deploy.stack.postgres import Postgres
from shared.contracts.services import SERVICES
from tests.proofs.chaos.rig import Rig
from tests.proofs.scenarios.scenario import ScenarioContext

_LOAD_SECONDS = 8.0
# In production as long as CloudNativePG's default; here a drill must not wait for it.
_ARCHIVED_WITHIN = 5
_NEWEST = "SELECT max(moved_at) FROM checkpoints"


def begin(rig: Rig) -> None:
    """Have Postgres archive its log from the first moment on."""
    stack = rig.stack
    recovery.keep_archive(stack.postgres, stack.state / "archive", seconds=_ARCHIVED_WITHIN)
    stack.migrate()
    rig.launch_wanted()


def run(context: ScenarioContext) -> list[str]:
    """
    Lose the server, restore beside it, look at what was restored, switch, and go on.

    Return what was decided twice, or otherwise not as it must be.
    """
    stack, rig = context.stack, context.rig
    backup, log = stack.state / "backup", stack.logs / "restored.log"
    rig.hold(_LOAD_SECONDS)
    context.say("a base backup")
    recovery.back_up(stack.postgres, backup, log=log)
    rig.hold(_LOAD_SECONDS + 2 * _ARCHIVED_WITHIN)
    context.say("Postgres is lost")
    rig.end_postgres(signal.SIGQUIT)
    lost, begun = datetime.now(UTC), time.monotonic()
    for service in SERVICES:
        rig.held_down.add(service)
        rig.kill((service, 0))
    beside = recovery.recover(
        backup,
        stack.state / "archive",
        log=log,
        port=processes.Ports().take(),
        admin_password=stack.credentials.folder / "postgres",
    )
    behind = (lost - asyncio.run(_newest(beside))).total_seconds()
    context.say(f"restored beside; its newest commit is {behind:.1f} s older than the loss")
    beside.stop()
    stack.postgres = Postgres(
        backup,
        log=stack.logs / "postgres.log",
        port=stack.postgres.port,
        admin_password=stack.credentials.folder / "postgres",
    )
    stack.postgres.begin()
    stack.postgres.wait()
    rig.postgres_is_down = False
    rig.held_down.clear()
    while any((service, 0) not in stack.replicas for service in SERVICES):
        rig.hold(0.1)
    stack.wait_ready()
    took = time.monotonic() - begun
    wrong = context.rest()
    wrong += context.ask("end").problems
    wrong += rig.ended
    wrong += context.violations()
    if behind > 3 * _ARCHIVED_WITHIN:
        wrong.append(f"the archive was {behind:.1f} s behind")
    print(
        f"drill: restored beside and switched, RPO {behind:.1f} s, RTO {took:.1f} s,"
        f" {len(wrong)} violations",
        flush=True,
    )
    return wrong


async def _newest(postgres: Postgres) -> datetime:
    """Return when anything was taken in last, by whichever service."""
    found = []
    for service in SERVICES:
        dsn = with_database(postgres.dsn(), database_of(service))
        connection = await asyncpg.connect(dsn)
        found.append(await connection.fetchval(_NEWEST))
        await connection.close()
    newest: datetime = max(found)
    return newest
