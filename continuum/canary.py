"""Submits periodically as an ordinary participant, and exports the outcomes as metrics."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import start_http_server

from continuum.access import NotPossible
from shared.process import logging, metrics

log = structlog.get_logger()
SERVICE = "canary"
OUTCOMES = ("accepted", "refused", "unanswered", "unsent")
_ACCEPTED = "gov.cri.submission.accepted.v1"
_OUTAGE = (KafkaError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Canary:
    """
    A participant and the request that it submits, always with the same id.

    The first submission makes an ordinary request, which the canary withdraws at once. Each later
    one is a duplicate: it passes through Kafka, intake and notifications with their databases,
    and gets the first answer again, while no figure counts it.
    """

    login: Mapping[str, Any]
    name: str
    source: str
    in_topic: str
    out_topic: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, connection: Path, participant: str, submission: Path) -> "Canary":
        """Read login and request from files. Raises `NotPossible` if one is missing."""
        try:
            known = json.loads(connection.read_text(encoding="utf-8"))
            own = known["participants"][participant]
            data = json.loads(submission.read_text(encoding="utf-8"))
            protocol = known["security"]["protocol"]
            login = {
                "bootstrap_servers": known["bootstrap_servers"],
                "security_protocol": protocol,
                "sasl_mechanism": known["security"]["mechanism"],
                "sasl_plain_username": own["username"],
                "sasl_plain_password": own["password"],
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotPossible(
                f"the canary needs a connection file that knows {participant}, and the data of a"
                f" submission ({type(error).__name__}: {error})."
            ) from error
        if protocol == "SASL_SSL":
            login["ssl_context"] = ssl.create_default_context(cafile=known["security"].get("ca"))
        digest = sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
        data = {**data, "reference": f"canary-{digest}"}
        source = f"urn:cri:{participant}:canary"
        return cls(login, participant, source, own["in"], own["out"], data)

    def message(self, kind: str, message_id: str, data: Mapping[str, Any]) -> bytes:
        """Return an inbound message (JSON)."""
        event = {
            "specversion": "1.0",
            "id": message_id,
            "source": self.source,
            "type": f"gov.cri.{kind}.v1",
            "subject": self.data["reference"],
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        return json.dumps(event).encode()


async def run(canary: Canary, *, port: int, every: float, within: float) -> None:
    """Submit every *every* seconds until cancelled; serve metrics on *port*."""
    logging.configure(service=SERVICE, instance=None, level="INFO")
    metrics.started(SERVICE)
    for outcome in OUTCOMES:
        metrics.CANARY.labels(SERVICE, outcome)
    start_http_server(port, registry=metrics.REGISTRY)
    log.info("canary.runs", every_s=every, within_s=within)
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await _connected(canary, every=every, within=within)
        except _OUTAGE as error:
            _note("unsent", reason=type(error).__name__)
        await asyncio.sleep(max(0.0, began + every - loop.time()))


async def _connected(canary: Canary, *, every: float, within: float) -> None:
    """Submit over one connection, until it fails."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        producer = AIOKafkaProducer(**canary.login, acks="all", request_timeout_ms=10_000)
        stack.push_async_callback(_close, producer)
        async with asyncio.timeout(within):
            await producer.start()
        consumer = AIOKafkaConsumer(**canary.login, enable_auto_commit=False)
        stack.push_async_callback(_close, consumer)
        async with asyncio.timeout(within):
            await consumer.start()
        partition = TopicPartition(canary.out_topic, 0)
        consumer.assign([partition])
        async with asyncio.timeout(within):
            await consumer.seek_to_end(partition)
        while True:
            began = loop.time()
            message = canary.message("request.submit", canary.data["reference"], canary.data)
            place = await _send(producer, canary.in_topic, message, within=within)
            answer = await _answer(consumer, place, within=within)
            metrics.CANARY_SECONDS.labels(SERVICE).observe(loop.time() - began)
            _judge(answer)
            if answer is not None and is_new(answer):
                data = {"tracking_number": answer["data"]["tracking_number"], "reason": "other"}
                gone = canary.message("request.withdraw", f"{place}/withdrawn", data)
                await _send(producer, canary.in_topic, gone, within=within)
            await asyncio.sleep(max(0.0, began + every - loop.time()))


async def _send(producer: AIOKafkaProducer, topic: str, message: bytes, *, within: float) -> str:
    """Send *message*; return its coordinate."""
    async with asyncio.timeout(within):
        sent = await producer.send_and_wait(topic, message)
    return f"{sent.topic}/{sent.partition}/{sent.offset}"


async def _answer(
    consumer: AIOKafkaConsumer, place: str, *, within: float
) -> dict[str, Any] | None:
    """Return the answer to the record at *place*; None after *within* seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            async for record in consumer:
                message: dict[str, Any] = json.loads(record.value)
                if message.get("inreplyto") == place:
                    return message
    return None


def is_new(answer: Mapping[str, Any]) -> bool:
    """Return whether *answer* accepts a new request, which must be withdrawn."""
    return answer["type"] == _ACCEPTED and answer["data"].get("repeat") is False


def _judge(answer: Mapping[str, Any] | None) -> None:
    if answer is None:
        _note("unanswered")
    elif answer["type"] == _ACCEPTED:
        _note("accepted")
    else:
        codes = [reason["code"] for reason in answer["data"].get("reasons", ())]
        _note("refused", reason=",".join(codes))


def _note(outcome: str, **more: str) -> None:
    metrics.CANARY.labels(SERVICE, outcome).inc()
    if outcome != "accepted":
        log.warning("canary.failed", outcome=outcome, **more)


async def _close(client: Any) -> None:
    with suppress(*_OUTAGE):
        async with asyncio.timeout(5):
            await client.stop()
