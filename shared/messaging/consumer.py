"""The consumer: raw batches through FastStream, offsets from Postgres, one owner per partition."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from asyncpg import Pool
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.security import SASLScram512

from shared.messaging import kafka
from shared.messaging.checkpoints import Fenced, TooManyFailures
from shared.messaging.reader import Reader
from shared.messaging.records import OUTCOMES, Outcome, Record, from_kafka
from shared.messaging.take_in import Result, take_in
from shared.postgres.statements import load_statements
from shared.runtime import metrics
from shared.runtime.probes import Health
from shared.runtime.settings import ServiceSettings

log = structlog.get_logger()
_SQL = load_statements(__package__)
FETCH_BYTES = 4_194_304
PAUSES = (0.1, 0.25, 0.5, 1, 2, 5, 10)
DRAIN_SECONDS = 20
# What an outage looks like from here; anything else that is raised is a bug and ends the process.
TRANSIENT = (
    OSError,
    TimeoutError,
    KafkaError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)


class Refusal(Exception):
    """The service must not go on: the text says what, where and what to do."""


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """
    Reads a service's topics and takes its records in, batch by batch.

    A record's effects happen exactly once: the checkpoint moves in their transaction, and only
    from where this process believes it stands. After a failure the whole batch is read again
    after a growing pause. ``fatal`` is set when the service must stop.
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
        relay_wake: asyncio.Event,
        wakes: Sequence[asyncio.Event],
        build: str,
        cluster_id: str,
    ) -> None:
        self._service = service
        self._reader = reader
        self._settings = settings
        self._pool = pool
        self._health = health
        self._wakes = (relay_wake, *wakes)
        self._build = build
        self._cluster_id = cluster_id
        self._expected: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._moved_at: dict[TopicPartition, float] = {}
        self._busy = asyncio.Lock()
        self._failures = 0
        self._stopping = False
        self.fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._broker = KafkaBroker(
            settings.kafka_servers,
            security=SASLScram512(
                username=settings.kafka_user,
                password=settings.kafka_password.get_secret_value(),
                use_ssl=settings.kafka_security == "SASL_SSL",
                ssl_context=kafka.ssl_context(settings),
            ),
            logger=None,
            apply_types=False,
            graceful_timeout=DRAIN_SECONDS,
            allow_auto_create_topics=False,
            metadata_max_age_ms=settings.metadata_max_age_ms,
        )
        self._subscriber = self._broker.subscriber(
            pattern=topics,
            group_id=service,
            batch=True,
            max_records=settings.batch_records,
            batch_timeout_ms=settings.batch_wait_ms,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            listener=self,
            decoder=_raw_records,
            no_reply=True,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=max(settings.session_timeout_ms // 4, 500),
            rebalance_timeout_ms=(DRAIN_SECONDS + 10) * 1000,
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=4 * FETCH_BYTES,
            fetch_max_wait_ms=100,
            group_instance_id=settings.instance,
            check_crcs=False,
        )
        self._subscriber(self._receive)

    async def start(self) -> None:
        """Join the group; records flow once partitions are assigned."""
        await self._broker.start()

    async def stop(self) -> None:
        """Stop fetching, finish the running batch (20 s at most), leave the group."""
        self._stopping = True
        try:
            await asyncio.wait_for(self._busy.acquire(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("consumer.drain_timed_out")
        await self._commit_offsets()
        await self._broker.stop()

    # --- records -------------------------------------------------------------------------

    async def _receive(self, records: Sequence[ConsumerRecord]) -> None:
        """Take one polled batch in. What fails is read again, or ends the service."""
        self._health.turn()
        if self._stopping or self.fatal.done():
            return
        try:
            async with self._busy:
                await self._take_in(records)
            self._failures = 0
            return
        except Fenced:
            metrics.FENCED.labels(self._service).inc()
            log.warning("batch.fenced")
        except TooManyFailures as failure:
            await self._stop_for_failures(failure)
        except Refusal as refusal:
            self._end(refusal)
        except TRANSIENT as error:
            await self._pause(error)
        except Exception as error:
            log.error("batch.broken", **{"error.type": type(error).__name__}, exc_info=False)
            self._end(error)
            return
        await self._seek_again()

    async def _take_in(self, found: Iterable[ConsumerRecord]) -> None:
        records = self._fresh(found)
        if not records:
            return
        started = time.perf_counter()
        result = await take_in(self._pool, self._reader, records, service=self._service)
        duration = time.perf_counter() - started
        now = time.time()
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            self._expected[partition] = record.offset + 1
            self._moved_at[partition] = now
        if result.appended:
            for wake in self._wakes:
                wake.set()
        else:
            for wake in self._wakes[1:]:
                wake.set()
        self._report(records, result, duration, now)

    def _fresh(self, found: Iterable[ConsumerRecord]) -> list[Record]:
        """Return the records from each checkpoint on; seek back where one is missing."""
        by_partition: dict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
        for record in found:
            by_partition[TopicPartition(record.topic, record.partition)].append(record)
        fresh: list[Record] = []
        for partition, records in by_partition.items():
            expected = self._expected.get(partition)
            if expected is None:
                continue  # no longer ours
            for record in records:
                if record.offset < expected:
                    continue
                if record.offset > expected:  # never step over a hole
                    log.warning(
                        "records.missing",
                        topic=partition.topic,
                        partition=partition.partition,
                        offset=expected,
                    )
                    self._consumer.seek(partition, expected)
                    break
                fresh.append(from_kafka(record))
                expected += 1
        return fresh

    def _report(
        self, records: Sequence[Record], result: Result, duration: float, now: float
    ) -> None:
        metrics.BATCH_DURATION.labels(self._service).observe(duration)
        age = metrics.RECORD_AGE.labels(self._service)
        total: Counter[Outcome] = Counter()
        for (topic, _), outcomes in result.outcomes.items():
            total += outcomes
            label = metrics.topic_label(topic)
            metrics.LAST_PROGRESS.labels(self._service, label).set(now)
            for outcome, count in outcomes.items():
                metrics.CONSUMED.labels(self._service, label, outcome).inc(count)
        for record in records:
            age.observe(max(now - record.at.timestamp(), 0))
        if total["dead"]:
            metrics.DEAD_LETTERS.labels(self._service).inc(total["dead"])
            log.error("records.dead_lettered", count=total["dead"], records=result.culprits[:10])
        log.info(
            "records.taken_in",
            records=len(records),
            outgoing=result.appended,
            duration_ms=round(duration * 1000, 2),
            **{outcome: total[outcome] for outcome in OUTCOMES if total[outcome]},
        )

    # --- failures ------------------------------------------------------------------------

    async def _pause(self, error: BaseException) -> None:
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        name = type(error).__name__
        metrics.FAILED_BATCHES.labels(self._service, name).inc()
        log.warning("batch.failed", **{"error.type": name}, failures=self._failures, pause_s=pause)
        await asyncio.sleep(pause)

    async def _stop_for_failures(self, failure: TooManyFailures) -> None:
        topic, partition = failure.partition
        await self._pool.execute(
            _SQL["stop_checkpoint"], topic, partition, self._build, failure.failures
        )
        self._end(
            Refusal(
                f"too many decisions on {topic}/{partition} failed: this build ({self._build}) is"
                f" wrong, not the world; deploy another, or: continuum resume {self._service}"
            )
        )

    def _end(self, error: BaseException) -> None:
        if not self.fatal.done():
            self.fatal.set_exception(error)

    # --- partitions ----------------------------------------------------------------------

    @property
    def _consumer(self) -> Any:
        return self._subscriber.consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish the running batch, then let go of everything."""
        try:
            await asyncio.wait_for(self._busy.acquire(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("rebalance.drain_timed_out")
        else:
            self._busy.release()
        self._expected.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Start every partition where Postgres says; refuse one whose log does not fit."""
        metrics.REBALANCES.labels(self._service).inc()
        partitions = sorted(assigned)
        failures = 0
        while not self._stopping and not self.fatal.done():
            try:
                await self._open(partitions)
                self._health.ready = True
                log.info("partitions.assigned", partitions=len(partitions))
                return
            except Refusal as refusal:
                self._end(refusal)
            except TRANSIENT as error:
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                name = type(error).__name__
                log.warning("assignment.failed", **{"error.type": name}, pause_s=pause)
                await asyncio.sleep(pause)

    async def _open(self, partitions: Sequence[TopicPartition]) -> None:
        if not partitions:
            return
        beginnings = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        topics = [p.topic for p in partitions]
        numbers = [p.partition for p in partitions]
        await self._pool.execute(
            _SQL["open_checkpoints"],
            topics,
            numbers,
            self._cluster_id,
            [beginnings[p] for p in partitions],
        )
        await self._pool.execute(_SQL["clear_stop"], topics, numbers, self._build)
        rows = await self._pool.fetch(_SQL["read_checkpoints"], topics, numbers)
        for row in rows:
            partition = TopicPartition(row["topic"], row["partition"])
            self._check(row, beginning=beginnings[partition], end=ends[partition])
            offset = await self._skip_lost(row, beginnings[partition])
            self._expected[partition] = offset
            self._consumer.seek(partition, offset)
        self._show_counts(rows)

    def _check(self, row: Any, *, beginning: int, end: int) -> None:
        where = f"{row['topic']}/{row['partition']}"
        if row["stopped_by"] == self._build:
            raise Refusal(
                f"{where} was stopped after too many failed decisions by this same build"
                f" ({self._build}); deploy another, or: continuum resume {self._service}"
            )
        if row["cluster_id"] != self._cluster_id:
            raise Refusal(
                f"{where}: the checkpoint belongs to cluster {row['cluster_id']}, this is"
                f" {self._cluster_id}; offsets mean nothing here: restore the right one"
            )
        if row["next_offset"] > end:
            raise Refusal(
                f"{where}: the checkpoint {row['next_offset']} is beyond the end {end}"
                f" (the topic holds {beginning}..{end}): it was deleted and made anew, or lost"
                " records; nothing is taken in until a person decides"
            )

    async def _skip_lost(self, row: Any, beginning: int) -> int:
        """Return where to read on; records below the beginning are gone, and that is recorded."""
        expected: int = row["next_offset"]
        if expected >= beginning:
            return expected
        await self._pool.execute(
            _SQL["record_lost_range"], row["topic"], row["partition"], expected, beginning
        )
        log.error(
            "records.lost",
            topic=row["topic"],
            partition=row["partition"],
            offset=expected,
            until=beginning,
        )
        return beginning

    def _show_counts(self, rows: Iterable[Any]) -> None:
        totals: Counter[tuple[str, str]] = Counter()
        for row in rows:
            for name in OUTCOMES:
                totals[metrics.topic_label(row["topic"]), name] += row[name]
        for (topic, outcome), count in totals.items():
            metrics.CONSUMED.labels(self._service, topic, outcome).set(count)

    async def _seek_again(self) -> None:
        """After a failure or a fence: forget where we stood and ask Postgres again."""
        assignment = self._consumer.assignment() if self._consumer is not None else ()
        self._expected.clear()
        await self.on_partitions_assigned(assignment)

    # --- beside the loop -----------------------------------------------------------------

    async def watch(self) -> None:
        """Once a second: Kafka's own offsets (for lag tools), lag, and what stands still."""
        while True:
            await asyncio.sleep(1)
            self._health.turn()
            try:
                await self._commit_offsets()
                await self._watch_progress()
            except (
                TRANSIENT
            ) as error:  # a commit in a rebalance may fail; the truth is in Postgres
                log.debug("watch.failed", **{"error.type": type(error).__name__})

    async def _commit_offsets(self) -> None:
        if self._consumer is None:
            return
        assignment = self._consumer.assignment()
        offsets = {
            p: o for p, o in self._expected.items()
            if p in assignment and self._committed.get(p) != o
        }  # fmt: skip
        if offsets:
            try:
                await self._consumer.commit(offsets)
            except KafkaError as error:
                log.debug("commit.failed", **{"error.type": type(error).__name__})
            else:
                self._committed.update(offsets)

    async def _watch_progress(self) -> None:
        """Show each topic's lag; note since when a partition with work before it has not moved."""
        now = time.time()
        lags: Counter[str] = Counter()
        standing: list[float] = []
        for partition, expected in list(self._expected.items()):
            end = self._consumer.highwater(partition)
            if end is None:
                continue
            lag = max(end - expected, 0)
            lags[metrics.topic_label(partition.topic)] += lag
            moved_at = self._moved_at.setdefault(partition, now)
            if lag == 0:
                self._moved_at[partition] = now
            elif now - moved_at > 30:
                standing.append(moved_at)
        for topic, lag in lags.items():
            metrics.LAG.labels(self._service, topic).set(lag)
        if standing and self._failures == 0:
            self._health.stalled_since = time.monotonic() - (now - min(standing))
        else:
            self._health.stalled_since = None


async def _raw_records(message: Any) -> Any:
    """Give FastStream's handler the records as they came from Kafka."""
    return message.raw_message
