"""
Brings a restored database up to the events that its service has published, before it starts.

Published events are final. The events that the tables lack are gathered from the service's own
topics and folded into the tables. Then the inputs after the restored checkpoints are taken in
again by the service's own `Restore`: if an input led to published events, what they say stands;
an input without published events is decided now.
"""

import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
import structlog
from aiokafka import TopicPartition
from asyncpg import Pool

from shared.delivery.published import PublishedEvent
from shared.delivery.reading.blocked import Blocked
from shared.delivery.reading.faults import Faults
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.reading.positions import CannotRun, Positions
from shared.delivery.restore import own_log
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.checkpoints import TooManyFailures
from shared.delivery.take_in.left_over import LeftOver
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import connect
from shared.postgres.statements import load_statements
from shared.process.probes import Health
from shared.process.settings import ServiceSettings

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
_LOCK = 0x63617463
_LOG_SECONDS = 5.0
_FOLD_SECONDS = 3600
# Postgres ends the session of a frozen leader; a working one sends statements often.
_LIMITS = {"idle_session_timeout": "30000", "idle_in_transaction_session_timeout": "30000"}
PublishedByCause = dict[str, list[PublishedEvent]]


class Restore(Protocol):
    """A service's own part of restoring its tables."""

    @property
    def order(self) -> Sequence[str]:
        """Regular expressions of topics, in the order in which to take these in to their ends."""

    @property
    def reader(self) -> Reader[Any]:
        """Takes in an input again: from the events it led to, or by deciding it if it has none."""

    async def fold(self, connection: Any) -> None:
        """
        Fold the events of the table ``announced`` into the tables, in the caller's transaction.

        Some may have been folded before, and inputs may have been taken in since then.
        """

    async def finish(self, connection: Any) -> None:
        """Complete the tables after all inputs were taken in, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The parameters of a catch-up: the service writes the topics ``own`` and reads ``topics``."""

    service: str
    own: OwnTopics
    restore: Restore
    topics: str
    settings: ServiceSettings
    build: str
    cluster_id: str
    turn: Callable[[], None]
    """Called regularly, to show that the process is alive."""


async def run_catch_up(pool: "Pool[Any]", catch_up: CatchUp) -> None:
    """
    Return when the tables know every event on the service's own topics.

    One process of a service catches up while the others wait. If it is killed, another process
    resumes. Raises `CannotRun`, or what Postgres or Kafka raised; the caller then retries.
    """
    if not await _is_open(pool) and not await _ahead(pool, catch_up):
        return
    async with _leading(catch_up) as lead:
        if not await _is_open(pool):
            found = await _ahead(pool, catch_up)
            if not found:
                return  # another process has caught up
            await lead.execute(_SQL["begin_catch_up"], "; ".join(map(str, found)))
            log.warning(
                "catch_up.begins",
                body=f"the database is behind what the service has published: {found[0]}",
                partitions=len(found),
                events=sum(each.count for each in found),
            )
        # After a kill this runs again; events that were folded are known and not gathered.
        await _gather(pool, lead, catch_up)
        async with lead.transaction():
            await catch_up.restore.fold(lead)
            await lead.execute(_SQL["end_folding"])
        log.info("catch_up.folded")
        records = await _take_in_inputs(pool, lead, catch_up, catch_up.restore)
        async with lead.transaction():
            await catch_up.restore.finish(lead)
            await lead.execute(_SQL["finish_catch_up"])
        log.info("catch_up.finished", records=records)


async def read_published(connection: Any, causes: Collection[str]) -> PublishedByCause:
    """Return the published events that each of *causes* led to."""
    found: PublishedByCause = defaultdict(list)
    for row in await connection.fetch(_SQL["read_announced"], list(causes)):
        event = PublishedEvent(*row)
        found[event.cause].append(event)
    return dict(found)


async def fold_sequences(connection: Any) -> None:
    """Raise the sequences to the last numbers on the service's own topics."""
    await connection.execute(_SQL["fold_sequences"])


async def _is_open(pool: "Pool[Any]") -> bool:
    return bool(await pool.fetchval(_SQL["is_catch_up_open"]))


async def _ahead(pool: "Pool[Any]", catch_up: CatchUp) -> list[own_log.Ahead]:
    return await own_log.ahead(pool, catch_up.own, settings=catch_up.settings, turn=catch_up.turn)


@asynccontextmanager
async def _leading(catch_up: CatchUp) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """Yield the session that holds the lock on catching up; wait while another holds it."""
    name = f"{catch_up.service} catch-up"
    lead = await connect(catch_up.settings, name=name, limits=_LIMITS, patience=_FOLD_SECONDS)
    try:
        while not await lead.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            catch_up.turn()
            await lead.execute("SELECT pg_sleep(0.5)")
        yield lead
    finally:
        lead.terminate()


async def _gather(pool: "Pool[Any]", lead: "asyncpg.Connection[Any]", catch_up: CatchUp) -> None:
    """Copy the events that the tables do not know into the table ``announced``."""
    starts = await own_log.known_to(pool)
    async with own_log.opened(catch_up.settings, catch_up.own.names) as topics:
        async for events in topics.behind(starts):
            catch_up.turn()
            subjects = list({(event.topic, event.subject) for event in events})
            last = await catch_up.own.known(lead, subjects)
            new = [e for e in events if e.number > last.get((e.topic, e.subject), 0)]
            columns = list(zip(*new, strict=True)) or [()] * 10
            await lead.execute(_SQL["gather_announced"], *columns)
            await lead.execute(_SQL["forget_sent"], [event.id for event in events])
    events = await lead.fetchval(_SQL["end_gathering"])
    log.info("catch_up.gathered", events=events)


async def _take_in_inputs(
    pool: "Pool[Any]", lead: "asyncpg.Connection[Any]", catch_up: CatchUp, restore: Restore
) -> int:
    """Take in the inputs from the checkpoints to the present ends; return how many."""
    taken = 0
    left_over = LeftOver(restore.reader, service=catch_up.service)
    await _take_in_left_over(pool, lead, left_over, catch_up)
    async with own_log.opened(catch_up.settings, catch_up.topics) as topics:
        ends = await topics.ends()
        for names in restore.order:
            stage = {p: ends.pop(p) for p in list(ends) if re.match(names, p.topic)}
            taken += await _take_in_stage(
                pool, lead, topics.consumer, stage,
                catch_up=catch_up, reader=restore.reader, left_over=left_over,
            )  # fmt: skip
    assert not ends
    return taken


async def _take_in_stage(
    pool: "Pool[Any]",
    lead: "asyncpg.Connection[Any]",
    consumer: FetchingConsumer,
    ends: dict[TopicPartition, int],
    *,
    catch_up: CatchUp,
    reader: Reader[Any],
    left_over: LeftOver,
) -> int:
    taken, logged_at = 0, time.monotonic()
    positions = Positions(
        pool, service=catch_up.service, build=catch_up.build, cluster_id=catch_up.cluster_id
    )
    blocked = Blocked(pool, service=catch_up.service, health=Health())
    faults = Faults(pool, positions=positions, blocked=blocked)
    consumer.assign(list(ends))
    await positions.open(consumer, ends)
    while left := _left(positions, ends):
        catch_up.turn()
        if closed := ends.keys() - positions.expected.keys():  # without leader and checkpoint
            await positions.open(consumer, closed)
        await lead.execute("SELECT 1")  # raises when the lock is lost
        most = catch_up.settings.batch_records
        records, found_faults = await consumer.look(positions.expected, most, seconds=0.5)
        for fault in found_faults:
            await faults.meet(consumer, fault)
        if not records:
            continue
        try:
            result = await take_in(pool, reader, records, service=catch_up.service)
        except TooManyFailures as failure:
            raise CannotRun(
                f"catching up: too many decisions on {failure} failed: this build"
                f" ({catch_up.build}) is at fault, not the records; deploy another, which resumes"
            ) from failure
        positions.move(result.positions)  # records that were left are read again
        taken += len(records) - len(result.left(records))
        await _take_in_left_over(pool, lead, left_over, catch_up)
        faults.moved(positions.expected)
        await blocked.moved(positions.expected)
        if time.monotonic() - logged_at > _LOG_SECONDS:
            logged_at = time.monotonic()
            log.info("catch_up.goes_on", records=taken, left=left)
    return taken


async def _take_in_left_over(
    pool: "Pool[Any]", lead: "asyncpg.Connection[Any]", left_over: LeftOver, catch_up: CatchUp
) -> None:
    """Take in what was released and left over: the service itself would decide it as if new."""
    while await left_over.take_in(pool):
        catch_up.turn()
        await lead.execute("SELECT 1")  # raises when the lock is lost


def _left(positions: Positions, ends: dict[TopicPartition, int]) -> int:
    return sum(max(end - positions.expected.get(p, 0), 0) for p, end in ends.items())
