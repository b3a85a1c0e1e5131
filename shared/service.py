"""What every service's app starts and stops: HTTP, pool, consumer, relay and its own tasks."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

import asyncpg
import structlog
import uvicorn
import uvloop
from aiokafka.errors import SaslAuthenticationFailed
from asyncpg import Pool
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from shared.messaging import ended_connections, gauges, kafka, own_log, replay
from shared.messaging.catch_up import Again, CatchUp, settle
from shared.messaging.consumer import Consumer
from shared.messaging.outages import TRANSIENT, pause_after
from shared.messaging.own_log import OwnTopics
from shared.messaging.positions import Refusal
from shared.messaging.reader import Reader
from shared.messaging.relay import Relay
from shared.messaging.traces import Traces, traces_of
from shared.postgres import migrate, pool
from shared.runtime import crash_points, logging, metrics, probes
from shared.runtime.settings import ServiceSettings
from shared.tasks import Task, call_for_ever, keep_running, show_for_ever

log = structlog.get_logger()
Verb = Callable[[Any, Sequence[str]], Awaitable[int]]
SHARED_SCHEMAS = ("shared.messaging", "shared.catalog")
ORDERS_SECONDS = 1.0
# Wrong credentials, a missing database or an old schema do not heal by waiting.
_HOPELESS = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service, wired: what it reads, how it decides, what else it does."""

    name: str
    topics: str
    """A regular expression of the topics it reads, ending with ``$``."""
    reader: Reader[Any]
    settings: ServiceSettings
    relay_wake: asyncio.Event
    """Set after a commit that appended to the outbox."""
    own: OwnTopics
    """The topics it writes: before its first step they are compared with its tables."""
    again: Again
    """How its tables are brought up to those topics when they are behind."""
    may_wait: Collection[str] = ()
    """Topics to whose records nobody waits for an answer: they gather for a moment."""
    tasks: Sequence[Task] = ()
    gauges: Callable[["Pool[Any]"], Awaitable[None]] | None = None
    """Shows, again and again, what only the service's own tables know."""
    routes: Sequence[BaseRoute] = ()
    """HTTP routes beside the probes; handlers find the pool as ``request.app.state.pool``."""


def main(
    name: str,
    settings: type[ServiceSettings],
    build: Callable[[Any], Service],
    *,
    verbs: Mapping[str, Verb] | None = None,
) -> None:
    """Run a verb of the service *name* from the command line and exit with its status."""
    more = dict(verbs or {})
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}")
    parser.add_argument("verb", choices=["run", "migrate", *more])
    verb, arguments = parser.parse_known_args()
    try:
        crash_points.arm(os.environ)
    except crash_points.NotAllowed as error:
        sys.exit(f"{name}: {error}")
    try:
        chosen = settings(_secrets_dir=os.environ.get("CONTINUUM_SECRETS_DIR"))
    except ValidationError as error:
        missing = ", ".join(
            f"CONTINUUM_{'_'.join(map(str, problem['loc'])).upper()} ({problem['msg'].lower()})"
            for problem in error.errors()
        )
        sys.exit(f"{name}: settings are missing or wrong: {missing}")
    logging.configure(service=name, instance=chosen.instance, level=chosen.log_level)
    if verb.verb == "run":
        sys.exit(uvloop.run(run(name, chosen, build)))
    if verb.verb == "migrate":
        sys.exit(uvloop.run(_migrate(name, chosen)))
    sys.exit(uvloop.run(_verb(more[verb.verb], chosen, arguments)))


async def _verb(verb: Verb, settings: ServiceSettings, arguments: Sequence[str]) -> int:
    return await verb(settings, arguments)


async def _migrate(name: str, settings: ServiceSettings) -> int:
    """Bring the database to the schema; 2 when that cannot be (the log says why)."""
    try:
        connection = await pool.connect(settings, name=f"{name} migrate", limits={})
        try:
            done = await migrate.migrate(connection, schemas(name))
        finally:
            await connection.close()
    except (migrate.SchemaMismatch, *_HOPELESS, *TRANSIENT) as error:
        log.error("service.refuses", body=str(error), **{"error.type": type(error).__name__})
        return 2
    log.info("schema.migrated", applied=done)
    return 0


def schemas(name: str) -> list[str]:
    """Return the packages whose migrations make up the database of service *name*."""
    return [*SHARED_SCHEMAS, f"services.{name}"]


async def run(name: str, settings: ServiceSettings, build: Callable[[Any], Service]) -> int:
    """
    Run the service until SIGTERM or SIGINT; return its exit status.

    0 after a clean stop; 2 when it must not go on as things are (the log says what and why).
    Kafka or Postgres away is waited for with growing pauses, never silently.
    """
    ended_connections.expect()
    health = probes.Health()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    metrics.started(name)
    service = build(settings)
    traces = traces_of(settings, service=name)
    gc.freeze()  # a batch makes tens of thousands of short-lived values and no cycles
    gc.set_threshold(100_000, 50, 100)
    app = Starlette(routes=[*probes.routes(health), *service.routes])
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
    )
    http = asyncio.create_task(server._serve())
    log.info("service.starting")
    try:
        return await _serve(service, health=health, app=app, stop=stop, http=http, traces=traces)
    except (Refusal, migrate.SchemaMismatch, *_HOPELESS) as error:
        log.error("service.refuses", body=str(error), **{"error.type": type(error).__name__})
        return 2
    finally:
        server.should_exit = True
        with suppress(Exception):
            await asyncio.wait_for(http, 3)
        if traces is not None:
            await traces.stop()
        log.info("service.stopped")


async def _serve(
    service: Service,
    *,
    health: probes.Health,
    app: Starlette,
    stop: asyncio.Event,
    http: "asyncio.Task[None]",
    traces: Traces | None,
) -> int:
    settings = service.settings
    stopping = asyncio.create_task(stop.wait())

    async def reach(what: str, step: Callable[[], Awaitable[Any]]) -> Any:
        return await _until_reached(what, step, health=health, stopping=stopping)

    own = await reach("postgres", lambda: pool.create_pool(settings, name=service.name))
    if own is None:
        return 0
    app.state.pool = own
    consumer: Consumer | None = None
    running: list[asyncio.Task[Any]] = []
    try:
        async with own.acquire() as connection:
            await migrate.verify(connection, schemas(service.name))
        cluster = await reach("kafka", lambda: kafka.cluster_id(settings))
        if cluster is None:
            return 0
        catch_up = CatchUp(
            service=service.name,
            own=service.own,
            again=service.again,
            topics=service.topics,
            settings=settings,
            build=version("continuum"),
            cluster_id=cluster,
            turn=health.turn,
        )
        if not await reach("own_log", lambda: _or_stop(settle(own, catch_up), stopping)):
            return 0
        if stopping.done():
            return 0
        if (until := kafka.authority_runs_out(settings)) is not None:
            metrics.CERTIFICATE.labels(service.name, "kafka_authority").set(until)
        health.waiting_for = "the first assignment"
        consumer = Consumer(
            service=service.name,
            topics=service.topics,
            reader=service.reader,
            settings=settings,
            pool=own,
            health=health,
            relay_wake=service.relay_wake,
            wakes=[task.wake for task in service.tasks],
            build=version("continuum"),
            cluster_id=cluster,
            may_wait=service.may_wait,
            traces=traces,
        )
        await reach("kafka", consumer.start)
        relay = Relay(settings, service=service.name, wake=service.relay_wake, traces=traces)
        note = partial(own_log.keep_noting, own, service.own, settings=settings)
        running = [
            asyncio.create_task(keep_running("relay", relay.run)),
            asyncio.create_task(keep_running("own_log", note)),
            asyncio.create_task(consumer.watch()),
            *(asyncio.create_task(show_for_ever(each, own)) for each in _shown(service)),
            *(asyncio.create_task(call_for_ever(task, own)) for task in service.tasks),
            asyncio.create_task(call_for_ever(_orders(service), own)),
        ]
        log.info("service.runs")
        ends: list[asyncio.Future[Any]] = [consumer.fatal, http, *running]
        await asyncio.wait([stopping, *ends], return_when=asyncio.FIRST_COMPLETED)
        for ended in ends:
            if ended.done():
                ended.result()
        return 0
    finally:
        health.ready = False
        log.info("service.stopping")
        if consumer is not None:
            await consumer.stop()
        await _relay_rest(own)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(own.close(), 5)


async def _or_stop(step: Awaitable[None], stopping: "asyncio.Task[Any]") -> None:
    """Await *step*; when told to stop, cancel it."""
    running = asyncio.ensure_future(step)
    await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        return
    running.result()


def _orders(service: Service) -> Task:
    """Return the task that carries out what operators order about dead letters."""

    async def step(own: "Pool[Any]") -> bool:
        done = await replay.carry_out(own, service.reader, service=service.name)
        if done:
            for wake in (service.relay_wake, *(task.wake for task in service.tasks)):
                wake.set()
        return done

    return Task("orders", step, every=ORDERS_SECONDS)


async def _until_reached(
    what: str,
    step: Callable[[], Awaitable[Any]],
    *,
    health: probes.Health,
    stopping: "asyncio.Task[Any]",
) -> Any:
    """Return what *step* returns, trying again with growing pauses; None when told to stop."""
    health.waiting_for = what
    for attempt in range(1_000_000):
        health.turn()
        try:
            return await step() or True
        except _HOPELESS:
            raise
        except SaslAuthenticationFailed as error:
            raise Refusal(f"{what} refuses this user or password") from error
        except TRANSIENT as error:
            failure = error
        pause = pause_after(attempt)
        log.warning(f"{what}.not_reached", **{"error.type": type(failure).__name__}, pause_s=pause)
        done, _ = await asyncio.wait([stopping], timeout=pause)
        if done:
            return None
    return None


async def _relay_rest(own: "Pool[Any]") -> None:
    """Give the relay a moment to send what the last batch appended."""
    with suppress(*TRANSIENT):
        for _ in range(40):
            if not await own.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
                return
            await asyncio.sleep(0.05)


def _shown(service: Service) -> list[Callable[["Pool[Any]"], Awaitable[None]]]:
    delivery = partial(gauges.show, service=service.name)
    return [delivery] if service.gauges is None else [delivery, service.gauges]
