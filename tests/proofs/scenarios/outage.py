"""Postgres is down, then Kafka frozen, each for minutes: no record is dead-lettered for it."""

import asyncio
import signal
import time
from collections.abc import Callable

import asyncpg

from tests.proofs.scenarios.scenario import ScenarioContext

MINUTES = 3.0
_LOAD_SECONDS = 8.0
_READY_SECONDS = 90.0
_SET_ASIDE = """
SELECT (SELECT count(*) FROM dead_letters) + (SELECT count(*) FROM lost_ranges)
     + (SELECT count(*) FROM parked)
"""
_STALLED_SECONDS = 300.0
"""Seconds after which a process without progress ends and is started again."""


def run(context: ScenarioContext) -> list[str]:
    """Run the scenario; return its violations, dead-lettered and lost records included."""
    seconds = (context.sizes.minutes or MINUTES) * 60
    context.rig.hold(_LOAD_SECONDS)
    wrong = _away(context, "Postgres is away", seconds, _stop_postgres, _start_postgres)
    context.rig.hold(_LOAD_SECONDS)
    wrong += _away(context, "Kafka is frozen", seconds, _freeze_kafka, _thaw_kafka)
    context.rig.hold(_LOAD_SECONDS)
    wrong += context.rest()
    wrong += context.ask("end").problems
    if seconds < _STALLED_SECONDS:
        wrong += context.rig.ended
    count = asyncio.run(_set_aside(context))
    if count:
        wrong.append(f"{count} records were set aside or lost")
    wrong += context.violations()
    print(f"outage: {2 * seconds:.0f} s, {count} records set aside", flush=True)
    return wrong


def _away(
    context: ScenarioContext,
    what: str,
    seconds: float,
    begin: Callable[[ScenarioContext], None],
    end: Callable[[ScenarioContext], None],
) -> list[str]:
    context.say(f"{what} for {seconds:.0f} s")
    begin(context)
    context.rig.hold(seconds)
    end(context)
    over = time.monotonic()
    while not all(replica.is_ready() for replica in context.stack.replicas.values()):
        if time.monotonic() > over + _READY_SECONDS:
            return [f"not ready {_READY_SECONDS:.0f} s after the end of this: {what}"]
        context.rig.hold(0.2)
    context.say(f"ready {time.monotonic() - over:.1f} s after its end")
    return []


def _stop_postgres(context: ScenarioContext) -> None:
    context.rig.end_postgres(signal.SIGQUIT)


def _start_postgres(context: ScenarioContext) -> None:
    context.rig.postgres_is_down = False
    context.rig.watch()


def _freeze_kafka(context: ScenarioContext) -> None:
    for node in context.stack.kafka.nodes:
        node.process.send_signal(signal.SIGSTOP)


def _thaw_kafka(context: ScenarioContext) -> None:
    for node in context.stack.kafka.nodes:
        node.process.send_signal(signal.SIGCONT)


async def _set_aside(context: ScenarioContext) -> int:
    count = 0
    for service, _ in context.stack.replicas:
        connection = await asyncpg.connect(context.stack.dsn(service))
        try:
            count += int(await connection.fetchval(_SET_ASIDE))
        finally:
            await connection.close()
    return count
