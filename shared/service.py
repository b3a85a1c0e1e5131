"""Runs a service: starts and stops its HTTP servers, pool, consumer, relay and own tasks."""

import asyncio
import gc
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
from asyncpg import Pool
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from shared.availability import PERMANENT, unless_stopped, until_available
from shared.delivery import ended_connections, gauges, kafka
from shared.delivery.consumer import Consumer
from shared.delivery.orders import orders
from shared.delivery.reading.positions import CannotRun
from shared.delivery.relay.relay import Relay
from shared.delivery.restore import own_log
from shared.delivery.restore.catch_up import CatchUp, Restore, run_catch_up
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.left_over import LeftOver
from shared.delivery.take_in.reader import Reader
from shared.delivery.traces import Traces, traces_of
from shared.postgres import migrate, pool
from shared.process import metrics, probes, reachability
from shared.process.http import PublicPages, Servers
from shared.process.outages import TRANSIENT
from shared.process.settings import ServiceSettings
from shared.process.table_gauges import Count, TableGauges
from shared.process.tasks import AT_ONCE, LATER, Task, run_periodically, run_with_restarts

log = structlog.get_logger()
SHARED_SCHEMAS = ("shared.delivery", "shared.catalog", "shared.retention")
ORDERS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one service: its topics, its reader, its settings, its tasks."""

    name: str
    topics: str
    """Regular expression of the topics it reads, ending with ``$``."""
    reader: Reader[Any]
    settings: ServiceSettings
    relay_wake: asyncio.Event
    """Set after a commit that appended to the outbox."""
    own: OwnTopics
    """The topics it writes; before it starts, they are compared with its tables."""
    restore: Restore
    """How it restores its tables if they are behind those topics."""
    batched_topics: Collection[str] = ()
    """Topics without waiting readers; their records gather into batches (``batch_wait_ms``)."""
    tasks: Sequence[Task] = ()
    gauges: Callable[["Pool[Any]"], Awaitable[None]] | None = None
    """Sets the service's own gauges from its tables, when metrics are read."""
    operator_routes: Sequence[BaseRoute] = ()
    """Pages for operators, on the port of probes and metrics; they find the pool, too."""
    public: PublicPages | None = None
    """Public pages, on their own port; their handlers find ``request.app.state.pool``."""


def schemas(name: str) -> list[str]:
    """Return the packages whose migrations make up the database of service *name*."""
    return [*SHARED_SCHEMAS, f"services.{name}"]


async def run(name: str, settings: ServiceSettings, build: Callable[[Any], Service]) -> int:
    """
    Run the service until SIGTERM or SIGINT; return its exit status.

    0 after a clean stop; 2 if it cannot run as things are (the log says why). It waits for Kafka
    and Postgres with backoff, and logs each attempt.
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
    gc.freeze()  # batches create many short-lived objects and no cycles: collect rarely
    gc.set_threshold(100_000, 50, 100)
    table_gauges = TableGauges()
    servers = Servers()
    internal = Starlette(
        routes=[
            *probes.routes(health, refresh=table_gauges.refresh),
            *service.operator_routes,
        ]
    )
    servers.start(
        internal,
        host=settings.http_host,
        port=settings.http_port,
    )
    apps = [internal]
    if service.public is not None:
        apps.append(servers.start_public(service.public))
    log.info("service.starting")
    try:
        return await _serve(
            service,
            health=health,
            table_gauges=table_gauges,
            apps=apps,
            stop=stop,
            http=servers.tasks,
            traces=traces,
        )
    except (CannotRun, migrate.SchemaMismatch, *PERMANENT) as error:
        log.error("service.refuses", body=str(error), **{"error.type": type(error).__name__})
        return 2
    finally:
        await servers.stop()
        if traces is not None:
            await traces.stop()
        log.info("service.stopped")


async def _serve(
    service: Service,
    *,
    health: probes.Health,
    table_gauges: TableGauges,
    apps: Sequence[Starlette],
    stop: asyncio.Event,
    http: "Sequence[asyncio.Task[None]]",
    traces: Traces | None,
) -> int:
    settings = service.settings
    stopping = asyncio.create_task(stop.wait())

    async def reach(what: str, step: Callable[[], Awaitable[Any]]) -> Any:
        return await until_available(what, step, health=health, stopping=stopping)

    own = await reach("postgres", lambda: pool.create_pool(settings, name=service.name))
    if own is None:
        return 0
    for app in apps:
        app.state.pool = own
    consumer: Consumer | None = None
    running: list[asyncio.Task[Any]] = []
    try:
        async with own.acquire() as connection:
            await migrate.verify(connection, schemas(service.name))
        # Orders to resume come first: they release what the checks below would stop at.
        await reach("postgres", lambda: orders.resume(own))
        cluster = await reach("kafka", lambda: kafka.cluster_id(settings))
        if cluster is None:
            return 0
        catch_up = CatchUp(
            service=service.name,
            own=service.own,
            restore=service.restore,
            topics=service.topics,
            settings=settings,
            build=version("continuum"),
            cluster_id=cluster,
            turn=health.turn,
        )
        if not await reach(
            "own_log", lambda: unless_stopped(run_catch_up(own, catch_up), stopping)
        ):
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
            wakes=_wakes(service),
            build=version("continuum"),
            cluster_id=cluster,
            batched_topics=service.batched_topics,
            traces=traces,
        )
        await reach("kafka", consumer.start)
        table_gauges.begin(*_gauges(service, own))
        relay = Relay(settings, service=service.name, wake=service.relay_wake, traces=traces)
        note = partial(own_log.keep_noting, own, service.own, settings=settings)
        running = [
            asyncio.create_task(run_with_restarts("relay", relay.run)),
            asyncio.create_task(run_with_restarts("own_log", note)),
            asyncio.create_task(consumer.watch()),
            asyncio.create_task(
                reachability.watch("postgres", lambda: own.fetchval("SELECT 1"), health=health)
            ),
            asyncio.create_task(reachability.watch("kafka", consumer.ask_kafka, health=health)),
            *(asyncio.create_task(run_periodically(task, own)) for task in service.tasks),
            asyncio.create_task(run_periodically(_orders(service), own)),
        ]
        log.info("service.runs")
        ends: list[asyncio.Future[Any]] = [consumer.fatal, *http, *running]
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
        await table_gauges.stop()
        await _relay_rest(own)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await own.close()


def _orders(service: Service) -> Task:
    """Return the task that carries out operators' orders, and takes in records left over."""
    failures: Counter[int] = Counter()
    left_over = LeftOver(service.reader, service=service.name)

    async def step(own: "Pool[Any]") -> timedelta:
        if not await orders.is_work_open(own):
            return LATER
        await orders.resume(own)
        done = await orders.carry_out(own, service.reader, service=service.name, failures=failures)
        if not await left_over.take_in(own) and not done:
            return LATER
        for wake in _wakes(service):
            wake.set()
        return AT_ONCE

    return Task("orders", step, every=ORDERS_SECONDS)


def _wakes(service: Service) -> list[asyncio.Event]:
    """Return the wake-ups of relay and tasks, to set after a commit that may bring work."""
    return [service.relay_wake, *(task.wake for task in service.tasks if task.wake is not None)]


async def _relay_rest(own: "Pool[Any]") -> None:
    """Wait up to two seconds for the relay to empty the outbox."""
    with suppress(*TRANSIENT):
        for _ in range(40):
            if not await own.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
                return
            await asyncio.sleep(0.05)


def _gauges(service: Service, own: "Pool[Any]") -> list[Count]:
    delivery = partial(gauges.show, own, service=service.name)
    return [delivery] if service.gauges is None else [delivery, partial(service.gauges, own)]
