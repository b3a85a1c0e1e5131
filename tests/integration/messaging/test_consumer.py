import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from confluent_kafka.admin import NewTopic
from pydantic import SecretStr

from deploy.local.kafka import ADMIN
from deploy.local.provision import admin_client
from deploy.local.stack import Stack
from shared.messaging import kafka
from shared.messaging.consumer import Consumer
from shared.messaging.positions import Refusal
from shared.messaging.records import Item, Taken
from shared.runtime import metrics
from shared.runtime.probes import Health
from shared.runtime.settings import ServiceSettings
from tests.integration.messaging.conftest import LedgerReader, State, event, ledger

SUBJECTS = [f"S{n}" for n in range(30)]
KEPT, OTHER = "cri.test.kept.v1", "cri.test.other.v1"
METADATA_SECONDS = 5
ROUTING = {"service": "routing"}


@asynccontextmanager
async def consumer(
    settings: ServiceSettings,
    pool: "asyncpg.Pool[Any]",
    reader: LedgerReader,
    *,
    build: str = "1",
    topics: str = r"^cri\.int\.intake\.v1$",
    may_wait: Sequence[str] = (),
) -> AsyncIterator[Consumer]:
    running = Consumer(
        service="routing",
        topics=topics,
        reader=reader,
        settings=settings,
        pool=pool,
        health=Health(),
        relay_wake=asyncio.Event(),
        wakes=[],
        build=build,
        cluster_id=await kafka.cluster_id(settings),
        may_wait=may_wait,
    )
    await running.start()
    try:
        yield running
    finally:
        await running.stop()
        if running.fatal.done():
            running.fatal.exception()


@pytest.fixture
async def send(
    stack: Stack, settings: ServiceSettings, pool: "asyncpg.Pool[Any]"
) -> AsyncIterator[Callable[[Sequence[tuple[str, bytes]]], Any]]:
    """Send records to intake's topic as intake; the checkpoints start where it ends now."""
    user, password = stack.credentials.kafka("intake")
    as_intake = settings.model_copy(
        update={"kafka_user": user, "kafka_password": SecretStr(password)}
    )
    producer = AIOKafkaProducer(**kafka.security(as_intake), enable_idempotence=True)
    await producer.start()
    cluster = await kafka.cluster_id(settings)
    probe = await producer.partitions_for("cri.int.intake.v1")
    for number in probe:
        metadata = await producer.send_and_wait(
            "cri.int.intake.v1", event(f"start-{number}", 1), partition=number
        )
        await pool.execute(
            "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)"
            " VALUES ('cri.int.intake.v1', $1, $2, $3, $3)",
            number,
            cluster,
            metadata.offset + 1,
        )

    async def all_of(records: Sequence[tuple[str, bytes]], *, headers: Any = None) -> None:
        sends = [
            await producer.send(
                "cri.int.intake.v1",
                value,
                partition=kafka.partition_of(key.encode(), 6),
                headers=headers,
            )
            for key, value in records
        ]
        await asyncio.gather(*sends)

    yield all_of
    await producer.stop()


async def until(condition: Callable[[], Any], *, within: float = 30) -> None:
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_records_are_taken_in_once_by_two_members_that_come_and_go(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
) -> None:
    total = 40 * len(SUBJECTS)

    async def holds(count: int) -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM ledger") >= count)

    async def feed() -> None:
        for number in range(1, 41):
            await send([(s, event(s, number, topic="cri.int.intake.v1")) for s in SUBJECTS])

    async with consumer(settings, pool, reader):
        feeding = asyncio.create_task(feed())
        await until(lambda: holds(100))
        async with consumer(settings, pool, reader):
            await until(lambda: holds(600))
        await feeding
        await until(lambda: holds(total))

    entries = await ledger(pool)
    assert len(entries) == total
    for subject in SUBJECTS:
        own = [entry for entry in entries if entry.startswith(f"{subject}/")]
        assert own == [f"{subject}/{number}" for number in range(1, 41)]


async def test_headers_that_are_null_or_no_text_stop_nobody(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
) -> None:
    async def holds_both() -> bool:
        return await ledger(pool) == ["A/1", "A/2"]

    async with consumer(settings, pool, reader):
        odd = [("null", None), ("bytes", b"\xff\xfe"), ("reply_to", b"cri.int.routing.v1")]
        await send([("A", event("A", 1, topic="cri.int.intake.v1"))], headers=odd)
        await send([("A", event("A", 2, topic="cri.int.intake.v1"))])

        await until(holds_both)


async def test_a_batch_is_read_again_after_postgres_failed(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings, send: Callable[..., Any]
) -> None:
    class Interrupted(LedgerReader):
        failures = 2

        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            if self.failures:
                self.failures -= 1
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return await super().load(connection, items, at=at)

    async def all_there() -> bool:
        return len(await ledger(pool)) == 3

    async with consumer(settings, pool, Interrupted()):
        await send([("A", event("A", n, topic="cri.int.intake.v1")) for n in (1, 2, 3)])

        await until(all_there)

    assert await ledger(pool) == ["A/1", "A/2", "A/3"]


@pytest.mark.parametrize("step", [3600, -3600])
async def test_a_wall_clock_that_jumps_while_a_batch_waits_stops_nobody(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    send: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    may_go_on = asyncio.Event()

    class Waiting(LedgerReader):
        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            await may_go_on.wait()
            return await super().load(connection, items, at=at)

    async def all_there() -> bool:
        return len(await ledger(pool)) == 1

    async with consumer(settings, pool, Waiting()) as running:
        await send([("A", event("A", 1, topic="cri.int.intake.v1"))])

        async def is_behind() -> bool:
            running._watch_progress()
            lag = metrics.LAG.labels("routing", "cri.int.intake.v1")
            return bool(lag._value.get())

        await until(is_behind)
        now = time.time() + step
        monkeypatch.setattr(time, "time", lambda: now)
        running._watch_progress()

        assert not running.fatal.done()
        assert running._health.alive
        may_go_on.set()
        await until(all_there)


async def test_too_many_failures_stop_this_build_and_another_goes_on(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
) -> None:
    names = [f"F{n}" for n in range(60)]
    fails = [(s, event(s, 1, "raises", topic="cri.int.intake.v1")) for s in names]

    async with consumer(settings, pool, reader) as first:
        await send(fails)
        with pytest.raises(Refusal, match="continuum resume routing"):
            await asyncio.wait_for(first.fatal, 20)

    async with consumer(settings, pool, reader) as same_build:
        with pytest.raises(Refusal, match="this same build"):
            await asyncio.wait_for(same_build.fatal, 20)

    class Mended(LedgerReader):
        def decide(self, state: State, item: Item) -> Taken:
            state.entries.append(f"{item.message.subject}/{item.message.number}")
            return Taken("applied")

    async def all_there() -> bool:
        return len(await ledger(pool)) == len(names)

    async with consumer(settings, pool, Mended(), build="2"):
        await until(all_there)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("next_offset = next_offset + 1000000", "beyond the end"),
        ("cluster_id = 'another'", "belongs to cluster another"),
    ],
)
async def test_a_checkpoint_that_does_not_fit_the_log_is_refused(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
    change: str,
    says: str,
) -> None:
    await pool.execute(f"UPDATE checkpoints SET {change} WHERE partition = 3")

    async with consumer(settings, pool, reader) as running:
        with pytest.raises(Refusal, match=says):
            await asyncio.wait_for(running.fatal, 20)

    assert await ledger(pool) == []


class Topics:
    """Topics of these tests alone, which may be deleted."""

    def __init__(self, stack: Stack, producer: AIOKafkaProducer) -> None:
        user, password = stack.kafka_login(ADMIN)
        self._admin = admin_client(stack.kafka.servers, user=user, password=password)
        self._producer = producer

    async def make(self, name: str) -> None:
        topic = NewTopic(name, num_partitions=2, replication_factor=1)
        await asyncio.to_thread(self._admin.create_topics([topic])[name].result)
        await until(lambda: self._is_there(name))

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self._admin.delete_topics([name])[name].result)
        await until(lambda: self._is_gone(name))

    async def send(self, name: str, *subjects: str) -> None:
        """Send the first event of each subject to each partition in turn."""
        for place, subject in enumerate(subjects):
            value = event(subject, 1, topic=name)
            await self._producer.send_and_wait(name, value, partition=place % 2)

    async def _is_there(self, name: str) -> bool:
        found = (await asyncio.to_thread(self._admin.list_topics, timeout=5)).topics
        return name in found and len(found[name].partitions) == 2

    async def _is_gone(self, name: str) -> bool:
        return name not in (await asyncio.to_thread(self._admin.list_topics, timeout=5)).topics

    async def remove(self) -> None:
        for name in (KEPT, OTHER):
            if not await self._is_gone(name):
                await self.delete(name)


@pytest.fixture
def static(stack: Stack, settings: ServiceSettings) -> ServiceSettings:
    """Return the settings of a static member, which outlives its process, on any topic."""
    user, password = stack.kafka_login(ADMIN)
    return settings.model_copy(
        update={
            "kafka_user": user,
            "kafka_password": SecretStr(password),
            "instance": f"member-{time.monotonic_ns()}",
            "session_timeout_ms": 30_000,
            "metadata_max_age_ms": METADATA_SECONDS * 1000,
        }
    )


@pytest.fixture
async def topics(stack: Stack, static: ServiceSettings) -> AsyncIterator[Topics]:
    async with AIOKafkaProducer(**kafka.security(static)) as producer:
        topics = Topics(stack, producer)
        await topics.remove()
        await topics.make(KEPT)
        yield topics
        await topics.remove()


@asynccontextmanager
async def of_both(
    settings: ServiceSettings,
    pool: "asyncpg.Pool[Any]",
    reader: LedgerReader,
    *,
    may_wait: Sequence[str] = (),
) -> AsyncIterator[Consumer]:
    """Run a consumer of both topics, watched as in a service."""
    both = r"^cri\.test\.\w+\.v1$"
    async with consumer(settings, pool, reader, topics=both, may_wait=may_wait) as running:
        watching = asyncio.create_task(running.watch())
        try:
            yield running
        finally:
            watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching


async def holds(pool: "asyncpg.Pool[Any]", *subjects: str) -> bool:
    return {entry.split("/")[0] for entry in await ledger(pool)} == set(subjects)


def batches() -> float:
    return metrics.REGISTRY.get_sample_value("cri_batch_duration_seconds_count", ROUTING) or 0


async def test_while_what_may_wait_gathers_the_rest_goes_on(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    patient = static.model_copy(update={"batch_wait_ms": 60_000})
    async with of_both(patient, pool, reader, may_wait=[KEPT]) as running:

        async def reads_everything() -> bool:
            return len(running._positions.expected) == 4

        await until(reads_everything)
        await topics.send(KEPT, "A")
        await until(lambda: holds(pool, "A"))

        await topics.send(KEPT, "B", "C")
        await topics.send(OTHER, "D")

        await until(lambda: holds(pool, "A", "D"))


async def test_what_has_gathered_is_taken_in_at_once(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    patient = static.model_copy(update={"batch_wait_ms": 2000})
    async with of_both(patient, pool, reader, may_wait=[KEPT]):
        await topics.send(KEPT, "A")
        await until(lambda: holds(pool, "A"))
        before = batches()

        await topics.send(KEPT, "B", "C")

        await until(lambda: holds(pool, "A", "B", "C"))
    assert batches() == before + 1


@pytest.mark.parametrize("noticed", [False, True], ids=["while-down", "noticed-before"])
async def test_a_topic_made_anew_before_a_static_member_returns_is_refused(
    pool: "asyncpg.Pool[Any]",
    static: ServiceSettings,
    reader: LedgerReader,
    topics: Topics,
    noticed: bool,
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A", "B")
    async with of_both(static, pool, reader) as first:
        await until(lambda: holds(pool, "A", "B"))
        if noticed:
            await topics.delete(OTHER)

            async def reads_the_rest() -> bool:
                return {p.topic for p in first._consumer.assignment()} == {KEPT}

            await until(reads_the_rest)
    if not noticed:
        await topics.delete(OTHER)
    await topics.make(OTHER)
    await topics.send(KEPT, "C", "D")

    async with of_both(static, pool, reader) as returned:
        with pytest.raises(Refusal, match=rf"^{OTHER}/\d: .* lost the records 0\.\.0;"):
            await asyncio.wait_for(returned.fatal, 10)

    assert await holds(pool, "A", "B")


async def test_a_topic_made_anew_is_refused_by_every_member_whoever_reads_it(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A")  # in one partition, which one member reads
    second = static.model_copy(update={"instance": f"{static.instance}-second"})
    async with of_both(static, pool, reader) as one, of_both(second, pool, reader) as other:
        await until(lambda: holds(pool, "A"))

        async def share() -> bool:
            return all(len(each._positions.expected) == 2 for each in (one, other))

        await until(share)

        await topics.delete(OTHER)
        await topics.make(OTHER)

        made = time.monotonic()
        for each in (one, other):
            with pytest.raises(Refusal, match=f"^{OTHER}/0: "):
                await asyncio.wait_for(each.fatal, made + 10 - time.monotonic())


async def test_a_topic_made_anew_is_refused_after_it_has_outgrown_its_checkpoint(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A", "B")
    async with of_both(static, pool, reader) as first:
        await until(lambda: holds(pool, "A", "B"))
        await topics.delete(OTHER)
        await topics.make(OTHER)
        with pytest.raises(Refusal, match=rf"^{OTHER}/\d: "):
            await asyncio.wait_for(first.fatal, 10)
    await topics.send(OTHER, "C", "D", "E", "F")

    async with of_both(static, pool, reader) as returned:
        with pytest.raises(Refusal, match=rf"^{OTHER}/\d: .*: continuum resume routing$"):
            await asyncio.wait_for(returned.fatal, 10)

    assert await holds(pool, "A", "B")


async def test_a_topic_made_while_a_static_member_restarts_is_read(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.send(KEPT, "A")
    async with of_both(static, pool, reader):
        await until(lambda: holds(pool, "A"))
    await topics.make(OTHER)
    await topics.send(OTHER, "B", "C")

    async with of_both(static, pool, reader):
        await until(lambda: holds(pool, "A", "B", "C"), within=METADATA_SECONDS)


async def test_a_topic_that_is_deleted_while_its_batch_is_taken_in_stops_nobody(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, topics: Topics
) -> None:
    may_go_on = asyncio.Event()

    class Waiting(LedgerReader):
        begun = False

        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            self.begun = True
            await may_go_on.wait()
            return await super().load(connection, items, at=at)

    reader = Waiting()
    await topics.make(OTHER)
    async with of_both(static, pool, reader) as running:

        async def stands_on_it() -> bool:
            return TopicPartition(OTHER, 0) in running._positions.expected

        async def has_begun() -> bool:
            return reader.begun

        async def has_let_go() -> bool:
            return TopicPartition(OTHER, 0) not in running._consumer.assignment()

        await until(stands_on_it)
        await topics.send(KEPT, "A")
        await until(has_begun)
        await topics.delete(OTHER)
        await until(has_let_go)
        assert await stands_on_it()

        running._watch_progress()

        may_go_on.set()
        await until(lambda: holds(pool, "A"))
