import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NoReturn
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from shared.delivery import kafka
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.relay.relay import NOTIFY_SECONDS, Relay
from shared.delivery.relay.sending import close, new_producer
from shared.process.outages import TRANSIENT
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import until

TOPIC = "cri.int.routing.v1"


def message(key: str, text: str, *, topic: str = TOPIC) -> Outgoing:
    return Outgoing(str(uuid4()), topic, key.encode(), text.encode(), (("h", b"v"),))


async def append(pool: "asyncpg.Pool[Any]", *messages: Outgoing) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await outbox.append(connection, messages)


@asynccontextmanager
async def relay(
    settings: ServiceSettings, *, wake: asyncio.Event | None = None
) -> AsyncIterator["asyncio.Task[None]"]:
    made = Relay(settings, service="routing", wake=wake or asyncio.Event())
    running = asyncio.create_task(made.run())
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await running


class Log:
    """Everything on the topic since it was opened, in each partition's order."""

    def __init__(self, stack: Stack) -> None:
        user, password = stack.credentials.kafka("reporting")
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=stack.kafka.servers,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=user,
            sasl_plain_password=password,
        )
        self.records: list[ConsumerRecord] = []

    async def __aenter__(self) -> "Log":
        await self._consumer.start()
        partitions = [TopicPartition(TOPIC, number) for number in range(6)]
        self._consumer.assign(partitions)
        for partition, end in (await self._consumer.end_offsets(partitions)).items():
            self._consumer.seek(partition, end)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def holds(self, count: int) -> bool:
        for found in (await self._consumer.getmany(timeout_ms=50)).values():
            self.records += found
        return len(self.records) >= count


async def empty(pool: "asyncpg.Pool[Any]") -> bool:
    return not await pool.fetchval("SELECT count(*) FROM outbox")


async def test_messages_go_out_once_in_order_of_their_key(
    stack: Stack, pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    sent = [message(f"K{n % 7}", f"{n}") for n in range(3000)]
    async with Log(stack) as log:
        await append(pool, *sent)

        async with relay(settings):
            await until(lambda: empty(pool))
            await until(lambda: log.holds(len(sent)))

    assert len(log.records) == len(sent)
    for key in range(7):
        found = [int(r.value) for r in log.records if r.key == f"K{key}".encode()]
        assert found == list(range(key, 3000, 7))
    assert {r.partition for r in log.records if r.key == b"K3"} == {kafka.partition_of(b"K3", 6)}
    assert log.records[0].headers == (("h", b"v"),)


async def test_what_kafka_will_never_take_is_set_aside_and_the_rest_goes_on(
    stack: Stack, pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    bad = [
        message("K", "not ours", topic="cri.int.reporting.v1"),
        message("K", "x" * 2_200_000),
        message("K", "nowhere", topic="cri.out.nobody.v1"),
    ]
    async with Log(stack) as log:
        await append(
            pool, message("K", "1"), bad[0], message("K", "2"), bad[1], message("K", "3"), bad[2]
        )

        for _ in range(4):  # the service starts its relay again after each failure
            async with relay(settings) as running:
                await asyncio.wait([running, asyncio.create_task(until(lambda: empty(pool)))],
                                   return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        await until(lambda: log.holds(3))

    assert [r.value for r in log.records] == [b"1", b"2", b"3"]
    aside = await pool.fetch("SELECT event_id::text AS id, reason FROM set_aside ORDER BY id")
    assert {row["id"] for row in aside} == {m.event_id for m in bad}
    assert {row["reason"] for row in aside} == {
        "MessageSizeTooLargeError",
        "UnknownTopicOrPartitionError",
    }


async def test_only_one_relay_leads_and_the_next_takes_over(
    stack: Stack, pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    leaders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"

    async def one_leads() -> bool:
        return bool(await pool.fetchval(leaders) == 1)

    async with relay(settings) as first:
        await until(one_leads)
        async with relay(settings):
            await append(pool, *(message("K", str(n)) for n in range(10)))
            await until(lambda: empty(pool))
            assert await one_leads()

            first.cancel()
            await append(pool, message("K", "after"))

            await until(lambda: empty(pool))
            assert await one_leads()


LEADER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"


async def test_the_leader_sends_what_another_process_notifies_it_of(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a leader that looks once an hour, what others commit goes out nevertheless."""
    monkeypatch.setattr("shared.delivery.relay.relay.POLL_SECONDS", 3600)
    wake = asyncio.Event()
    async with relay(settings):
        await until(lambda: pool.fetchval(LEADER))
        leader = await pool.fetchval(LEADER)
        async with relay(settings, wake=wake):
            for number in range(5):
                await append(pool, message("K", str(number)))
                wake.set()
                await until(lambda: empty(pool))
            assert await pool.fetchval(LEADER) == leader


async def holds(condition: bool) -> bool:
    """Return the condition, for `until`."""
    return condition


async def test_without_a_notification_the_leader_looks_once_a_second(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    advance = Relay._advance

    async def look(self: Relay, *arguments: Any) -> Any:
        looks.append(asyncio.get_running_loop().time())
        return await advance(self, *arguments)

    monkeypatch.setattr(Relay, "_advance", look)
    async with relay(settings):
        await until(lambda: holds(bool(looks)))
        await asyncio.sleep(2.5)  # counts the looks of a time in which no message is written
        idle = len(looks)
        await append(pool, message("K", "of a process that ended before its notification"))
        await until(lambda: empty(pool))

    assert idle <= 4
    assert len(looks) <= idle + 3


async def test_a_process_that_does_not_lead_notifies_once_a_turn_at_most(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    wake, notified = asyncio.Event(), 0

    def note(*_: object) -> None:
        nonlocal notified
        notified += 1

    async with relay(settings), pool.acquire() as listener:
        await until(lambda: pool.fetchval(LEADER))
        await listener.add_listener("outbox", note)
        loop = asyncio.get_running_loop()
        async with relay(settings, wake=wake):
            wake.set()
            await until(lambda: holds(notified == 1))
            began = loop.time()
            while loop.time() < began + 0.5:
                wake.set()
                await asyncio.sleep(0.001)  # a thousand wakes a second, as by small batches
            took = loop.time() - began
            await until(lambda: holds(not wake.is_set()))  # the last wake is seen, too
        await listener.remove_listener("outbox", note)

    assert 2 <= notified <= 2 + took / NOTIFY_SECONDS


async def test_a_leader_that_is_frozen_loses_the_lead(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    """Given a leader that neither looks nor pings, Postgres ends its session; another leads."""
    frozen = Relay(settings, service="routing", wake=asyncio.Event())
    running = asyncio.create_task(frozen.run())
    await until(lambda: pool.fetchval(LEADER))
    leader = await pool.fetchval(LEADER)
    async with frozen._turn, relay(settings):
        await append(pool, message("K", "1"))
        await until(lambda: empty(pool))
        assert await pool.fetchval(LEADER) != leader
    await asyncio.wait([running], timeout=5)

    assert isinstance(running.exception(), TRANSIENT)


async def test_a_leader_that_loses_its_session_in_a_send_sends_nothing_more(
    stack: Stack,
    pool: "asyncpg.Pool[Any]",
    settings: ServiceSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a send that hangs, the lost lead ends it; the next leader's messages come in order."""
    began = asyncio.Event()

    async def hang(*_: object) -> NoReturn:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with Log(stack) as log:
        with monkeypatch.context() as patched:
            patched.setattr("shared.delivery.relay.relay.send", hang)
            async with relay(settings) as first:
                await append(pool, message("K", "old"))
                await began.wait()

                await pool.execute("SELECT pg_terminate_backend($1)", await pool.fetchval(LEADER))
                await asyncio.wait([first], timeout=5)

                assert first.done()
                assert isinstance(first.exception(), TRANSIENT)
        async with relay(settings):
            await append(pool, message("K", "new"))
            await until(lambda: empty(pool))
        await until(lambda: log.holds(2))

    assert [record.value for record in log.records] == [b"old", b"new"]


async def test_a_leader_with_nothing_to_send_keeps_its_session(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.relay.relay.POLL_SECONDS", 3600)
    async with relay(settings) as running:
        await until(lambda: pool.fetchval(LEADER))
        leader = await pool.fetchval(LEADER)
        await asyncio.sleep(7)  # longer than Postgres lets a session of the relay be silent

        assert not running.done()
        assert await pool.fetchval(LEADER) == leader


async def test_the_lead_is_kept_while_kafka_is_away(
    pool: "asyncpg.Pool[Any]", settings: ServiceSettings
) -> None:
    nowhere = settings.model_copy(update={"kafka_servers": ["127.0.0.1:1"]})
    with capture_logs() as logged:
        async with relay(nowhere) as running:

            async def failed() -> bool:
                return len([each for each in logged if each["event"] == "relay.failed"]) >= 3

            async def led() -> bool:
                return running.done() or bool(await pool.fetchval(LEADER))

            await until(led)
            before = await pool.fetchval(LEADER)
            await until(failed)

            assert not running.done()
            assert before is not None
            assert await pool.fetchval(LEADER) == before


async def test_a_producer_is_closed_even_if_its_closing_is_cancelled(
    settings: ServiceSettings,
) -> None:
    producer = await new_producer(settings)
    closing = asyncio.create_task(close(producer))
    await asyncio.sleep(0)  # it has begun
    closing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await closing

    assert not any(connection.connected() for connection in producer.client._conns.values())
