"""Restores databases from dumps that are older than what their services have published since."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from deploy.provision import databases
from tests.proofs.scenarios.scenario import ScenarioContext


def dump(context: ScenarioContext, services: Iterable[str]) -> None:
    """Dump the database of each service, for a later `fall_back`."""
    for service in services:
        context.stack.postgres.dump(databases.database_of(service), _dump(context, service))


def fall_back(context: ScenarioContext, services: Iterable[str]) -> float:
    """
    Kill all processes of *services*, restore their dumps, start the processes again.

    Return how many seconds it took from the start until all were ready.
    """
    services = tuple(services)
    names = ", ".join(services)
    context.say(f"{names}: killed, and the database restored from an older dump")
    processes = [process for process in context.rig.wanted if process[0] in services]
    for process in processes:
        context.rig.kill(process)
    for service in services:
        name = databases.database_of(service)
        asyncio.run(databases.drop(context.stack.postgres.dsn(), name))
        asyncio.run(databases.make(context.stack.postgres.dsn(), name, service=service))
        context.stack.postgres.restore(name, _dump(context, service))
    begun = time.monotonic()
    while any(process not in context.stack.replicas for process in processes):
        context.rig.hold(0.1)
    context.stack.wait_ready()
    seconds = time.monotonic() - begun
    context.say(f"{names}: caught up and ready after {seconds:.1f} s")
    return seconds


def _dump(context: ScenarioContext, service: str) -> Path:
    return context.stack.state / f"{service}.dump"
