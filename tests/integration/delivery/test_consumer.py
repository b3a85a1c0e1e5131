import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import count
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr

from deploy.local.stack import Stack
from shared.delivery import kafka
from shared.delivery.reading.positions import CannotRun
from shared.delivery.records import Item, Taken
from shared.process import metrics
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.ledger import LedgerReader, State, event, ledger

SUBJECTS = [f"S{n}" for n in range(30)]


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


async def test_a_start_that_failed_after_joining_is_repeated(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, left = AIOKafkaConsumer.start, ["coordinator", "connection"]
    started: list[AIOKafkaConsumer] = []

    async def interrupted(self: AIOKafkaConsumer) -> None:
        started.append(self)
        await start(self)
        if left:
            raise KafkaConnectionError(left.pop())

    async def holds_it() -> bool:
        return await ledger(pool) == ["A/1"]

    monkeypatch.setattr(AIOKafkaConsumer, "start", interrupted)

    async with consumer(settings, pool, reader, failed_starts=2):
        await send([("A", event("A", 1, topic="cri.int.intake.v1"))])
        await until(holds_it)

        assert [each._closed for each in started] == [True, True, False]


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
        with pytest.raises(CannotRun, match="continuum resume routing"):
            await asyncio.wait_for(first.fatal, 20)

    async with consumer(settings, pool, reader) as same_build:
        with pytest.raises(CannotRun, match="this same build"):
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
        with pytest.raises(CannotRun, match=says):
            await asyncio.wait_for(running.fatal, 20)

    assert await ledger(pool) == []


class _TooLateError(BaseException):
    """Not swallowed by what catches every exception."""


async def test_a_service_that_stops_while_records_come_in_ends_at_once(
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    reader: LedgerReader,
    send: Callable[..., Any],
) -> None:
    late: list[str] = []

    def too_late(_number: int, _frame: Any) -> None:
        late.append("the loop went round and round, and nothing else had its turn")
        raise _TooLateError  # which ends the task that does so

    async def feed() -> None:
        for number in count(1):
            await send([(s, event(s, number, topic="cri.int.intake.v1")) for s in SUBJECTS[:5]])
            await asyncio.sleep(0.005)  # a steady rate

    async def holds_some() -> bool:
        return bool(await pool.fetchval("SELECT count(*) >= 100 FROM ledger"))

    feeding = asyncio.create_task(feed())
    before = signal.signal(signal.SIGALRM, too_late)
    try:
        for _ in range(5):
            await pool.execute("TRUNCATE ledger")
            async with consumer(settings, pool, reader):
                await until(holds_some)
                signal.alarm(20)  # asyncio's own timers have no turn either
            signal.alarm(0)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        feeding.cancel()
    assert late == []
