"""
One participant's client, with its own credentials and topics only.

It sends structured CloudEvents, matches answers by ``inreplyto`` and checks that the messages
on its ``out`` topic are numbered 1, 2, 3, … without a gap.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.participants.changes import Changes
from deploy.participants.history import History

Message = dict[str, Any]
_BYTES = 2_097_152


@dataclass(frozen=True, slots=True)
class Access:
    """One participant's part of ``connection.json``."""

    participant: str
    servers: tuple[str, ...]
    security: Mapping[str, str]
    username: str
    password: str
    in_topic: str
    out_topic: str
    group_prefix: str

    @classmethod
    def of(cls, connection: Mapping[str, Any], participant: str) -> "Access":
        """Read the access data of ``participant`` from a connection file."""
        own = connection["participants"][participant]
        return cls(
            participant=participant,
            servers=tuple(connection["bootstrap_servers"]),
            security=connection["security"],
            username=own["username"],
            password=own["password"],
            in_topic=own["in"],
            out_topic=own["out"],
            group_prefix=own["group_prefix"],
        )

    def login(self) -> dict[str, Any]:
        """Return the arguments with which aiokafka connects."""
        return {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.security["protocol"],
            "sasl_mechanism": self.security["mechanism"],
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "client_id": f"{self.group_prefix}system",
        }


@dataclass(slots=True)
class Sent:
    """A record that was appended; ``answer`` is filled in when it comes."""

    coordinate: str
    what: str
    at: float
    answer: Message | None = None
    answered_at: float | None = None

    @property
    def code(self) -> str | None:
        """The first reason's code if it was refused."""
        reasons = self.answer["data"].get("reasons") if self.answer else None
        return str(reasons[0]["code"]) if reasons else None


def envelope(
    kind: str,
    data: Any,
    *,
    source: str,
    subject: str,
    message_id: str | None = None,
    actor: str | None = None,
) -> Message:
    """Return a message of the type ``gov.cri.<kind>.v1``; *actor* is the person who acts."""
    message = {
        "specversion": "1.0",
        "id": message_id or str(uuid.uuid4()),
        "type": f"gov.cri.{kind}.v1",
        "source": source,
        "subject": subject,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return message if actor is None else {**message, "actor": actor}


@dataclass(slots=True)
class Client:
    """
    A connected participant. ``on_message`` is called with each message, in order.

    ``received``, if given, collects the messages.
    """

    access: Access
    on_message: Callable[[Message], Awaitable[None]] | None = None
    sent: dict[str, Sent] = field(default_factory=dict)
    messages: int = 0
    sequence: int = 0
    problems: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    history: History | None = None
    received: list[Message] | None = None
    _early: dict[str, tuple[Message, float]] = field(default_factory=dict)
    _producer: Any = None
    _consumer: Any = None
    _reading: "asyncio.Task[None] | None" = None

    @property
    def source(self) -> str:
        """The source this system writes into its messages."""
        return f"urn:cri:{self.access.participant}:case-system"

    async def start(self) -> None:
        """Connect, and read the ``out`` topic from its beginning."""
        login = self.access.login()
        self._producer = AIOKafkaProducer(
            **login, enable_idempotence=True, linger_ms=2, max_request_size=_BYTES
        )
        self._consumer = AIOKafkaConsumer(
            **login, enable_auto_commit=False, max_partition_fetch_bytes=_BYTES
        )
        await asyncio.gather(self._producer.start(), self._consumer.start())
        partition = TopicPartition(self.access.out_topic, 0)
        self._consumer.assign([partition])
        await self._consumer.seek_to_beginning(partition)
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Disconnect."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await asyncio.gather(self._producer.stop(), self._consumer.stop())
        if self.history is not None:
            self.history.close()

    async def send(
        self,
        kind: str,
        data: Any,
        *,
        subject: str,
        message_id: str = "",
        actor: str | None = None,
    ) -> Sent:
        """Send one well-formed message; *actor* is the person who acts."""
        message = envelope(
            kind,
            data,
            source=self.source,
            subject=subject,
            message_id=message_id or None,
            actor=actor,
        )
        return await self.send_bytes(json.dumps(message).encode(), what=kind)

    async def send_bytes(
        self, value: bytes | None, *, what: str, headers: tuple[tuple[str, bytes], ...] = ()
    ) -> Sent:
        """Send any bytes, or a tombstone."""
        at = time.monotonic()
        key = b"" if value is None else None  # the library needs a key or a value
        try:
            place = await self._producer.send_and_wait(
                self.access.in_topic, value, key=key, headers=list(headers)
            )
        except KafkaError:
            self._note_sent(value, what, None)
            raise
        coordinate = f"{place.topic}/{place.partition}/{place.offset}"
        self._note_sent(value, what, coordinate)
        sent = self.sent[coordinate] = Sent(coordinate, what, at)
        if early := self._early.pop(coordinate, None):
            sent.answer, sent.answered_at = early
        return sent

    def _note_sent(self, value: bytes | None, what: str, coordinate: str | None) -> None:
        if self.history is not None:
            self.history.sent(value, what=what, coordinate=coordinate)

    def unanswered(self) -> list[Sent]:
        """Return the records that have no answer yet."""
        return [sent for sent in self.sent.values() if sent.answer is None]

    async def _read(self) -> None:
        async for record in self._consumer:
            if self.history is not None:
                self.history.received(record.value, offset=record.offset)
            try:
                await self.take_in(json.loads(record.value))
            except (KeyError, ValueError, TypeError) as error:
                self.problems.append(f"offset {record.offset} of {record.topic}: {error!r}")
            self.changes.happened()

    async def take_in(self, message: Message) -> None:
        """Process one message; skip repeated ones."""
        if "participantsequence" not in message:
            return
        number = int(message["participantsequence"])
        if number <= self.sequence:
            return
        if number != self.sequence + 1:
            self.problems.append(f"participantsequence {self.sequence} is followed by {number}")
        self.sequence = number
        self.messages += 1
        if self.received is not None:
            self.received.append(message)
        if place := message.get("inreplyto"):
            self._match(place, message)
        if self.on_message is not None:
            await self.on_message(message)

    def _match(self, place: str, message: Message) -> None:
        sent = self.sent.get(place)
        if sent is None:
            if place in self._early:
                self.problems.append(f"{place} has two answers")
            self._early[place] = (message, time.monotonic())
        elif sent.answer is not None:
            self.problems.append(f"{place} has two answers")
        else:
            sent.answer, sent.answered_at = message, time.monotonic()
