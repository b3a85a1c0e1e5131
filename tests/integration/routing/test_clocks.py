"""Clocks on a real Postgres: lapses, late answers, missed clocks, parked requests."""

from datetime import UTC, datetime, timedelta
from itertools import product

from services.routing import store
from services.routing.life.late import REHOME_CLOCK, stands
from services.routing.life.pauses import SILENCE
from shared.business_clock import REAL_TIME
from shared.contracts.reference import CalendarDefinition
from shared.process.tasks import AT_ONCE, LATER, SOON
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import World, statements_of

_LATE = "UPDATE late_clocks SET clock = $1, status = $2"
_REQUEST = """
UPDATE requests
   SET affected = $1, due_clock = $2::text,
       due_at = CASE WHEN $2::text IS NOT NULL THEN now() + '1 hour' END
RETURNING to_request_row_2(requests)
"""


async def offered(world: World, request: Sender) -> None:
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.match()


async def test_an_offer_lapses_and_the_next_candidate_is_asked(world: World) -> None:
    await world.refer(examples.provider("fop"))
    request = Sender()
    await world.take_in(declared("iacp", 2), declared("fop", 1), request.accepted())
    await world.match()
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.match()

    published = await world.published(request.tracking_number)
    assert [e["type"].split(".")[3] for e in published] == [
        "request_triaged",
        "offer_made",
        "offer_lapsed",
        "offer_made",
    ]
    assert published[2]["causationid"] == published[1]["id"]
    assert [provider for _, provider in await world.offers()] == ["iacp", "fop"]


async def test_nothing_lapses_within_the_grace(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.pool.execute("UPDATE requests SET due_at = now() - interval '30 seconds'")

    pause = await world.deadlines.step(world.pool)

    assert await world.status(request.tracking_number) == "offered"
    grace = timedelta(seconds=examples.ruleset().calendar.grace_seconds)
    assert timedelta(0) < pause <= grace - timedelta(seconds=30)


async def test_checking_running_clocks_is_one_statement(world: World) -> None:
    await offered(world, Sender())
    await world.deadlines.step(world.pool)  # reads the catalog

    async with statements_of(world.pool) as statements:
        pause = await world.deadlines.step(world.pool)

    assert len(statements) == 1
    assert pause > SOON


async def test_without_clocks_there_is_nothing_to_wait_for(world: World) -> None:
    assert await world.deadlines.step(world.pool) == LATER


async def test_an_answer_in_time_that_comes_after_the_lapse_still_counts(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()
    await world.deadlines.step(world.pool)
    await world.match()
    assert await world.status(request.tracking_number) == "referred"

    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))
    await world.match()

    assert await world.status(request.tracking_number) == "assigned"
    assert await world.capacity("iacp") == ([0], 1)


async def test_an_answer_after_the_expiry_is_refused(world: World) -> None:
    request = Sender()
    await offered(world, request)

    late = datetime.now(UTC) + timedelta(days=30)
    await world.take_in(request.answered("accept", "iacp", at=late))

    [refused] = [e for e in await world.published() if e["type"].endswith("refused.v1")]
    assert refused["data"]["reasons"][0]["code"] == "offer_expired"
    assert await world.status(request.tracking_number) == "offered"


async def test_silence_in_an_engagement_is_published_once(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.deadlines.step(world.pool)

    published = await world.published(request.tracking_number)
    missed = [e for e in published if e["type"].endswith("clock_missed.v1")]
    assert [e["data"]["clock"] for e in missed] == ["engagement_silence"]
    assert await world.status(request.tracking_number) == "assigned"


async def test_nothing_lapses_behind_a_parked_key(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()
    await world.pool.execute(
        'INSERT INTO parked_keys (key, reason, topic, partition, "offset")'
        " VALUES ($1, 'test', 'cri.int.intake.v1', 0, 0)",
        request.tracking_number,
    )

    assert await world.deadlines.step(world.pool) == LATER

    assert await world.status(request.tracking_number) == "offered"


async def test_a_locked_request_is_left_for_the_next_step(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.rewind_clocks()

    async with world.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM requests FOR UPDATE")
        assert await world.deadlines.step(world.pool) == SOON

    assert await world.status(request.tracking_number) == "offered"
    await world.deadlines.step(world.pool)
    assert await world.status(request.tracking_number) == "triaged"


async def test_a_request_gets_a_queue_number_when_its_directed_offer_lapses(
    world: World,
) -> None:
    request = Sender(agency={"listed": False})
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.take_in(request.directed("assign", provider="iaclea"))
    await world.rewind_clocks()

    await world.deadlines.step(world.pool)
    await world.match()

    published = await world.published(request.tracking_number)
    assert await world.kinds(request.tracking_number) == [
        "request_referred",
        "offer_made",
        "message_applied",
        "offer_lapsed",
        "offer_made",
    ]
    row = await world.pool.fetchval("SELECT queue_number FROM requests")
    assert published[3]["data"]["queue_number"] == row


async def silent(world: World, request: Sender) -> None:
    """Let an engagement's clock of silence run out, and step the deadlines."""
    await offered(world, request)
    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))
    await world.rewind_clocks()
    await world.deadlines.step(world.pool)


async def announced(world: World, request: Sender) -> list[tuple[str, int]]:
    """Return the kind of each announcement of a miss, with its number."""
    published = await world.published(request.tracking_number)
    misses = [e for e in published if "missed" in e["type"]]
    return [(e["type"].split(".")[3], e["data"].get("n", 1)) for e in misses]


async def late_clocks(world: World) -> list[str]:
    """Return the clocks that are late, of all requests."""
    rows = await world.pool.fetch("SELECT clock FROM late_clocks WHERE misses > 0 ORDER BY 1")
    return [row["clock"] for row in rows]


async def test_e52_a_miss_is_announced_again_until_a_milestone(world: World) -> None:
    request = Sender()
    await silent(world, request)
    for _ in range(2):
        await world.deadlines.step(world.pool)
        await world.rewind_late_clocks()
    await world.deadlines.step(world.pool)
    assert await announced(world, request) == [
        ("clock_missed", 1),
        ("clock_still_missed", 2),
        ("clock_still_missed", 3),
    ]

    await world.take_in(request.milestone("draft", "iacp"))
    await world.rewind_late_clocks()
    await world.deadlines.step(world.pool)

    assert len(await announced(world, request)) == 3
    assert await late_clocks(world) == []
    assert await world.status(request.tracking_number) == "in_delivery"


async def overdue(world: World) -> dict[str, tuple[int, int]]:
    """Return, by clock, how many run, and how many are overdue."""
    async with world.pool.acquire() as connection:
        return await store.count_clocks(connection, REAL_TIME)


async def test_what_counts_as_overdue_is_what_is_still_to_be_announced(world: World) -> None:
    request = Sender()
    await silent(world, request)
    clocks = (SILENCE, REHOME_CLOCK, "plan.standard")
    causes = (None, "program_suspended stop", "program_ended rehome", "program_ended finish",
              "provider_ended finish")  # fmt: skip
    counted, standing = [], []
    await world.pool.execute("DELETE FROM late_clocks WHERE clock <> $1", SILENCE)

    for clock, affected, runs, status in product(
        clocks, causes, (False, True), ("assigned", "in_delivery")
    ):
        await world.pool.execute(_LATE, clock, status)
        row = await world.pool.fetchval(_REQUEST, affected, "plan.standard" if runs else None)
        async with world.pool.acquire() as connection:
            (late,) = await store.read_late(connection, [request.tracking_number])
        standing.append((clock, affected, runs, status, stands(late, store.request_of(row))))
        found = await overdue(world)
        counted.append((clock, affected, runs, status, found.get(clock, (0, 0))[1] == 1))

    assert counted == standing
    assert {each[-1] for each in standing} == {False, True}


async def test_a_missed_clock_is_overdue_until_it_is_acted_on(world: World) -> None:
    request = Sender()
    await silent(world, request)
    assert await overdue(world) == {"engagement_silence": (0, 1)}

    await world.take_in(request.milestone("draft", "iacp"))

    assert await overdue(world) == {"engagement_silence": (1, 0)}


async def test_e52_after_clock_settle_no_more_is_announced(world: World) -> None:
    request = Sender()
    await silent(world, request)

    await world.take_in(request.settled(), request.settled())

    assert (await world.kinds(request.tracking_number))[-3:] == [
        "clock_settled",
        "message_applied",
        "message_refused",
    ]
    assert await late_clocks(world) == []
    await world.rewind_late_clocks()
    assert await world.deadlines.step(world.pool) == SOON
    assert await world.deadlines.step(world.pool) == LATER
    assert await announced(world, request) == [("clock_missed", 1)]


async def test_e52_a_clock_settled_until_a_date_is_announced_from_then_on(world: World) -> None:
    request = Sender()
    await silent(world, request)

    await world.take_in(request.settled(until=datetime.now(UTC) + timedelta(days=90)))
    await world.deadlines.step(world.pool)
    assert await announced(world, request) == [("clock_missed", 1)]

    await world.rewind_late_clocks()
    await world.deadlines.step(world.pool)
    assert await announced(world, request) == [("clock_missed", 1), ("clock_still_missed", 2)]


async def test_what_stopped_in_the_same_batch_is_not_settled(world: World) -> None:
    request = Sender()
    await silent(world, request)

    await world.take_in(request.milestone("draft", "iacp"), request.settled())

    assert (await world.kinds(request.tracking_number))[-1] == "message_refused"


async def reminders(world: World, request: Sender) -> list[str]:
    published = await world.published(request.tracking_number)
    return [e["data"]["clock"] for e in published if e["type"].endswith("clock_reminded.v1")]


async def test_e46_the_provider_is_reminded_once(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.deadlines.step(world.pool)
    assert await reminders(world, request) == []

    await world.rewind_late_clocks()
    for _ in range(2):
        await world.deadlines.step(world.pool)

    assert await reminders(world, request) == ["offer_answer.standard"]
    assert await world.pool.fetchval("SELECT count(*) FROM late_clocks") == 0
    assert await world.status(request.tracking_number) == "offered"


async def test_an_answer_before_the_reminder_ends_it(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.take_in(request.answered("decline", "iacp", at=datetime.now(UTC)))

    await world.rewind_late_clocks()
    await world.deadlines.step(world.pool)

    assert await reminders(world, request) == []
    assert await world.pool.fetchval("SELECT count(*) FROM late_clocks") == 0


async def test_two_milestones_in_one_batch_leave_one_reminder(world: World) -> None:
    request = Sender()
    await offered(world, request)
    await world.take_in(request.answered("accept", "iacp", at=datetime.now(UTC)))

    await world.take_in(request.milestone("draft", "iacp"), request.milestone("on_site", "iacp"))

    row = await world.pool.fetchrow(
        "SELECT late.due_at, requests.due_at FROM late_clocks AS late"
        " JOIN requests USING (tracking_number) WHERE clock = 'engagement_silence'"
    )
    assert row is not None
    assert row[0] == row[1]


async def test_the_next_announcement_is_waited_for(world: World) -> None:
    await silent(world, Sender())

    pause = await world.deadlines.step(world.pool)

    assert timedelta(days=1) < pause < timedelta(days=7)


async def test_a_miss_of_before_the_upgrade_is_not_announced_again(world: World) -> None:
    request = Sender()
    await silent(world, request)
    await world.pool.execute("DELETE FROM late_clocks")  # an earlier release kept none

    assert await world.deadlines.step(world.pool) == LATER

    assert await announced(world, request) == [("clock_missed", 1)]


async def test_a_late_request_that_is_locked_is_left_for_the_next_step(world: World) -> None:
    request = Sender()
    await silent(world, request)
    await world.rewind_late_clocks()

    async with world.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM requests FOR UPDATE")
        assert await world.deadlines.step(world.pool) == SOON

    await world.deadlines.step(world.pool)
    assert await announced(world, request) == [("clock_missed", 1), ("clock_still_missed", 2)]


def closed_for_a_week() -> list[dict[str, str]]:
    """Return a closure that begins today."""
    today = datetime.now(UTC).date()
    until = today + timedelta(days=7)
    return [{"from": today.isoformat(), "until": until.isoformat(), "reason": "storm"}]


async def test_e51_a_closure_told_late_moves_running_clocks_once(world: World) -> None:
    offer, referral = Sender(), Sender(2, agency={"listed": False})
    await world.refer(
        CalendarDefinition(id="federal", version=1, holidays=[]),
        examples.ruleset(version=2, calendar_id="federal"),
    )
    await world.take_in(declared("iacp", 1), offer.accepted(), referral.accepted())
    await world.match()
    before = dict(await world.pool.fetch("SELECT tracking_number, due_at FROM requests"))
    while await world.deadlines.step(world.pool) == AT_ONCE:
        pass

    await world.refer(
        CalendarDefinition.model_validate(
            {"id": "federal", "version": 2, "holidays": [], "closures": closed_for_a_week()}
        )
    )
    for _ in range(6):
        await world.deadlines.step(world.pool)

    moved = [e for e in await world.published() if e["type"].endswith("clock_moved.v1")]
    assert {e["subject"] for e in moved} == before.keys()
    assert len(moved) == 2
    for row in await world.pool.fetch("SELECT * FROM requests"):
        assert row["due_at"] >= before[row["tracking_number"]] + timedelta(days=4)
    expires = await world.pool.fetchrow(
        "SELECT offer_expires_at, due_at FROM requests WHERE status = 'offered'"
    )
    assert expires is not None
    assert expires["offer_expires_at"] == expires["due_at"]
