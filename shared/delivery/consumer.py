"""The consumer: batches from Kafka, offsets from Postgres, one owner per partition."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from asyncpg import Pool

from shared.delivery.isolation import Isolation
from shared.delivery.reading.batches import DRAIN_SECONDS, Batches
from shared.delivery.reading.blocked import Blocked
from shared.delivery.reading.faults import Faults
from shared.delivery.reading.positions import CannotRun, Positions, readable
from shared.delivery.reading.progress import Progress
from shared.delivery.records import OUTCOMES, Outcome, Record
from shared.delivery.take_in.checkpoints import Fenced, TooManyFailures
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.take_in import Result, dead_letter, take_in
from shared.delivery.traces import Traces
from shared.postgres.statements import load_statements
from shared.process import crash_points, metrics
from shared.process.backoff import Backoff
from shared.process.outages import TRANSIENT
from shared.process.probes import Health
from shared.process.settings import ServiceSettings

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
ENDS_EVERY = 5
"""Seconds between two checks of all checkpoints against the ends of their topics."""
_PROBE_SECONDS = 3


class Stalled(Exception):
    """The client library returns no more records: only a new process helps."""


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """
    Reads a service's topics and takes its records in, batch by batch.

    A record's effects happen exactly once: the checkpoint moves in the same transaction, and only
    if it still has the offset that this process expects. During an outage the whole batch is
    retried with backoff; a batch that fails because of one of its records is divided
    (`Isolation`). ``fatal`` gets an exception when the service must stop.
    """

    def __init__(
        self,
        *,
        service: str,
        topics: str,
        reader: Reader[Any],
        settings: ServiceSettings,
        pool: "Pool[Any]",
        health: Health,
        wakes: Sequence[asyncio.Event],
        build: str,
        cluster_id: str,
        batched_topics: Collection[str] = (),
        traces: Traces | None = None,
    ) -> None:
        self._service = service
        self._traces = traces
        self._reader = reader
        self._settings = settings
        self._pool = pool
        self._health = health
        self._wakes = wakes
        self._build = build
        self._positions = Positions(
            pool, service=service, build=build, cluster_id=cluster_id, answers_deleted=True
        )
        self._blocked = Blocked(pool, service=service, health=health)
        self._faults = Faults(pool, positions=self._positions, blocked=self._blocked)
        self._committed: dict[TopicPartition, int] = {}
        self._progress = Progress(service)
        self._isolation = Isolation(
            service=service,
            blocked=self._blocked,
            ready=self._positions.ready,
            attempt=self._take_in,
            dead_letter=self._dead_letter,
            is_outage=self._is_outage,
        )
        self._busy = asyncio.Lock()
        self._backoff = Backoff()
        self._stopping = False
        self._assigned: set[TopicPartition] = set()
        self._assigned_before = False
        self.fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batches = Batches(
            settings,
            service=service,
            topics=topics,
            batched_topics=batched_topics,
            listener=self,
            positions=self._offered,
            receive=self._receive,
            meet=self._faults.meet,
            end=self._end,
        )

    async def start(self) -> None:
        """Join the group; records flow once partitions are assigned."""
        await self._batches.start()

    async def stop(self) -> None:
        """Stop fetching, finish the running batch (20 s at most), leave the group."""
        self._stopping = True
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._busy.acquire()
        except TimeoutError:
            log.warning("consumer.drain_timed_out")
        await self._commit_offsets()
        await self._batches.stop()

    # --- records -------------------------------------------------------------------------

    async def _receive(self, records: Sequence[Record]) -> None:
        """Take in one batch. After a failure it is read again, or the service stops."""
        self._health.turn()
        if self._stopping or self.fatal.done():
            return
        try:
            async with self._busy:
                await self._isolation.take_in(self._positions.ready(records))
            self._backoff.reset()
            return
        except Fenced:
            metrics.FENCED.labels(self._service).inc()
            log.warning("batch.fenced")
        except TooManyFailures as failure:
            await self._stop_for_failures(failure)
        except CannotRun as error:
            self._end(error)
        except TRANSIENT as error:
            await self._pause(error, records)
        except Exception as error:
            log.error("batch.broken", **{"error.type": type(error).__name__}, exc_info=False)
            self._end(error)
            return
        await self._seek_again()

    async def _take_in(self, records: Sequence[Record]) -> None:
        """Take in *records*, or a prefix of each partition; the rest is offered again."""
        crash_points.reach(f"{self._service}.after_poll")
        started = time.perf_counter()
        result = await take_in(
            self._pool, self._reader, records, service=self._service, traces=self._traces
        )
        crash_points.reach(f"{self._service}.after_commit")
        duration = time.perf_counter() - started
        await self._taken_in(result.taken(records), result, duration)

    async def _dead_letter(self, record: Record, error: Exception) -> None:
        """Make a dead letter of a record that fails although everything else works."""
        started = time.perf_counter()
        result = await dead_letter(
            self._pool,
            self._reader,
            record,
            service=self._service,
            reason="not_taken_in",
            error=type(error).__name__,
        )
        await self._taken_in([record], result, time.perf_counter() - started)

    async def _taken_in(self, records: Sequence[Record], result: Result, duration: float) -> None:
        self._positions.move(result.positions)
        self._progress.moved(TopicPartition(*partition) for partition in result.positions)
        for wake in self._wakes:
            wake.set()
        self._report(records, result, duration)
        self._faults.moved(self._positions.expected)
        await self._blocked.moved(self._positions.expected)

    def _offered(self) -> Mapping[TopicPartition, int]:
        """
        Return the positions of the partitions whose records may be offered now.

        Empty while the process stops: it takes in nothing more, so the same records would be
        offered over and over.
        """
        if self._stopping or self.fatal.done():
            return {}
        resting = self._isolation.resting()
        expected = self._positions.expected
        return {p: o for p, o in expected.items() if p not in resting} if resting else expected

    async def _is_outage(self, failing: Collection[TopicPartition]) -> bool:
        """Tell whether Postgres fails for any write, or Kafka for another partition, as well."""
        others = sorted(self._consumer.assignment() - set(failing)) or sorted(failing)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._pool.execute(_SQL["write_probe"])
                await self._consumer.end_offsets(others[:1])
        except TRANSIENT:
            return True
        return False

    def _report(self, records: Sequence[Record], result: Result, duration: float) -> None:
        now = time.time()  # may jump: only for metrics
        metrics.BATCH_DURATION.labels(self._service).observe(duration)
        age = metrics.RECORD_AGE.labels(self._service)
        total: Counter[Outcome] = Counter()
        for (topic, _), outcomes in result.outcomes.items():
            total += outcomes
            metrics.LAST_PROGRESS.labels(self._service, metrics.topic_label(topic)).set(now)
        for record in records:
            age.observe(max(now - record.at.timestamp(), 0))
        if total["dead"]:
            log.error("records.dead_lettered", count=total["dead"], records=result.culprits[:10])
        log.info(
            "records.taken_in",
            records=len(records),
            outgoing=result.appended,
            duration_ms=round(duration * 1000, 2),
            **{outcome: total[outcome] for outcome in OUTCOMES if total[outcome]},
        )

    # --- failures ------------------------------------------------------------------------

    async def _pause(self, error: BaseException, records: Sequence[Record]) -> None:
        pause = self._backoff.next_delay()
        name = type(error).__name__
        metrics.FAILED_BATCHES.labels(self._service, name).inc()
        log.warning(
            "batch.failed",
            topic=records[0].topic,
            partition=records[0].partition,
            offset=records[0].offset,
            records=len(records),
            **{"error.type": name},
            failures=self._backoff.failures,
            pause_s=pause,
        )
        await asyncio.sleep(pause)

    async def _stop_for_failures(self, failure: TooManyFailures) -> None:
        topic, partition = failure.partition
        await self._pool.execute(
            _SQL["stop_checkpoint"], topic, partition, self._build, failure.failures
        )
        self._end(
            CannotRun(
                f"too many decisions on {topic}/{partition} failed: this build ({self._build}) is"
                f" at fault, not the records; deploy another, or: continuum resume {self._service}"
            )
        )

    def _end(self, error: BaseException) -> None:
        if not self.fatal.done():
            self.fatal.set_exception(error)

    # --- partitions ----------------------------------------------------------------------

    @property
    def _consumer(self) -> Any:
        return self._batches.consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish the running batch, then forget all positions."""
        self._assigned = set()
        self._batches.forget()
        if not self._stopping:
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._busy.acquire()
            except TimeoutError:
                log.warning("rebalance.drain_timed_out")
            else:
                self._busy.release()
        self._positions.expected.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Start each partition at its checkpoint; stop if a checkpoint does not fit its topic."""
        self._isolation.keep(set(assigned))
        self._blocked.keep(assigned)
        metrics.REBALANCES.labels(self._service).inc()
        self._batches.forget()
        self._faults.moved({})
        await self._open(assigned)
        self._assigned = set(assigned)
        log.info("partitions.assigned", partitions=len(set(assigned)))
        self._ask_again(set(assigned))

    def _ask_again(self, assigned: set[TopicPartition]) -> None:
        """
        Ask once for a new assignment if the first one does not hold every partition.

        A static member that returns gets its previous partitions, even if topics were added or
        deleted (KAFKA-12759). Its client then assumes that another member leads the group and
        watches for such changes. Joining a second time makes it the leader again, if it was.
        """
        if self._assigned_before:
            return
        self._assigned_before = True
        if self._settings.instance and assigned != readable(self._consumer):
            self._consumer._coordinator.request_rejoin()

    async def _open(self, partitions: Iterable[TopicPartition]) -> None:
        backoff = Backoff()
        while not self._stopping and not self.fatal.done():
            try:
                await self._positions.check_ends(self._consumer)
                there = readable(self._consumer).intersection(partitions)
                await self._positions.open(self._consumer, there)
            except CannotRun as error:
                self._end(error)
            except TRANSIENT as error:
                pause = backoff.next_delay()
                name = type(error).__name__
                log.warning("assignment.failed", **{"error.type": name}, pause_s=pause)
                await asyncio.sleep(pause)
            else:
                self._health.ready = True
                return

    async def _seek_again(self) -> None:
        """Read the checkpoints from Postgres again, after a failure or a fenced batch."""
        self._positions.expected.clear()
        if self._consumer is not None:
            await self._open(self._consumer.assignment())

    # --- beside the loop -----------------------------------------------------------------

    async def watch(self) -> None:
        """
        Once a second: commit offsets to Kafka (for lag tools), measure lag, detect stalls.

        Every `ENDS_EVERY` seconds: look for blocks that other processes left behind, and check
        that all checkpoints still fit their topics.
        """
        for turn in count():
            await asyncio.sleep(1)
            self._health.turn()
            try:
                await self._commit_offsets()
                self._watch_progress()
                if self._consumer is not None:
                    await self._faults.look_again(self._consumer)
                if turn % ENDS_EVERY == 0 and self._consumer is not None:
                    await self._faults.recall(self._consumer)
                    async with asyncio.timeout(ENDS_EVERY):  # a deleted topic has no end
                        await self._positions.check_ends(self._consumer)
                    await self._open_rest()
            except CannotRun as error:
                self._end(error)
            except TRANSIENT as error:  # processing depends only on the checkpoints in Postgres
                log.debug("watch.failed", **{"error.type": type(error).__name__})

    async def _open_rest(self) -> None:
        """Open assigned partitions whose offsets Kafka did not return at the assignment."""
        if self._backoff.failures == 0 and not self._busy.locked():
            closed = self._assigned - self._positions.expected.keys()
            await self._positions.open(self._consumer, closed)

    async def _commit_offsets(self) -> None:
        if self._consumer is None:
            return
        assignment = self._consumer.assignment()
        offsets = {
            p: o for p, o in self._positions.expected.items()
            if p in assignment and self._committed.get(p) != o
        }  # fmt: skip
        if offsets:
            try:
                await self._consumer.commit(offsets)
            except KafkaError as error:
                log.debug("commit.failed", **{"error.type": type(error).__name__})
            else:
                self._committed.update(offsets)

    def _end_of(self, partition: TopicPartition) -> int | None:
        """Return the end of *partition* as last fetched or last asked for, whichever is later."""
        ends = (self._consumer.highwater(partition), self._positions.ends.get(partition))
        return max((end for end in ends if end is not None), default=None)

    async def ask_kafka(self) -> None:
        """Request the end of one assigned partition; raise what Kafka or the network raises."""
        if self._consumer is not None and (ours := sorted(self._consumer.assignment())):
            await self._consumer.end_offsets(ours[:1])

    def _watch_progress(self) -> None:
        if self._consumer is None:
            return
        stalls = self._progress.look(
            self._consumer.assignment(), self._positions.expected, self._end_of, self._blocked
        )
        self._health.stuck = dict(stalls.places)
        is_failing = self._backoff.failures > 0  # the log already says why nothing moves
        self._health.stalled_since = None if is_failing else stalls.since
        if stalls.stalled is not None and not is_failing:
            self._end(Stalled(f"{stalls.stalled} has made no progress although records wait"))
