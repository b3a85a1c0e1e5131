"""A database of intake with the first participants, and topics to take in from."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg
import pytest

from services.intake.agency_list import AgencyList, AgencyRow
from services.intake.handlers import IntakeReader
from shared.contracts import routing
from shared.delivery.records import Outcome, Record
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.inbound import OFFICE, ORI, event, record
from tests.examples.outboxes import events_in

Pool: TypeAlias = "asyncpg.Pool[Any]"
AGENCIES = AgencyList([AgencyRow(ORI, "Los Angeles Police Department", "city", "US-CA")])
PARTICIPANTS = (
    {"id": OFFICE, "kind": "program_office", "name": "Program office"},
    {
        "id": "ca-post",
        "kind": "agency_system",
        "name": "California",
        "oris": [ORI],
        "agency_keys": ["as-dps"],
    },
    {"id": "ny-post", "kind": "agency_system", "name": "New York", "oris": ["NY0303000"]},
    {"id": "iacp", "kind": "provider", "name": "IACP"},
)
TOPICS = ("crisis_intervention", "officer_wellness")


@dataclass
class World:
    """Intake's topics: records are given to it, and its events are read."""

    pool: "Pool"
    reader: IntakeReader = field(
        default_factory=lambda: IntakeReader(agencies=AGENCIES, office=OFFICE)
    )
    offsets: dict[str, int] = field(default_factory=dict)

    async def take_in(self, *records: Record) -> dict[Outcome, int]:
        """Take *records* in, as one batch if it may be one; return the outcomes."""
        counts: Counter[Outcome] = Counter()
        left: Sequence[Record] = records
        while left:  # a participant's share of a batch is bounded
            result = await take_in(self.pool, self.reader, left, service="intake")
            for outcomes in result.outcomes.values():
                counts += outcomes
            left = result.left(left)
        return dict(counts)

    def said(self, kind: str, data: Any, *, sender: str = "ca-post", **changes: Any) -> Record:
        """Return the next record on the topic of *sender*."""
        changes.setdefault("id", f"m-{self.offsets.get(sender, 0)}")
        return self.sent(event(kind, data, sender=sender, **changes), sender=sender)

    def sent(self, message: Any, *, sender: str = "ca-post") -> Record:
        """Return *message* as the next record on the topic of *sender*."""
        offset = self.offsets.get(sender, 0)
        self.offsets[sender] = offset + 1
        return record(message, offset=offset, participant=sender)

    async def topic(self, topic: str) -> list[dict[str, Any]]:
        """Return what was published on *topic*, in order."""
        return await events_in(self.pool, topic)

    async def published(self) -> list[str]:
        """Return the names of all events published, in order."""
        return [event["type"].split(".")[3] for event in await events_in(self.pool)]

    async def count(self, table: str) -> int:
        counted: int = await self.pool.fetchval(f"SELECT count(*) FROM {table}")
        return counted


@pytest.fixture
async def empty(database: Database) -> AsyncIterator[World]:
    """Intake without any registered participant."""
    async with asyncpg.create_pool(
        await database("intake"), min_size=1, max_size=4, server_settings=LIMITS
    ) as pool:
        await open_checkpoints(
            pool, [routing.TOPIC, *(f"cri.in.{who['id']}.v1" for who in PARTICIPANTS)]
        )
        yield World(pool)


@pytest.fixture
async def world(empty: World) -> World:
    """Intake with the first participants and a small catalog; its outbox is empty."""
    await empty.take_in(*registrations(empty))
    await empty.pool.execute("DELETE FROM outbox")
    return empty


def registrations(world: World) -> list[Record]:
    """Return what the office says first: who the participants are, and a small catalog."""
    said = [world.said("participant.register", who, sender=OFFICE) for who in PARTICIPANTS]
    topics = [{"id": code, "name": code} for code in TOPICS]
    return [*said, *(world.said("topic.define", topic, sender=OFFICE) for topic in topics)]
