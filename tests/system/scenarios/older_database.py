"""A database restored from an older dump, behind what its service has published."""

import asyncio
import time
from pathlib import Path

from deploy.local import databases
from shared.contracts.services import SERVICES
from tests.system.scenarios.scene import Scene

_LOAD_SECONDS = 8.0


def play(scene: Scene) -> list[str]:
    """
    Let each database in turn, then all at once, fall back behind its published log.

    Return what was decided twice, or otherwise not as it must be.
    """
    slowest = 0.0
    for services in (*((service,) for service in SERVICES), SERVICES):
        scene.ground.hold(_LOAD_SECONDS)
        for service in services:
            scene.stack.postgres.dump(databases.database_of(service), _dump(scene, service))
        scene.ground.hold(_LOAD_SECONDS)
        slowest = max(slowest, _fall_back(scene, services))
    wrong = scene.rest()
    wrong += scene.ask("end").problems
    wrong += scene.ground.ended
    wrong += scene.violations()
    print(f"drill: restored, caught up in {slowest:.1f} s, {len(wrong)} violations", flush=True)
    return wrong


def _dump(scene: Scene, service: str) -> Path:
    return scene.stack.state / f"{service}.dump"


def _fall_back(scene: Scene, services: tuple[str, ...]) -> float:
    """Kill services, restore their dumps, start them; return how long it took to be ready."""
    scene.say(f"{', '.join(services)}: killed, and the database restored from an older dump")
    for service in services:
        scene.ground.kill((service, 0))
    for service in services:
        name = databases.database_of(service)
        asyncio.run(databases.drop(scene.stack.postgres.dsn(), name))
        asyncio.run(databases.make(scene.stack.postgres.dsn(), name, service=service))
        scene.stack.postgres.restore(name, _dump(scene, service))
    begun = time.monotonic()
    while any((service, 0) not in scene.stack.replicas for service in services):
        scene.ground.hold(0.1)
    scene.stack.wait_ready()
    seconds = time.monotonic() - begun
    scene.say(f"{', '.join(services)}: caught up and ready after {seconds:.1f} s")
    return seconds
