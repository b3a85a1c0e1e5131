"""A database of routing, the log of intake before it, and its matcher and deadlines to step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_args

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from services.routing.deadlines import Deadlines
from services.routing.handlers import RoutingReader
from services.routing.lanes.matcher import Matcher
from services.routing.withdrawals import Withdrawals
from shared.contracts import intake, reference
from shared.contracts.event import Event, derived_id, padded
from shared.contracts.notifications import MAIL_TOPIC, MailEvent
from shared.contracts.reference import (
    CalendarDefinition,
    Participant,
    Program,
    Provider,
    RuleSet,
    TopicOfHelp,
)
from shared.delivery.records import Outcome, Record
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from shared.process.tasks import AT_ONCE
from tests.conftest import Database
from tests.examples import routing as examples
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import events_in

Pool: TypeAlias = "asyncpg.Pool[Any]"
_KINDS: dict[Any, Any] = {
    RuleSet: reference.RulesetApproved,
    CalendarDefinition: reference.CalendarDefined,
    Program: reference.ProgramDefined,
    Provider: reference.ProviderListed,
    TopicOfHelp: reference.TopicDefined,
    Participant: reference.ParticipantRegistered,
}


@dataclass
class World:
    """One replica of routing, and the topics that it reads."""

    pool: "Pool"
    partition: int = 0
    reader: RoutingReader = field(default_factory=RoutingReader)
    offsets: dict[str, int] = field(default_factory=dict)
    versions: int = 0

    def __post_init__(self) -> None:
        wake = asyncio.Event()
        self.matcher = Matcher(relay_wake=wake, limit=200)
        self.deadlines = Deadlines(relay_wake=wake, matcher_wake=wake)
        self.withdrawals = Withdrawals(relay_wake=wake, matcher_wake=wake)

    async def refer(self, *entries: Any) -> None:
        """Take in reference data."""
        events = []
        for entry in entries:
            self.versions += 1
            model = _KINDS[type(entry)]
            events.append(
                model(
                    id=derived_id("reference", str(self.versions), "reference"),
                    source="urn:cri:continuum:intake",
                    type=model.model_fields["type"].annotation.__args__[0],
                    subject=reference.SUBJECT,
                    time=examples.AT,
                    correlationid=derived_id("reference", "", ""),
                    causationid=f"cri.in.program-office.v1/0/{self.versions}",
                    sequence=padded(self.versions),
                    data=entry,
                )
            )
        await self.take_in(*events)

    async def take_in(self, *events: Event) -> dict[Outcome, int]:
        """Take *events* in as one batch; return the outcomes."""
        return await self.take_in_records([self.record(event) for event in events])

    async def take_in_records(self, records: Sequence[Record]) -> dict[Outcome, int]:
        counts: dict[Outcome, int] = {}
        left = records
        while left:  # a batch has a limited processor time
            result = await take_in(self.pool, self.reader, left, service="routing")
            for outcomes in result.outcomes.values():
                for outcome, count in outcomes.items():
                    counts[outcome] = counts.get(outcome, 0) + count
            left = result.left(left)
        return counts

    def record(self, event: Event) -> Record:
        """Return *event* as the next record of its topic."""
        topic = reference.TOPIC if event.subject == reference.SUBJECT else intake.TOPIC
        if isinstance(event, get_args(MailEvent)):
            topic = MAIL_TOPIC
        offset = self.offsets.get(topic, 0)
        self.offsets[topic] = offset + 1
        return Record(topic, self.partition, offset, b"", event.encode(), (), examples.AT)

    async def match(self) -> None:
        """Step the matcher until there is no more work."""
        while await self.matcher.step(self.pool) == AT_ONCE:
            pass

    async def withdraw(self) -> None:
        """Withdraw the offers that may not stand."""
        while await self.withdrawals.step(self.pool) == AT_ONCE:
            pass

    async def published(self, tracking_number: str | None = None) -> list[dict[str, Any]]:
        """Return the events in the outbox, in order; only those of *tracking_number*, if given."""
        events = await events_in(self.pool)
        return [e for e in events if tracking_number in (None, e["subject"])]

    async def kinds(self, tracking_number: str) -> list[str]:
        """Return the names of the events about a request, in order."""
        return [e["type"].split(".")[3] for e in await self.published(tracking_number)]

    async def offers(self) -> list[tuple[str, str]]:
        """Return every offer in order, as tracking number and provider."""
        return [
            (e["subject"], e["data"]["provider"])
            for e in await self.published()
            if e["type"] == "gov.cri.routing.offer_made.v1"
        ]

    async def status(self, tracking_number: str) -> str:
        status: str = await self.pool.fetchval(
            "SELECT status FROM requests WHERE tracking_number = $1", tracking_number
        )
        return status

    async def capacity(self, provider: str) -> tuple[list[int], int]:
        """Return what is free of each entry of the provider's declaration, and its load."""
        row = await self.pool.fetchrow(
            "SELECT free, load FROM capacities WHERE provider = $1", provider
        )
        assert row is not None
        return row["free"], row["load"]

    async def rewind_clocks(self) -> None:
        """Set every running clock to an hour ago."""
        await self.pool.execute(
            "UPDATE requests SET due_at = now() - interval '1 hour' WHERE due_at IS NOT NULL"
        )

    async def rewind_late_clocks(self) -> None:
        """Set the next announcement of every late clock to an hour ago."""
        await self.pool.execute("UPDATE late_clocks SET next_at = now() - interval '1 hour'")


@asynccontextmanager
async def statements_of(pool: "Pool") -> AsyncIterator[list[str]]:
    """Yield the list to which each statement of the pool's next connection is added."""
    statements: list[str] = []

    async def note(executed: LoggedQuery) -> None:
        if "RESET ALL" not in executed.query:  # asyncpg's own, which services switch off
            statements.append(executed.query)

    async with pool.acquire() as connection:
        connection.add_query_logger(note)
    yield statements  # the pool hands out the last returned connection first
    async with pool.acquire() as connection:
        connection.remove_query_logger(note)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator["Pool"]:
    dsn = await database("routing")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=6, server_settings=LIMITS) as made:
        await open_checkpoints(made, [intake.TOPIC, reference.TOPIC, MAIL_TOPIC], partitions=2)
        yield made


@pytest.fixture
async def world(pool: "Pool") -> World:
    """Routing with a small catalog taken in: CRI-TAC open, two providers without capacity."""
    made = World(pool)
    await made.refer(*examples.entries())
    return made
