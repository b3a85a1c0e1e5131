"""A reader of its own, which writes what it takes in into a ledger, and events for it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
from pydantic import Field, TypeAdapter

from shared.contracts.event import derived_id, padded
from shared.contracts.reference import ProgramDefined
from shared.contracts.routing import MessageApplied
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.take_in.reader import Closing, parse_event
from shared.postgres.statements import load_statements
from tests.examples.checkpoints import open_checkpoints

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEDGER = "CREATE TABLE ledger (place bigint GENERATED ALWAYS AS IDENTITY, entry text NOT NULL)"
DATABASE = "continuum_messaging_test"
TOPIC = "cri.int.routing.v1"
OTHER_TOPIC = "cri.int.intake.v1"
_SAVE = f"""
WITH written AS (INSERT INTO ledger (entry) SELECT * FROM unnest($5::text[]))
{load_statements("shared.delivery")["settle_round"]}"""


def event(subject: str, number: int, what: str = "noted", topic: str = TOPIC) -> bytes:
    """Return the *number*-th event of *subject*; *what* tells the reader what to do with it."""
    return MessageApplied.model_validate(
        {
            "id": derived_id(topic, what, subject, number),
            "source": "urn:cri:continuum:routing",
            "type": "gov.cri.routing.message_applied.v1",
            "subject": subject,
            "time": AT,
            "correlationid": subject,
            "causationid": "cri.in.ca-post.v1/0/1",
            "sequence": padded(number),
            "data": {"participant": "ca-post", "what": what, "about": "x"},
        }
    ).encode()


def records(
    *values: bytes | None, topic: str = TOPIC, partition: int = 0, offset: int = 0
) -> list[Record]:
    """Return *values* as neighboring records of one partition."""
    return [
        Record(topic, partition, offset + place, b"key", value, ((("h"), b"v"),), AT)
        for place, value in enumerate(values)
    ]


def burn(seconds: float) -> None:
    """Use so many seconds of processor time."""
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


@dataclass
class State:
    entries: list[str] = field(default_factory=list)


class LedgerReader:
    """Writes each event into a ledger. Some words in ``what`` make it misbehave, as bugs do."""

    events: TypeAdapter[Any] = TypeAdapter(
        Annotated[MessageApplied | ProgramDefined, Field(discriminator="type")]
    )

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        found = parse_event(record, self.events)
        if isinstance(found, Item) and found.message.data.what.startswith("needs:"):
            _, subject, number = found.message.data.what.split(":")
            need = Gate(OTHER_TOPIC, subject, int(number))
            return Item(found.record, found.message, found.key, found.gate, (need,))
        return found

    def unprocessable(self, record: Record) -> Item | None:
        """Return None: all it reads comes from our own services."""
        return None

    async def load(self, connection: Any, items: Sequence[Item], *, at: datetime) -> State:
        return State()

    def decide(self, state: State, item: Item) -> Taken:
        message: MessageApplied = item.message
        what = message.data.what
        if what == "raises":
            raise ZeroDivisionError
        if what.startswith("takes:"):
            burn(float(what.removeprefix("takes:")))
        entry = f"{message.subject}/{message.number}"
        state.entries.append(f"{entry}\0" if what == "refused by postgres" else entry)
        sent = message.model_copy(update={"id": derived_id(message.id, "echo", message.subject)})
        return Taken("applied", (outbox.outgoing("cri.int.routing.v1", sent, key=sent.subject),))

    async def save(self, connection: Any, state: State) -> Closing | None:
        return Closing(_SAVE, (state.entries,))


async def open_partitions(pool: "asyncpg.Pool[Any]", *topics: str) -> None:
    """Open the checkpoints of partitions 0 and 1 of *topics* at offset 0."""
    await open_checkpoints(pool, topics, partitions=2)


async def ledger(pool: "asyncpg.Pool[Any]") -> list[str]:
    """Return the entries in order."""
    return [row["entry"] for row in await pool.fetch("SELECT entry FROM ledger ORDER BY place")]
