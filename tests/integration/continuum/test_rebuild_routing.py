"""Routing's requests and capacities, held to what it published on a real log."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.stack import Stack
from services.routing.handlers import RoutingReader
from shared.contracts import intake, reference
from shared.contracts.event import Event
from shared.contracts.tracking import tracking_number
from tests.conftest import Database
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.continuum.conftest import Rebuilt, rebuilt
from tests.integration.routing.conftest import World


class Live(World):
    """Routing with a real log: what it reads is published first, and so is what it says."""

    made: Rebuilt

    async def take_in(self, *events: Event) -> Any:
        await self.made.take_in(
            [
                (reference.TOPIC if e.subject == reference.SUBJECT else intake.TOPIC, e)
                for e in events
            ]
        )

    async def relay(self, *, but: int = 0) -> None:
        """Publish what waits in the outbox, *but* the last few."""
        rows = await self.pool.fetch("SELECT id, topic, value FROM outbox ORDER BY id")
        for row in rows[: len(rows) - but]:
            await self.made.publish(row["topic"], row["value"])
            await self.pool.execute("DELETE FROM outbox WHERE id = $1", row["id"])


@pytest.fixture
async def live(stack: Stack, database: Database) -> AsyncIterator[Live]:
    """Two requests, one of them with work under way; the last event is not on the topic yet."""
    async with rebuilt(stack, await database("routing"), "routing", RoutingReader()) as made:
        world = Live(made.pool)
        world.made = made
        await world.refer(*examples.entries())
        first, second = Sender(1), Sender(2)
        await world.take_in(declared("iacp", 1), first.accepted(), second.accepted())
        await world.match()
        await world.take_in(first.answered("accept", "iacp"), second.amended(topics=["wellness"]))
        await world.take_in(first.milestone("kick_off", "iacp"), declared("iacp", 3, number=2))
        await world.match()
        await world.relay(but=1)
        yield world


async def test_rows_are_equal_to_what_was_published(live: Live) -> None:
    lines, good = await live.made.rebuild()

    assert good, lines
    assert "  requests             2 rows beside what was published, 0 differ" in lines
    assert "  capacities           1 rows beside what was published, 0 differ" in lines
    assert "5 tables, 0 differing" in lines[-1]


async def test_a_row_that_was_altered_by_hand_is_named_with_its_fields(live: Live) -> None:
    await live.pool.execute(
        "UPDATE requests SET status = 'closed', due_at = NULL WHERE tracking_number = $1",
        tracking_number(2026, 1),
    )
    await live.pool.execute("UPDATE capacities SET free = '{7}' WHERE provider = 'iacp'")

    lines, good = await live.made.rebuild(yes=True)
    again, still = await live.made.rebuild()

    assert not good
    assert not still
    assert f"  requests {tracking_number(2026, 1)} differs in status, due_at" in lines
    assert "  capacities iacp differs in free" in lines
    assert "5 tables, 2 differing" in lines[-1]
    assert "5 tables, 2 differing" in again[-1]


async def test_a_row_that_was_deleted_by_hand_is_missing(live: Live) -> None:
    number = tracking_number(2026, 2)
    await live.pool.execute("DELETE FROM requests WHERE tracking_number = $1", number)

    lines, good = await live.made.rebuild()

    assert not good
    assert f"  requests {number} is missing in the live table" in lines


async def test_what_is_not_recorded_yet_is_not_compared(live: Live) -> None:
    await live.pool.execute(
        "UPDATE requests SET recorded = 0, status = 'closed' WHERE tracking_number = $1",
        tracking_number(2026, 2),
    )

    lines, good = await live.made.rebuild()

    assert good, lines
    assert (
        "  requests             1 rows beside what was published, 0 differ; 1 not recorded yet"
        in lines
    )
