"""The tables are the fold of the events read, after duplicates and after a restore."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications import store
from services.notifications.audiences.evolve import Changing, evolve
from services.notifications.audiences.request import Request
from services.notifications.directory import EMPTY_DIRECTORY, with_batch
from services.notifications.load_plan import LoadPlan
from services.notifications.restore.reader import Restore
from shared.contracts import intake
from shared.contracts.event import Event
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AT
from tests.examples.lives import Lives
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, cut, dumped
from tests.integration.notifications.conftest import TOPICS, World, topic_of
from tests.integration.notifications.test_catch_up import by_topic

CHANGING = get_args(Changing)


def folded(events: Sequence[Event]) -> dict[str, Request]:
    directory = with_batch(EMPTY_DIRECTORY, events)
    requests: dict[str, Request] = {}
    for event in events:
        if isinstance(event, CHANGING):
            requests[event.subject] = evolve(requests.get(event.subject), event, directory)
    return requests


async def is_the_fold(world: World, events: Sequence[Event]) -> None:
    requests = folded(events)
    async with world.pool.acquire() as connection:
        held = await store.load_batch(connection, LoadPlan(set(requests)), [])
    assert held.requests == requests
    needs = {e.subject: e.data.issue for e in events if isinstance(e, intake.NeedStated)}
    rows = await world.pool.fetch("SELECT tracking_number, need FROM needs")
    assert {number: json.loads(need)["issue"] for number, need in rows} == needs
    noticed = await world.pool.fetch(
        "SELECT subject, count(DISTINCT fact) FROM notices JOIN requests"
        " ON tracking_number = subject GROUP BY subject"
    )
    looks = Counter(e.data.tracking_number for e in events if isinstance(e, intake.CaseFileAsked))
    assert held.published == Counter(dict(noticed)) + looks


async def take_in(world: World, lives: Lives, batches: Sequence[list[Event]]) -> list[Record]:
    """Take *batches* in as they may arrive; return the records."""
    taken = []
    for batch in batches:
        records = [world.log.record(topic_of(event), event) for event in lives.disturbed(batch)]
        await world.take_in_records(records)
        taken += records
    return taken


# The last two ask for the state of a request before it is there, and are answered from the log.
@pytest.mark.parametrize("seed", [*range(6), 138, 139])
async def test_the_tables_are_the_fold_also_after_a_restore(
    stack: Stack, database: Database, seed: int
) -> None:
    lives = Lives(seed)
    events = lives.events(120)
    batches = list(lives.batches(events))
    middle = lives.draw.randrange(1, len(batches))
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await take_in(World(pool, lives.log), lives, batches[:middle])
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as restored,
    ):
        lived = World(lives_on, lives.log)
        records = await take_in(lived, lives, batches[middle:])
        await is_the_fold(lived, events)
        await announce(restored, cut(await outbox_of(lives_on), seed=seed), at=AT)

        await catch_up(restored, Restore(), by_topic(records), service="notifications")

        await is_the_fold(World(restored, lives.log), events)
