"""A release of many held records is taken in step by step, by transactions of bounded length."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.delivery.orders import orders
from shared.delivery.records import Item, Taken
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in import left_over, rounds
from shared.delivery.take_in.left_over import LeftOver
from shared.delivery.take_in.reader import Closing
from shared.delivery.take_in.take_in import take_in
from shared.postgres.statements import load_statements
from shared.process.settings import ServiceSettings
from shared.process.tasks import AT_ONCE, LATER
from shared.service import Service, _orders
from tests.integration.delivery.ledger import (
    OTHER_TOPIC,
    TOPIC,
    LedgerReader,
    State,
    event,
    ledger,
    open_partitions,
    records,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"


@pytest.fixture
def one_round_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a transaction take in three released records, and put back the others."""
    monkeypatch.setattr(rounds, "RELEASED_AT_ONCE", 3)
    monkeypatch.setattr(left_over, "RELEASED_AT_ONCE", 3)
    monkeypatch.setattr(rounds, "RELEASE_SECONDS", 0.0)


async def hold(pool: "Pool", reader: LedgerReader, values: Sequence[bytes]) -> None:
    """Hold *values*, which wait for events that were not taken in yet."""
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    early = records(*values)
    while early:
        early = (await take_in(pool, reader, early, service="routing")).left(early)
    assert await counted(pool, "held") == len(values)


async def release(pool: "Pool", reader: LedgerReader, number: int = 1) -> None:
    """Take in the *number*-th event of N on the other topic."""
    needed = event("N", number, topic=OTHER_TOPIC)
    needed_records = records(needed, topic=OTHER_TOPIC, offset=number - 1)
    result = await take_in(pool, reader, needed_records, service="routing")
    assert result.outcomes[OTHER_TOPIC, 0] == {"applied": 1}


async def finish(pool: "Pool", reader: LedgerReader) -> int:
    """Take in what was left over; return in how many steps."""
    step, steps = LeftOver(reader, service="routing"), 0
    while await step.take_in(pool):
        steps += 1
        assert steps < 200
    assert await counted(pool, "left_over") == 0
    return steps


async def counted(pool: "Pool", table: str) -> int:
    number: int = await pool.fetchval(f"SELECT count(*) FROM {table}")
    return number


async def dead_letters(pool: "Pool") -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        'SELECT "offset", reason, error, parking_key FROM dead_letters ORDER BY 1'
    )
    return [tuple(row) for row in rows]


def needing(subjects: Sequence[str], what: str = "needs:N:1") -> list[bytes]:
    return [event(subject, 1, what) for subject in subjects]


async def test_thousands_of_held_records_are_taken_in_by_several_transactions(
    pool: "Pool", reader: LedgerReader
) -> None:
    subjects = [f"S{number}" for number in range(3000)]
    await hold(pool, reader, needing(subjects))

    await release(pool, reader)
    first = await ledger(pool)
    steps = await finish(pool, reader)

    assert first == ["N/1", *(f"{subject}/1" for subject in subjects[:500])]
    assert steps >= 5
    assert await ledger(pool) == ["N/1", *(f"{subject}/1" for subject in subjects)]
    assert await counted(pool, "held") == 0
    assert await counted(pool, "outbox") == 3001
    row = await pool.fetchrow(
        "SELECT applied, held FROM checkpoints WHERE topic = $1 AND partition = 0", TOPIC
    )
    assert row is not None
    assert tuple(row) == (0, 3000)


@pytest.mark.usefixtures("one_round_of_three")
async def test_a_chain_of_one_subject_is_taken_in_by_several_transactions_in_order(
    pool: "Pool", reader: LedgerReader
) -> None:
    await hold(pool, reader, [event("A", number) for number in range(2, 12)])

    await take_in(pool, reader, records(event("A", 1), offset=10), service="routing")
    first = await ledger(pool)
    await finish(pool, reader)

    assert first == ["A/1", "A/2"]
    assert await ledger(pool) == [f"A/{number}" for number in range(1, 12)]


@pytest.mark.usefixtures("one_round_of_three")
async def test_records_that_were_held_and_left_over_in_one_batch_count_as_held(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(event("A", 4), event("A", 3), event("A", 2), event("A", 1))

    result = await take_in(pool, reader, batch, service="routing")
    await finish(pool, reader)

    assert result.outcomes[TOPIC, 0] == {"applied": 2, "held": 2}
    assert await ledger(pool) == ["A/1", "A/2", "A/3", "A/4"]
    row = await pool.fetchrow("SELECT applied, held FROM checkpoints WHERE topic = $1", TOPIC)
    assert row is not None
    assert tuple(row) == (2, 2)


@pytest.mark.usefixtures("one_round_of_three")
@pytest.mark.parametrize("many", [5, 502], ids=["put back", "not released"])
async def test_a_subject_keeps_its_order_while_a_record_of_it_is_left_over(
    pool: "Pool", reader: LedgerReader, many: int
) -> None:
    *others, d, e = (f"S{number}" for number in range(many))
    await hold(pool, reader, needing([*others, d, e]))
    await release(pool, reader)

    later = records(event(d, 2), event(e, 1, "needs:N:1"), event(e, 2), offset=many)
    result = await take_in(pool, reader, later, service="routing")
    meanwhile = await ledger(pool)
    await finish(pool, reader)

    assert result.outcomes[TOPIC, 0] == {"held": 1, "applied": 2}
    assert meanwhile == ["N/1", "S0/1", "S1/1", "S2/1", f"{e}/1", f"{e}/2"]
    rest = (await ledger(pool))[len(meanwhile) :]
    assert sorted(rest) == sorted([*(f"{other}/1" for other in others[3:]), f"{d}/1", f"{d}/2"])
    assert rest.index(f"{d}/1") < rest.index(f"{d}/2")
    assert await counted(pool, "held") == 0


@pytest.mark.usefixtures("one_round_of_three")
async def test_the_task_of_every_service_takes_in_what_was_left_over_and_wakes_its_relay(
    pool: "Pool", reader: LedgerReader, settings: ServiceSettings
) -> None:
    restore: Any = None
    wake, own = asyncio.Event(), OwnTopics(r"^cri\.int\.routing\.v1$")
    task = _orders(Service("routing", "", reader, settings, wake, own, restore))
    await hold(pool, reader, [event("A", number) for number in range(2, 12)])
    idle = await task.step(pool), wake.is_set()
    await take_in(pool, reader, records(event("A", 1), offset=10), service="routing")

    while await task.step(pool) == AT_ONCE:
        pass

    assert idle == (LATER, False)
    assert wake.is_set()
    assert await ledger(pool) == [f"A/{number}" for number in range(1, 12)]


@pytest.mark.usefixtures("one_round_of_three")
async def test_two_processes_and_their_batches_take_each_record_in_once(
    pool: "Pool", reader: LedgerReader
) -> None:
    subjects = [f"S{number}" for number in range(40)]
    await hold(pool, reader, [event(s, n) for s in subjects for n in (3, 2)])
    await take_in(
        pool, reader, records(*(event(s, 1) for s in subjects), offset=80), service="routing"
    )

    async def batches() -> None:
        for place, subject in enumerate(subjects):
            batch = records(event(subject, 4), offset=120 + place)
            await take_in(pool, reader, batch, service="routing")

    await asyncio.gather(finish(pool, reader), finish(pool, reader), batches())
    await finish(pool, reader)

    entries = await ledger(pool)
    assert sorted(entries) == sorted(f"{s}/{n}" for s in subjects for n in (1, 2, 3, 4))
    for subject in subjects:
        own = [entry for entry in entries if entry.startswith(f"{subject}/")]
        assert own == [f"{subject}/{number}" for number in (1, 2, 3, 4)]
    assert await counted(pool, "held") == 0


@pytest.mark.usefixtures("one_round_of_three")
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("raises", "decision_failed"),
        ("refused by postgres", "refused_by_postgres"),
        ("takes:60", "too_slow"),
    ],
)
async def test_a_record_left_over_that_fails_is_set_aside_itself(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch, what: str, reason: str
) -> None:
    monkeypatch.setattr("shared.delivery.take_in.budget.RECORD_SECONDS", 0.1)
    values = [event("A", number, what if number == 5 else "noted") for number in range(2, 8)]
    await hold(pool, reader, [*values, *(event("B", number) for number in range(2, 6))])
    opening = records(event("A", 1), event("B", 1), offset=10)
    result = await take_in(pool, reader, opening, service="routing")

    await finish(pool, reader)

    assert result.outcomes[TOPIC, 0] == {"applied": 2}
    entries = await ledger(pool)
    assert [entry for entry in entries if entry[0] == "A"] == ["A/1", "A/2", "A/3", "A/4"]
    assert [entry for entry in entries if entry[0] == "B"] == [f"B/{n}" for n in range(1, 6)]
    ((offset, found, _, key),) = await dead_letters(pool)
    assert (offset, found, key) == (3, reason, "A")


class Broken(LedgerReader):
    """Fails while it saves the fourth event of A, as a fault outside of a decision does."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def save(self, connection: Any, state: State) -> Closing | None:
        if "A/4" in state.entries:
            raise self.error
        return await super().save(connection, state)


@pytest.mark.usefixtures("one_round_of_three")
@pytest.mark.parametrize(
    "error", [KeyError("a bug"), asyncpg.InterfaceError("a fault of the record's own")], ids=repr
)
async def test_a_record_left_over_that_fails_outside_of_its_decision_is_set_aside_itself(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(left_over, "REST_SECONDS", 0.0)
    subjects = ["S0", "A", "S1", "S2"]
    await hold(pool, reader, [event(s, n) for s in subjects for n in (2, 3, 4, 5)])
    opening = records(*(event(s, 1) for s in subjects), offset=16)
    await take_in(pool, reader, opening, service="routing")
    monkeypatch.setattr(rounds, "RELEASE_SECONDS", 60.0)  # a step also takes in what it releases

    await finish(pool, Broken(error))

    entries = await ledger(pool)
    assert sorted(entries) == sorted(
        ["A/1", "A/2", "A/3", *(f"S{s}/{n}" for s in range(3) for n in range(1, 6))]
    )
    assert await dead_letters(pool) == [(6, "not_taken_in", type(error).__name__, "A")]
    assert await counted(pool, "held") + await counted(pool, "parked") == 1


class Mended(LedgerReader):
    """Decides what raised before the mending."""

    def decide(self, state: State, item: Item) -> Taken:
        state.entries.append(f"{item.message.subject}/{item.message.number}")
        return Taken("applied")


async def replay(pool: "Pool", topic: str, offset: int) -> tuple[str, str]:
    number = await pool.fetchval(
        'INSERT INTO operations (action, topic, partition, "offset", by, why)'
        " VALUES ('replay', $1, 0, $2, 'someone', 'mended') RETURNING id",
        topic,
        offset,
    )
    assert await orders.carry_out(pool, Mended(), service="routing")
    row = await pool.fetchrow(
        "SELECT outcome, detail FROM operation_outcomes WHERE operation = $1", number
    )
    assert row is not None
    return row["outcome"], row["detail"]


@pytest.mark.usefixtures("one_round_of_three")
async def test_a_replay_whose_event_releases_many_is_carried_out(
    pool: "Pool", reader: LedgerReader
) -> None:
    await hold(pool, reader, [event("A", number) for number in range(2, 12)])
    opening = records(event("A", 1, "raises"), offset=10)
    await take_in(pool, reader, opening, service="routing")

    done = await replay(pool, TOPIC, 10)
    first = await ledger(pool)
    await finish(pool, Mended())

    assert done == ("released", "the record: applied")
    assert first == ["A/1", "A/2"]
    assert await ledger(pool) == [f"A/{number}" for number in range(1, 12)]


@pytest.mark.usefixtures("one_round_of_three")
async def test_a_replay_with_many_records_parked_behind_it_is_carried_out_in_order(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(event("A", 1, "raises"), *(event("A", number) for number in range(2, 9)))
    await take_in(pool, reader, batch, service="routing")

    done = await replay(pool, TOPIC, 0)
    later = records(event("A", 9), event("B", 1), offset=8)
    await take_in(pool, Mended(), later, service="routing")
    first = await ledger(pool)
    await finish(pool, Mended())

    assert done == ("released", "the record: applied; behind it: 3 applied, 4 held")
    assert first == ["A/1", "A/2", "A/3", "A/4", "B/1"]
    assert await ledger(pool) == [*first, *(f"A/{number}" for number in range(5, 10))]


class Earlier(LedgerReader):
    """Closes a round as the release before did."""

    async def save(self, connection: Any, state: State) -> Closing | None:
        settle = load_statements("shared.delivery")["settle_round"]
        statement = (
            "WITH written AS (INSERT INTO ledger (entry) SELECT * FROM unnest($5::text[]))\n"
            + settle.split("\n", 1)[1].replace("settle_round_2", "settle_round_1")
        )
        return Closing(statement, (state.entries,))


async def test_a_process_of_the_release_before_releases_all_and_leaves_a_note_without_records(
    pool: "Pool", reader: LedgerReader
) -> None:
    subjects = [f"S{number}" for number in range(1200)]
    await hold(pool, reader, needing(subjects))
    await release(pool, reader)
    left = await counted(pool, "held")

    await release(pool, Earlier(), 2)
    steps = await finish(pool, reader)

    assert left == 700
    assert await counted(pool, "held") == 0
    assert steps == 1
    entries = await ledger(pool)
    assert sorted(entries) == sorted(["N/1", "N/2", *(f"{subject}/1" for subject in subjects)])
