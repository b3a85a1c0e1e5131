"""Sends the outbox to Kafka: one relay per service, in order of id, at least once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from asyncpg import Record as Row

from shared.delivery.relay import sent_log
from shared.delivery.relay.sending import close, new_producer, send
from shared.delivery.traces import Places, Traces, now
from shared.postgres.pool import connect
from shared.postgres.statements import load_statements
from shared.process import crash_points, metrics
from shared.process.backoff import FORGET_SECONDS, Backoff
from shared.process.settings import ServiceSettings
from shared.process.waking import woken

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
_LOCK = 0x72656C61
# Kafka can never accept a message that raises one of these.
_NEVER = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
ROWS = 2000
POLL_SECONDS = 1.0
"""Longest pause without a notification: a process may end before it notifies the leader."""
NOTIFY_SECONDS = 0.02
"""Shortest time between two notifications from a process that does not lead."""
_DELETE_SECONDS = 0.05
_LEAD_SECONDS = 0.5
_CHANNEL = "outbox"
VACUUM_ROWS = 10_000
# Postgres ends the session of a frozen leader; pings keep the session of a working one.
_LIMITS = {"idle_session_timeout": "6000", "jit": "off", "synchronous_commit": "off"}
_PING_SECONDS = 1.5
_ANSWER_SECONDS = 3.0
"""A ping unanswered for this long ends the lead, before Postgres ends the session."""


class Relay:
    """
    Sends the rows of the outbox and deletes those that Kafka acknowledged.

    Only the holder of the service's advisory lock, the leader, sends. It reads the outbox when
    its own process sets ``wake`` after a commit, when another process notifies it, and once a
    second. It keeps no cursor: each time it reads the oldest rows. A crash between
    acknowledgement and deletion sends the same ids again. So does a crash of Postgres, which may
    lose deletions (``synchronous_commit`` is off). A leader that loses its session, and with it
    the lock, stops sending at once, so that it sends no old messages after the next leader's.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        service: str,
        wake: asyncio.Event,
        traces: Traces | None = None,
    ) -> None:
        self._settings = settings
        self._traces = traces
        self._service = service
        self._wake = wake
        self._turn = asyncio.Lock()
        """Held by the caller that uses the connection."""
        self._used = 0.0
        """When the connection was last used, by the event loop's clock."""
        self._deleted = 0
        """Rows deleted since the last vacuum."""

    async def run(self) -> None:
        """
        Lead as soon as no other process does, until cancelled; raise what Postgres raised.

        The leader stays the same while Kafka is down: no other process could send either.
        """
        connection = await connect(self._settings, name=f"{self._service} relay", limits=_LIMITS)
        leader = metrics.RELAY_LEADER.labels(self._service)
        leader.set(0)
        self._used = asyncio.get_running_loop().time()
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        ping = asyncio.create_task(self._ping(connection, ended))
        try:
            while not await self._lead(connection):
                await self._notify_leader(connection, ping)
            async with self._using():
                await connection.add_listener(_CHANNEL, lambda *_: self._wake.set())
            leader.set(1)
            log.info("relay.leads")
            await self._send_while_leading(connection, ping)
        finally:
            leader.set(0)
            ping.cancel()
            connection.terminate()

    async def _send_while_leading(
        self, connection: "asyncpg.Connection[Any]", ping: "asyncio.Task[None]"
    ) -> None:
        """Send until the session has ended; raise what Postgres raised."""
        sending = asyncio.create_task(self._send_for_ever(connection))
        try:
            await asyncio.wait([sending, ping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        self._raise_if_ended(ping)
        sending.result()

    async def _send_for_ever(self, connection: "asyncpg.Connection[Any]") -> NoReturn:
        """Send; after a failure of Kafka, continue with a new producer after a growing pause."""
        backoff = Backoff(forget_after=FORGET_SECONDS)
        while True:
            try:
                await self._send_rounds(connection)
            except KafkaError as error:
                pause = backoff.next_delay()
                name = type(error).__name__
                log.warning("relay.failed", **{"error.type": name}, pause_s=pause)
            await asyncio.sleep(pause)

    async def _send_rounds(self, connection: "asyncpg.Connection[Any]") -> NoReturn:
        """Send with one producer until a send fails."""
        producer = await new_producer(self._settings)
        sent: list[int] = []
        try:
            while True:
                self._wake.clear()
                rows = await self._advance(connection, sent)
                sent = await self._send(connection, producer, rows) if rows else []
                if len(rows) < ROWS:  # otherwise more rows are waiting
                    await woken(self._wake, within=_DELETE_SECONDS if sent else POLL_SECONDS)
        finally:
            await close(producer)

    async def _lead(self, connection: "asyncpg.Connection[Any]") -> bool:
        async with self._using():
            return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))

    async def _notify_leader(
        self, connection: "asyncpg.Connection[Any]", ping: "asyncio.Task[None]"
    ) -> None:
        """
        Notify the leader of this process's commits, until it is time to try to lead again.

        The commits themselves do not notify, because commits that notify wait for each other.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _LEAD_SECONDS
        while (left := until - loop.time()) > 0:
            self._raise_if_ended(ping)
            if await woken(self._wake, within=left):
                self._wake.clear()
                async with self._using():
                    await connection.execute(f"NOTIFY {_CHANNEL}")
                await asyncio.sleep(NOTIFY_SECONDS)

    @asynccontextmanager
    async def _using(self) -> AsyncIterator[None]:
        """Let one caller at a time use the connection."""
        async with self._turn:
            yield
            self._used = asyncio.get_running_loop().time()

    async def _ping(self, connection: "asyncpg.Connection[Any]", ended: asyncio.Event) -> None:
        """
        Keep the session alive during long sends: an outage must not change the leader.

        Raises as soon as the session has *ended*, or does not answer.
        """
        loop = asyncio.get_running_loop()
        while True:
            left = self._used + _PING_SECONDS - loop.time()
            if await woken(ended, within=left) or loop.time() >= self._used + _PING_SECONDS:
                async with self._using():
                    await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)

    @staticmethod
    def _raise_if_ended(ping: "asyncio.Task[None]") -> None:
        if ping.done():
            ping.result()

    async def _send(
        self,
        connection: "asyncpg.Connection[Any]",
        producer: AIOKafkaProducer,
        rows: Sequence[Row],
    ) -> list[int]:
        """Send *rows*; return their ids once Kafka has acknowledged all, or raise the failure."""
        crash_points.reach("relay.after_select")
        places: Places | None = None if self._traces is None else {}
        began = now()
        sent, failure = await send(producer, rows, places)
        if sent:
            crash_points.reach("relay.after_ack_before_delete")
            self._note(rows, sent)
        if self._traces is not None and places:
            self._traces.sent(rows, places, began=began)
        if failure is None:
            return sent
        await self._advance(connection, sent)
        await close(producer)  # a failed batch leaves a hole in its sequence numbers
        if isinstance(failure, _NEVER):
            await self._find_culprit(connection)
        raise failure

    def _note(self, rows: Sequence[Row], sent: Sequence[int]) -> None:
        metrics.RELAY_PUBLISHED.labels(self._service).inc(len(sent))
        for messages in sent_log.lines(rows, sent):
            log.info("messages.sent", count=len(messages), messages=messages)

    async def _advance(
        self, connection: "asyncpg.Connection[Any]", sent: Sequence[int]
    ) -> Sequence[Row]:
        """
        Delete the rows that were *sent*, and return the oldest of the others.

        Vacuums regularly; otherwise each read would scan all the deleted rows.
        """
        self._deleted += len(sent)
        async with self._using():
            if self._deleted >= VACUUM_ROWS:
                self._deleted = 0
                await connection.execute(_SQL["vacuum_outbox"])
            return await connection.fetch(_SQL["advance_outbox"], sent, ROWS)

    async def _find_culprit(self, connection: "asyncpg.Connection[Any]") -> None:
        """Send row by row, from the oldest; set aside the first that Kafka can never accept."""
        rows = await self._advance(connection, [])
        producer = await new_producer(self._settings)
        try:
            for row in rows:
                sent, failure = await send(producer, [row], None)
                self._note([row], sent)
                async with self._using():
                    if sent:
                        await connection.execute(_SQL["advance_outbox"], sent, 0)
                    elif isinstance(failure, _NEVER):
                        reason = type(failure).__name__
                        await connection.execute(_SQL["set_aside"], row["id"], reason)
                        log.error(
                            "message.set_aside",
                            topic=row["topic"],
                            event_id=str(row["event_id"]),
                            reason=reason,
                        )
                        return
                    elif failure is not None:
                        raise failure
        finally:
            await close(producer)
