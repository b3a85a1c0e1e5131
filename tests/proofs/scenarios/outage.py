"""Postgres away, then Kafka frozen, each for minutes: no record is blamed for it."""

import asyncio
import signal
import time
from collections.abc import Callable

import asyncpg

from tests.proofs.scenarios.scene import Scene

MINUTES = 3.0
_LOAD_SECONDS = 8.0
_READY_SECONDS = 90.0
_SET_ASIDE = """
SELECT (SELECT count(*) FROM dead_letters) + (SELECT count(*) FROM lost_ranges)
     + (SELECT count(*) FROM parked)
"""
_STALLED_SECONDS = 300.0
"""After so long a process that gets nowhere ends and is started again."""


def play(scene: Scene) -> list[str]:
    """Return what was set aside, lost or otherwise not as it must be."""
    seconds = (scene.sizes.minutes or MINUTES) * 60
    scene.ground.hold(_LOAD_SECONDS)
    wrong = _away(scene, "Postgres is away", seconds, _stop_postgres, _start_postgres)
    scene.ground.hold(_LOAD_SECONDS)
    wrong += _away(scene, "Kafka is frozen", seconds, _freeze_kafka, _thaw_kafka)
    scene.ground.hold(_LOAD_SECONDS)
    wrong += scene.rest()
    wrong += scene.ask("end").problems
    if seconds < _STALLED_SECONDS:
        wrong += scene.ground.ended
    count = asyncio.run(_set_aside(scene))
    if count:
        wrong.append(f"{count} records were set aside or lost")
    wrong += scene.violations()
    print(f"outage: {2 * seconds:.0f} s, {count} records set aside", flush=True)
    return wrong


def _away(
    scene: Scene,
    what: str,
    seconds: float,
    begin: Callable[[Scene], None],
    end: Callable[[Scene], None],
) -> list[str]:
    scene.say(f"{what} for {seconds:.0f} s")
    begin(scene)
    scene.ground.hold(seconds)
    end(scene)
    over = time.monotonic()
    while not all(replica.is_ready() for replica in scene.stack.replicas.values()):
        if time.monotonic() > over + _READY_SECONDS:
            return [f"not ready {_READY_SECONDS:.0f} s after the end of this: {what}"]
        scene.ground.hold(0.2)
    scene.say(f"ready {time.monotonic() - over:.1f} s after its end")
    return []


def _stop_postgres(scene: Scene) -> None:
    scene.ground.end_postgres(signal.SIGQUIT)


def _start_postgres(scene: Scene) -> None:
    scene.ground.postgres_is_down = False
    scene.ground.watch()


def _freeze_kafka(scene: Scene) -> None:
    for node in scene.stack.kafka.nodes:
        node.process.send_signal(signal.SIGSTOP)


def _thaw_kafka(scene: Scene) -> None:
    for node in scene.stack.kafka.nodes:
        node.process.send_signal(signal.SIGCONT)


async def _set_aside(scene: Scene) -> int:
    count = 0
    for service, _ in scene.stack.replicas:
        connection = await asyncpg.connect(scene.stack.dsn(service))
        try:
            count += int(await connection.fetchval(_SET_ASIDE))
        finally:
            await connection.close()
    return count
