"""Sends the same records to the running services: each is answered once, no text leaks."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from benchmarks.introduce import introduce
from benchmarks.participants import reference
from deploy.local.connection import Connection
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client, Sent
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from shared.contracts import intake, routing
from shared.contracts import reference as catalog
from tests.examples.inbound import record
from tests.examples.intake import read
from tests.proofs.chaos.login import login
from tests.proofs.fuzz.checks import Results, open_fields
from tests.proofs.fuzz.generator import CANARY, Generated, Senders, make

_AGENCY = "california-agencies"
# Only the public desk's process may write to its topic: an agency sends what it would send.
SENDERS = Senders(_AGENCY, "iacp", "program-office", desk=_AGENCY)
_OPEN_TOPICS = {
    "notifications": (intake.TOPIC, intake.ANSWERS_TOPIC, routing.TOPIC, catalog.TOPIC),
}
_AT_ONCE = 100
_PATIENCE = 60.0
"""Seconds without a new answer after which the missing ones count as unanswered."""
Numbered = tuple[int, Generated]


def run_on_services(
    results: Results, *, seed: int, records: int, state: Path, say: Callable[[str], None]
) -> None:
    """Start Continuum in the folder *state*, send *records* records of *seed*, and check them."""
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A run already uses {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    with Stack(state, quotas=False, say=say) as stack:
        stack.up()
        asyncio.run(introduce(stack.connection, reference("participants")))
        asyncio.run(_send(results, stack.connection, seed=seed, records=records, say=say))
        for where in _canaries(stack):
            results.add("leak", 0, Generated(None, "", "all of the run"), where)


async def _send(
    results: Results,
    connection: Connection,
    *,
    seed: int,
    records: int,
    say: Callable[[str], None],
) -> None:
    known = connection.model_dump(by_alias=True)
    clients = {who: Client(Access.of(known, who)) for who in SENDERS}
    await asyncio.gather(*(client.start() for client in clients.values()))
    sent: list[tuple[Numbered, Sent]] = []
    try:
        for begin in range(0, records, _AT_ONCE):
            drawn = _drawn(seed, range(begin, min(begin + _AT_ONCE, records)))
            places = await asyncio.gather(
                *(
                    clients[generated.participant].send_bytes(generated.value, what="")
                    for _, generated in drawn
                )
            )
            sent += zip(drawn, places, strict=True)
            if begin % 1_000 == 0:
                answered = sum(place.answer is not None for _, place in sent)
                say(f"{len(sent):,} records sent, {answered:,} answered")
        await _answered(list(clients.values()))
    finally:
        await asyncio.gather(*(client.stop() for client in clients.values()))
    results.records += len(sent)
    for (number, generated), place in sent:
        if place.answer is None:
            results.add("unanswered", number, generated, place.coordinate)
        elif place.code == "not_processable":
            results.add("crash", number, generated, f"{place.coordinate} was not processable")
    for client in clients.values():
        for problem in client.problems:
            results.add(
                "unanswered", 0, Generated(None, client.access.participant, "all"), problem
            )


def _drawn(seed: int, numbers: Sequence[int]) -> list[Numbered]:
    """Return the records, without those whose damage moved free text into open fields."""
    drawn = []
    for number in numbers:
        generated = make(seed, number, tracking_number="CRI-2026-000001-K", senders=SENDERS)
        if CANARY not in open_fields(
            read(record(generated.value, participant=generated.participant))
        ):
            drawn.append((number, generated))
    return drawn


async def _answered(clients: Sequence[Client]) -> None:
    """Wait until everything is answered, or no answer has come for a while."""
    last, since = -1, time.monotonic()
    while left := sum(len(client.unanswered()) for client in clients):
        if left != last:
            last, since = left, time.monotonic()
        elif time.monotonic() - since > _PATIENCE:
            return
        await asyncio.sleep(0.2)  # answers come to another task


def _canaries(stack: Stack) -> Iterator[str]:
    """Yield where a contact or free text leaked: into a log, or onto another topic."""
    for path in sorted(stack.logs.glob("*")):
        if CANARY in path.read_text(errors="replace"):
            yield f"a sender's free text in {path.name}"
    for member, topics in _OPEN_TOPICS.items():
        for topic in topics:
            found = [n for n, value in enumerate(_values(stack, member, topic)) if value]
            if found:
                yield f"a sender's free text on {topic}, {len(found)} times"


def _values(stack: Stack, member: str, topic: str) -> Iterator[bool]:
    """Yield, for each record on *topic*, whether it holds the canary."""
    settings: dict[str, Any] = {
        **login(stack, member),
        "group.id": f"{member}.fuzz",
        "enable.auto.commit": False,
        "enable.partition.eof": False,
    }
    consumer = Consumer(settings)
    try:
        numbers = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        partitions = [TopicPartition(topic, number, OFFSET_BEGINNING) for number in numbers]
        left = sum(
            high - low
            for low, high in (consumer.get_watermark_offsets(each, 10) for each in partitions)
        )
        consumer.assign(partitions)
        while left > 0:
            batch = consumer.consume(500, timeout=10)
            if not batch or any(found.error() for found in batch):
                raise StackFailed(f"{topic} cannot be read to its end")
            left -= len(batch)
            yield from (CANARY.encode() in (found.value() or b"") for found in batch)
    finally:
        consumer.close()
