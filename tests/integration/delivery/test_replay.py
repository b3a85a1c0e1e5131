"""Dead letters are taken in again, or given up, in their place."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.delivery.orders import orders
from shared.delivery.records import Gate, Item, Malformed, Record, Taken
from shared.delivery.relay.outbox import decode_headers
from shared.delivery.take_in.take_in import take_in
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
KEPT = ("parked_keys", "parked", "dead_letters", "gates", "checkpoints", "outbox", "held")


class Mended(LedgerReader):
    """Decides what raised before the mending."""

    def decide(self, state: State, item: Item) -> Taken:
        state.entries.append(f"{item.message.subject}/{item.message.number}")
        return Taken("applied")


@pytest.fixture
async def parked_key(pool: "Pool", reader: LedgerReader) -> Record:
    """A/2 has failed, A/3 and A/4 wait behind it; B/1 was taken in."""
    await open_partitions(pool, TOPIC)
    batch = records(
        event("A", 1), event("A", 2, "raises"), event("B", 1), event("A", 3), event("A", 4)
    )
    await take_in(pool, reader, batch, service="routing")
    return batch[1]


async def order(
    pool: "Pool", record: Record, action: str = "replay", *, again: bool = False
) -> int:
    number: int = await pool.fetchval(
        'INSERT INTO operations (action, topic, partition, "offset", by, why, again)'
        " VALUES ($1, $2, $3, $4, 'someone', 'mended', $5) RETURNING id",
        action,
        record.topic,
        record.partition,
        record.offset,
        again,
    )
    return number


async def carried_out(
    pool: "Pool", reader: LedgerReader, record: Record, action: str = "replay", **more: Any
) -> tuple[str, str]:
    """Order and carry out; return outcome and detail."""
    number = await order(pool, record, action, **more)
    assert await orders.carry_out(pool, reader, service="routing")
    row = await pool.fetchrow(
        "SELECT outcome, detail FROM operation_outcomes WHERE operation = $1", number
    )
    assert row is not None
    return row["outcome"], row["detail"]


async def contents(pool: "Pool") -> dict[str, list[Any]]:
    return {name: await pool.fetch(f"SELECT * FROM {name} ORDER BY 1, 2") for name in KEPT}


async def counted(pool: "Pool", table: str) -> int:
    number: int = await pool.fetchval(f"SELECT count(*) FROM {table}")
    return number


async def test_without_an_order_nothing_is_done(pool: "Pool", parked_key: Record) -> None:
    assert not await orders.carry_out(pool, Mended(), service="routing")

    assert await ledger(pool) == ["A/1", "B/1"]


async def test_a_replay_takes_in_what_failed_and_then_what_waited_in_order(
    pool: "Pool", parked_key: Record
) -> None:
    before = await contents(pool)

    done = await carried_out(pool, Mended(), parked_key)

    assert done == ("released", "the record: applied; behind it: 2 applied")
    assert await ledger(pool) == ["A/1", "B/1", "A/2", "A/3", "A/4"]
    assert [await counted(pool, t) for t in ("parked_keys", "parked", "dead_letters")] == [0] * 3
    assert (await contents(pool))["checkpoints"] == before["checkpoints"]


async def test_after_a_replay_the_key_goes_on(pool: "Pool", parked_key: Record) -> None:
    await carried_out(pool, Mended(), parked_key)

    await take_in(pool, Mended(), records(event("A", 5), offset=5), service="routing")

    assert (await ledger(pool))[-1] == "A/5"


async def test_a_replay_that_fails_again_changes_nothing_but_the_count(
    pool: "Pool", reader: LedgerReader, parked_key: Record
) -> None:
    before = await contents(pool)

    done = await carried_out(pool, reader, parked_key)

    assert done == ("failed_again", "decision failed: ZeroDivisionError")
    assert await contents(pool) == before
    assert await ledger(pool) == ["A/1", "B/1"]


async def test_what_failed_too_often_is_replayed_only_when_that_is_said(
    pool: "Pool", reader: LedgerReader, parked_key: Record
) -> None:
    for _ in range(orders.MOST_REPLAYS):
        await carried_out(pool, reader, parked_key)

    refused = await carried_out(pool, Mended(), parked_key)
    done = await carried_out(pool, Mended(), parked_key, again=True)

    assert refused == ("refused", "it was replayed 3 times already")
    assert done[0] == "released"


async def test_one_of_those_that_waited_fails_and_the_rest_waits_behind_it(
    pool: "Pool", reader: LedgerReader, parked_key: Record
) -> None:
    await take_in(
        pool,
        reader,
        records(event("A", 5, "refused by postgres"), event("A", 6), offset=5),
        service="routing",
    )

    class HalfMended(LedgerReader):
        def decide(self, state: State, item: Item) -> Taken:
            if item.message.data.what == "raises":
                state.entries.append("mended")
                return Taken("applied")
            return super().decide(state, item)

    done = await carried_out(pool, HalfMended(), parked_key)

    assert done == ("released", "the record: applied; behind it: 2 applied, 1 dead, 1 parked")
    assert (await ledger(pool))[2:] == ["mended", "A/3", "A/4"]
    letters = await pool.fetch('SELECT "offset", reason, parking_key FROM dead_letters')
    assert [tuple(row) for row in letters] == [(5, "refused_by_postgres", "A")]
    assert await pool.fetchval('SELECT "offset" FROM parked_keys') == 5
    assert [row["offset"] for row in await pool.fetch('SELECT "offset" FROM parked')] == [6]


async def test_what_postgres_refuses_again_fails_again(pool: "Pool", reader: LedgerReader) -> None:
    await open_partitions(pool, TOPIC)
    [refused] = records(event("A", 1, "refused by postgres"))
    await take_in(pool, reader, [refused], service="routing")

    done = await carried_out(pool, reader, refused)

    assert done == ("failed_again", "refused by postgres: 22021")


async def test_a_discard_passes_the_record_and_takes_in_what_waited(
    pool: "Pool", reader: LedgerReader, parked_key: Record
) -> None:
    done = await carried_out(pool, reader, parked_key, "discard")

    assert done == ("discarded", "the record: passed over; behind it: 2 applied")
    assert await ledger(pool) == ["A/1", "B/1", "A/3", "A/4"]
    kept = await pool.fetchrow(
        "SELECT operations.by, operations.why, settled.cause, settled.parking_key"
        " FROM operations JOIN operation_outcomes AS settled ON settled.operation = id"
    )
    assert kept is not None
    assert tuple(kept) == ("someone", "mended", "decision failed: ZeroDivisionError", "A")


@pytest.mark.parametrize(("action", "entries"), [("replay", ["A/1", "A/2"]), ("discard", ["A/2"])])
async def test_a_malformed_record_lets_those_go_that_came_after_it(
    pool: "Pool", reader: LedgerReader, action: str, entries: list[str]
) -> None:
    class Strict(LedgerReader):
        def parse(self, record: Record) -> Any:
            found = super().parse(record)
            return broken(record) if record.offset == 0 else found

    await open_partitions(pool, TOPIC)
    batch = records(event("A", 1), event("A", 2))
    await take_in(pool, Strict(), batch, service="routing")
    assert await counted(pool, "held") == 1

    await carried_out(pool, reader if action == "replay" else Strict(), batch[0], action)

    assert await ledger(pool) == entries
    assert await counted(pool, "held") == 0


async def test_what_is_settled_is_not_settled_twice(pool: "Pool", parked_key: Record) -> None:
    await carried_out(pool, Mended(), parked_key)

    again = await carried_out(pool, Mended(), parked_key)

    assert again == ("refused", "it is not, or no longer, a dead letter")
    assert await ledger(pool) == ["A/1", "B/1", "A/2", "A/3", "A/4"]


async def test_a_record_held_after_its_replay_and_failing_then_is_a_second_letter(
    pool: "Pool", parked_key: Record
) -> None:
    class NeedsMore(LedgerReader):
        def parse(self, record: Record) -> Any:
            found = super().parse(record)
            if record.offset != parked_key.offset or record.topic != TOPIC:
                return found
            return waiting_for(found)

    await open_partitions(pool, OTHER_TOPIC)
    released = await carried_out(pool, NeedsMore(), parked_key)
    needed = records(event("N", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)
    await take_in(pool, NeedsMore(), needed, service="routing")

    letters = await pool.fetch("SELECT * FROM outbox WHERE topic = 'cri.dlq.routing.v1'")
    assert released == ("released", "the record: held; behind it: 2 held")
    assert [dict(decode_headers(each["headers"]))["dlq.replays"] for each in letters] == [
        b"0",
        b"1",
    ]


async def test_a_bug_outside_of_decisions_fails_the_order_and_not_the_service(
    pool: "Pool", parked_key: Record
) -> None:
    class Broken(LedgerReader):
        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            raise KeyError

    before = await contents(pool)

    done = await carried_out(pool, Broken(), parked_key)

    assert done == ("failed_again", "raised KeyError outside of a decision")
    assert await contents(pool) == before


async def test_an_order_that_fails_for_good_is_given_up_and_later_ones_go_on(
    pool: "Pool", reader: LedgerReader, parked_key: Record
) -> None:
    class Broken(LedgerReader):
        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            await connection.execute("SELECT no_such_function()")
            return State()

    failing = await order(pool, parked_key)
    later = await order(pool, parked_key._replace(offset=99), "discard")
    failures: Counter[int] = Counter()
    for _ in range(orders.TRIES - 1):
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await orders.carry_out(pool, Broken(), service="routing", failures=failures)

    while await orders.carry_out(pool, Broken(), service="routing", failures=failures):
        pass

    rows = await pool.fetch("SELECT operation, outcome, detail FROM operation_outcomes ORDER BY 1")
    assert [tuple(row) for row in rows] == [
        (failing, "failed_again", "could not be carried out: UndefinedFunctionError, 3 times"),
        (later, "refused", "it is not, or no longer, a dead letter"),
    ]
    assert await counted(pool, "parked") == 2


async def test_a_waiting_record_that_is_too_slow_is_set_aside_and_not_the_replayed_one(
    pool: "Pool", reader: LedgerReader, parked_key: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.take_in.budget.RECORD_SECONDS", 0.1)
    monkeypatch.setattr("shared.delivery.take_in.rounds.RELEASE_SECONDS", 60.0)
    waiting = records(event("A", 5, "takes:2"), event("A", 6), offset=5)
    await take_in(pool, reader, waiting, service="routing")

    class MendedOnce(LedgerReader):
        def decide(self, state: State, item: Item) -> Taken:
            if item.message.data.what == "raises":
                state.entries.append("mended")
                return Taken("applied")
            return super().decide(state, item)

    done = await carried_out(pool, MendedOnce(), parked_key)

    assert done == ("released", "the record: applied; behind it: 2 applied, 1 dead, 1 parked")
    letters = await pool.fetch('SELECT "offset", reason FROM dead_letters')
    assert [tuple(row) for row in letters] == [(5, "too_slow")]


async def test_a_batch_beside_a_replay_leaves_nothing_behind_a_key_that_was_let_go(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    offset = 0
    for n in range(20):
        batch = records(event(f"S{n}", 1, "refused by postgres"), event(f"S{n}", 2), offset=offset)
        await take_in(pool, reader, batch, service="routing")
        await order(pool, batch[0])
        more = records(event(f"S{n}", 3), offset=offset + 2)
        offset += 3

        await asyncio.gather(
            take_in(pool, reader, more, service="routing"),
            orders.carry_out(pool, Mended(), service="routing"),
        )

    assert await counted(pool, "parked") == await counted(pool, "parked_keys") == 0
    assert await ledger(pool) == [f"S{n}/{number}" for n in range(20) for number in (1, 2, 3)]


def broken(record: Record) -> Any:
    return Malformed(record, "schema")


def waiting_for(found: Any) -> Any:
    return Item(found.record, found.message, found.key, found.gate, (Gate(OTHER_TOPIC, "N", 1),))
