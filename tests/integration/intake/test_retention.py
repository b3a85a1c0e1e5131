"""The words of requests that ended long ago are erased, and no others."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from services.intake.handlers import IntakeReader
from services.intake.restore import Restore
from services.intake.retention import erase_words, sweeping
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts import routing
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from shared.process.tasks import LATER
from shared.retention.sweeper import Kept, Sweeper
from shared.retention.windows import Window
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.inbound import AT, OFFICE, submission
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.intake.conftest import AGENCIES, PARTICIPANTS, World, registrations

KEPT = timedelta(days=1095)


async def swept(world: World, **changes: Any) -> int:
    """Sweep until nothing is due; return how many requests have words."""
    own = sweeping(**{"words": KEPT, "clock": REAL_TIME, **changes})
    while await own.step(world.pool) < LATER:
        pass
    return await world.count("words")


async def requests(world: World, *, number: int) -> list[str]:
    """Return so many requests whose words are known, in order."""
    said = [world.said("request.submit", submission(reference=f"r-{n}")) for n in range(number)]
    await world.take_in(*said)
    rows = await world.pool.fetch("SELECT tracking_number FROM requests ORDER BY 1")
    return [row[0] for row in rows]


def ending(number: str, *, offset: int = 0, at: datetime = AT) -> Record:
    event = {
        "type": "gov.cri.routing.engagement_closed.v1",
        "subject": number,
        "sequence": "2",
        "time": at.isoformat(),
    }
    return Record(routing.TOPIC, 0, offset, None, json.dumps(event).encode(), (), AT)


async def set_hold(world: World, **covered: Any) -> None:
    """Store a hold as the newest entry of the catalog."""
    await world.pool.execute(
        "INSERT INTO catalog (number, kind, id, body)"
        " SELECT max(number) + 1, 'hold', 'case-7', $1 FROM catalog",
        json.dumps({"id": "case-7", "reason": "litigation", **covered}),
    )


async def now_of(world: World) -> datetime:
    now: datetime = await world.pool.fetchval("SELECT now()")
    return now


async def test_when_a_request_has_ended_long_ago_its_words_go_and_open_ones_stay(
    world: World,
) -> None:
    ended, recent, still_open = await requests(world, number=3)
    now = await now_of(world)
    await world.take_in(
        ending(ended, at=now - KEPT),
        ending(recent, offset=1, at=now - KEPT + timedelta(days=1)),
    )

    assert await swept(world) == 2

    left = await world.pool.fetch("SELECT tracking_number FROM words ORDER BY 1")
    assert [row[0] for row in left] == [recent, still_open]


async def test_the_end_is_that_of_the_first_event_whenever_it_comes(world: World) -> None:
    (number,) = await requests(world, number=1)

    await world.take_in(ending(number), ending(number, offset=1, at=AT + timedelta(days=9)))

    assert await world.pool.fetchval("SELECT ended_at FROM requests") == AT


async def test_what_is_said_of_a_request_after_its_end_leaves_its_time(world: World) -> None:
    (number,) = await requests(world, number=1)
    await world.take_in(ending(number))
    published = await world.pool.fetchval("SELECT published FROM requests")

    withdrawal = {"tracking_number": number, "reason": "no_longer_needed"}
    await world.take_in(world.said("request.withdraw", withdrawal))

    rows = await world.pool.fetch("SELECT published, ended_at FROM requests")
    assert [tuple(row) for row in rows] == [(published + 1, AT)]


async def test_an_end_whose_time_cannot_be_read_counts_from_when_it_is_taken_in(
    world: World,
) -> None:
    (number,) = await requests(world, number=1)
    event = {"type": "gov.cri.routing.request_withdrawn.v1", "subject": number, "time": "?"}
    value = json.dumps(event).encode()

    outcomes = await world.take_in(Record(routing.TOPIC, 0, 0, None, value, (), AT))

    assert outcomes == {"applied": 1}
    passed = await world.pool.fetchval("SELECT now() - ended_at FROM requests")
    assert passed < timedelta(minutes=1)


async def test_what_a_hold_covers_stays_until_it_is_lifted(world: World) -> None:
    (number,) = await requests(world, number=1)
    await world.take_in(ending(number, at=await now_of(world) - KEPT))
    await set_hold(world, tracking_number=number)

    assert await swept(world) == 1

    await set_hold(world, tracking_number=number, lifted=True)
    await world.pool.execute("UPDATE retention_windows SET next_at = now()")
    assert await swept(world) == 0


async def test_batches_follow_each_other_until_nothing_is_due(world: World) -> None:
    numbers = await requests(world, number=5)
    at = await now_of(world) - KEPT
    await world.take_in(*(ending(each, offset=n, at=at) for n, each in enumerate(numbers)))

    with capture_logs() as logged:
        assert await swept(world, batch=2) == 0

    assert [(each["what"], each["rows"]) for each in logged] == [("words", n) for n in (2, 2, 1)]
    (row,) = await world.pool.fetch("SELECT * FROM retention_windows")
    assert (row["what"], row["erased"], row["kept"]) == ("words", 5, KEPT)
    assert row["next_at"] > row["swept_at"]


async def test_nothing_is_swept_before_its_time(world: World) -> None:
    (number,) = await requests(world, number=1)
    assert await swept(world) == 1
    await world.take_in(ending(number, at=await now_of(world) - KEPT))

    assert await swept(world) == 1

    await world.pool.execute("UPDATE retention_windows SET next_at = now()")
    assert await swept(world) == 0


async def test_nothing_is_swept_while_holds_may_be_unread(world: World) -> None:
    (number,) = await requests(world, number=1)
    await world.take_in(ending(number, at=await now_of(world) - KEPT))
    known = [False, True]

    async def knows(_: Any) -> bool:
        return known.pop(0)

    own = sweeping(words=KEPT, clock=REAL_TIME, knows_holds=knows)

    assert await own.step(world.pool) == LATER
    assert await world.count("words") == 1
    await own.step(world.pool)
    assert await world.count("words") == 0


async def test_when_the_setting_says_less_what_is_over_goes_at_once(world: World) -> None:
    (number,) = await requests(world, number=1)
    await world.take_in(ending(number, at=await now_of(world) - KEPT))
    assert await swept(world, words=2 * KEPT) == 1

    assert await swept(world, words=KEPT) == 0

    assert await world.pool.fetchval("SELECT kept FROM retention_windows") == KEPT


async def test_a_window_that_is_no_more_is_not_shown(world: World) -> None:
    await swept(world)
    await world.pool.execute("UPDATE retention_windows SET what = 'texts'")

    await swept(world)

    assert await world.pool.fetchval("SELECT array_agg(what) FROM retention_windows") == ["words"]


async def test_a_window_that_an_older_release_deletes_at_its_start_is_noted_again(
    world: World,
) -> None:
    newer = sweeping(words=KEPT, clock=REAL_TIME)
    while await newer.step(world.pool) != LATER:
        pass
    await world.pool.execute("DELETE FROM retention_windows")  # it does not know the window

    while await newer.step(world.pool) != LATER:
        pass

    assert await world.pool.fetchval("SELECT array_agg(what) FROM retention_windows") == ["words"]


async def test_what_is_no_more_due_once_it_is_locked_stays(world: World) -> None:
    (number,) = await requests(world, number=1)
    await world.take_in(ending(number, at=await now_of(world) - KEPT))

    async def lock(connection: Any, keys: Any) -> None:
        """Lock after somebody else has changed the row."""
        assert keys == [number]
        await connection.execute("UPDATE requests SET ended_at = now()")

    own = Sweeper(
        [Kept(Window("words", "words_kept_days", KEPT), erase_words, lock)], clock=REAL_TIME
    )
    while await own.step(world.pool) < LATER:
        pass

    assert await world.count("words") == 1


async def test_what_another_process_sweeps_is_left_to_it(world: World) -> None:
    (number,) = await requests(world, number=1)
    own = sweeping(words=KEPT, clock=REAL_TIME)
    await own.step(world.pool)
    await world.take_in(ending(number, at=await now_of(world) - KEPT))
    await world.pool.execute("UPDATE retention_windows SET next_at = now()")

    async with world.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM retention_windows FOR UPDATE")
        async with asyncio.timeout(3):
            assert await own.step(world.pool) == LATER
    assert await world.count("words") == 1


async def test_on_a_clock_that_plays_years_in_minutes_nothing_goes(world: World) -> None:
    (number,) = await requests(world, number=1)
    now = await now_of(world)
    await world.take_in(ending(number, at=now - KEPT))

    assert await swept(world, clock=BusinessClock(now, now, rate=86_400)) == 1


async def test_an_end_written_by_an_earlier_release_gets_a_time(world: World) -> None:
    (number,) = await requests(world, number=1)

    await world.pool.execute(
        "UPDATE requests SET ended = 'closed' WHERE tracking_number = $1", number
    )

    left = await world.pool.fetchval("SELECT now() - ended_at FROM requests")
    assert left < timedelta(minutes=1)


@pytest.mark.parametrize("swept_before_the_dump", [True, False])
async def test_a_restore_brings_nothing_back_that_the_next_sweep_leaves(
    stack: Stack, database: Database, *, swept_before_the_dump: bool
) -> None:
    dsn = await database("intake")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(
            pool, [routing.TOPIC, *(f"cri.in.{who['id']}.v1" for who in PARTICIPANTS)]
        )
        world = World(pool)
        await world.take_in(*registrations(world))
        (number,) = await requests(world, number=1)
        await world.take_in(ending(number, at=await now_of(world) - KEPT))
        if swept_before_the_dump:
            assert await swept(world) == 0
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="intake") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, offsets=world.offsets), World(is_dump)
        later = lived.said("request.submit", submission(reference="later", need=None))
        await lived.take_in(later)
        await announce(restored.pool, await outbox_of(lived.pool), at=AT)
        again = Restore(IntakeReader(agencies=AGENCIES, office=OFFICE), office=OFFICE)

        await catch_up(restored.pool, again, [[later]], service="intake")

        assert await restored.count("words") == (0 if swept_before_the_dump else 1)
        assert await swept(restored) == 0
