"""Restores databases from dumps that are older than what their services have published since."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from deploy.provision import databases
from tests.proofs.scenarios.scene import Scene


def dump(scene: Scene, services: Iterable[str]) -> None:
    """Dump the database of each service, for a later `fall_back`."""
    for service in services:
        scene.stack.postgres.dump(databases.database_of(service), _dump(scene, service))


def fall_back(scene: Scene, services: Iterable[str]) -> float:
    """
    Kill all processes of *services*, restore their dumps, start the processes again.

    Return how many seconds it took from the start until all were ready.
    """
    services = tuple(services)
    names = ", ".join(services)
    scene.say(f"{names}: killed, and the database restored from an older dump")
    processes = [process for process in scene.ground.wanted if process[0] in services]
    for process in processes:
        scene.ground.kill(process)
    for service in services:
        name = databases.database_of(service)
        asyncio.run(databases.drop(scene.stack.postgres.dsn(), name))
        asyncio.run(databases.make(scene.stack.postgres.dsn(), name, service=service))
        scene.stack.postgres.restore(name, _dump(scene, service))
    begun = time.monotonic()
    while any(process not in scene.stack.replicas for process in processes):
        scene.ground.hold(0.1)
    scene.stack.wait_ready()
    seconds = time.monotonic() - begun
    scene.say(f"{names}: caught up and ready after {seconds:.1f} s")
    return seconds


def _dump(scene: Scene, service: str) -> Path:
    return scene.stack.state / f"{service}.dump"
