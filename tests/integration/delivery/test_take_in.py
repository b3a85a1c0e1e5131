import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.delivery.records import Item
from shared.delivery.relay.outbox import decode_headers
from shared.delivery.take_in import held, rounds
from shared.delivery.take_in.checkpoints import Fenced, TooManyFailures
from shared.delivery.take_in.reader import Closing
from shared.delivery.take_in.rows import record_of
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


async def counts(pool: "Pool", topic: str = TOPIC) -> dict[str, int]:
    row = await pool.fetchrow(
        "SELECT * FROM checkpoints WHERE topic = $1 AND partition = 0", topic
    )
    assert row is not None
    names = ("applied", "duplicate", "ignored", "held", "refused", "parked", "dead")
    assert sum(row[name] for name in names) == row["next_offset"]
    return {name: row[name] for name in names if row[name]}


async def test_a_batch_is_taken_in_whole(pool: "Pool", reader: LedgerReader) -> None:
    await open_partitions(pool, TOPIC)

    result = await take_in(
        pool, reader, records(event("A", 1), event("B", 1), event("A", 2)), service="routing"
    )

    assert await ledger(pool) == ["A/1", "B/1", "A/2"]
    assert result.appended == await pool.fetchval("SELECT count(*) FROM outbox") == 3
    assert await counts(pool) == {"applied": 3}


async def test_a_batch_of_another_owner_is_fenced_and_leaves_nothing(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(event("A", 1), event("A", 2))
    await take_in(pool, reader, batch, service="routing")

    with pytest.raises(Fenced):
        await take_in(pool, reader, batch, service="routing")

    assert await ledger(pool) == ["A/1", "A/2"]


async def test_an_event_sent_again_is_a_duplicate(pool: "Pool", reader: LedgerReader) -> None:
    await open_partitions(pool, TOPIC)
    await take_in(pool, reader, records(event("A", 1), event("A", 2)), service="routing")

    again = records(event("A", 1), event("A", 2), event("A", 3), offset=2)
    await take_in(pool, reader, again, service="routing")

    assert await ledger(pool) == ["A/1", "A/2", "A/3"]
    assert await counts(pool) == {"applied": 3, "duplicate": 2}


async def test_an_event_that_comes_too_early_waits_for_its_predecessor(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    early = records(event("A", 3), event("A", 2), event("B", 1))
    await take_in(pool, reader, early, service="routing")
    assert await ledger(pool) == ["B/1"]

    await take_in(pool, reader, records(event("A", 1), offset=3), service="routing")

    assert await ledger(pool) == ["B/1", "A/1", "A/2", "A/3"]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0
    assert await counts(pool) == {"applied": 2, "held": 2}


async def test_an_event_waits_for_what_it_needs_and_keeps_its_place(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    waiting = records(event("A", 1, "needs:A:1"), event("A", 2), event("B", 1))
    await take_in(pool, reader, waiting, service="routing")
    assert await ledger(pool) == ["B/1"]

    needed = records(event("A", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)
    await take_in(pool, reader, needed, service="routing")

    assert await ledger(pool) == ["B/1", "A/1", "A/1", "A/2"]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0


class Counting(LedgerReader):
    """Counts the rounds."""

    rounds = 0

    async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
        self.rounds += 1
        return await super().load(connection, items, at=at)


async def test_a_record_that_waits_for_one_behind_it_in_its_batch_is_decided_in_the_same_round(
    pool: "Pool",
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    reader = Counting()
    waiting = records(event("A", 1, "needs:N:2"), event("A", 2), event("B", 1))
    needed = [event("N", number, topic=OTHER_TOPIC) for number in (1, 2)]

    await take_in(
        pool, reader, [*waiting, *records(*needed, topic=OTHER_TOPIC)], service="routing"
    )

    assert await ledger(pool) == ["N/1", "N/2", "A/1", "A/2", "B/1"]
    assert reader.rounds == 1
    assert await counts(pool) == {"applied": 3}
    assert await pool.fetchval("SELECT count(*) FROM gates WHERE last = 0") == 0


async def test_a_batch_that_is_cut_off_while_records_wait_in_it_decides_each_once(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.take_in.budget.BATCH_SECONDS", 0.02)
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    slow = f"takes:{0.03}"
    waiting = records(
        event("B", 1), event("A", 1, "needs:N:1"), event("A", 2, slow), event("C", 1)
    )
    needed = records(
        event("M", 1, slow, OTHER_TOPIC), event("N", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC
    )

    left, batches = [*waiting, *needed], 0
    while left:
        left = (await take_in(pool, reader, left, service="routing")).left(left)
        batches += 1

    assert batches > 1
    assert sorted(await ledger(pool)) == ["A/1", "A/2", "B/1", "C/1", "M/1", "N/1"]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0


async def test_a_record_waits_for_a_needed_one_of_its_batch_that_fails(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    needed = records(event("N", 1, "raises", topic=OTHER_TOPIC), topic=OTHER_TOPIC)
    waiting = records(event("B", 1, "needs:N:1"), event("B", 2), event("C", 1))

    await take_in(pool, reader, [*needed, *waiting], service="routing")

    assert await ledger(pool) == ["C/1"]
    assert await pool.fetchval("SELECT reason FROM dead_letters") == "decision_failed"
    assert await counts(pool) == {"applied": 1, "held": 2}
    rows = await pool.fetch("SELECT for_topic, for_subject, for_number FROM held ORDER BY id")
    assert [tuple(row) for row in rows] == [(OTHER_TOPIC, "N", 1), (TOPIC, "B", 1)]


async def test_holder_and_taker_at_the_same_time_lose_no_wake_up(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    subjects = [f"S{n}" for n in range(40)]
    for place, subject in enumerate(subjects):
        waiting = records(event(subject, 1, f"needs:{subject}:1"), offset=place)
        needed = records(event(subject, 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC, offset=place)

        await asyncio.gather(
            take_in(pool, reader, waiting, service="routing"),
            take_in(pool, reader, needed, service="routing"),
        )

    assert await pool.fetchval("SELECT count(*) FROM held") == 0
    assert sorted(await ledger(pool)) == sorted([f"{s}/1" for s in subjects] * 2)


async def test_a_malformed_record_is_kept_byte_for_byte_and_its_neighbors_go_on(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)

    await take_in(
        pool, reader, records(event("A", 1), b'{"bro', None, event("A", 2)), service="routing"
    )

    letters = await pool.fetch("SELECT * FROM outbox WHERE topic = 'cri.dlq.routing.v1'")
    assert [letter["value"] for letter in letters] == [b'{"bro', None]
    headers = dict(decode_headers(letters[0]["headers"]))
    assert (headers["h"], headers["dlq.offset"], headers["dlq.reason"]) == (
        b"v",
        b"1",
        b"malformed",
    )
    assert await ledger(pool) == ["A/1", "A/2"]
    assert await counts(pool) == {"applied": 2, "dead": 2}


async def test_headers_are_kept_too_also_those_without_a_value(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    headers = (("none", None), ("empty", b""), ("bytes", b"\xff\x00"), ("bytes", b"again"))
    malformed = records(b'{"bro')[0]._replace(headers=headers)

    await take_in(pool, reader, [malformed], service="routing")

    letter = await pool.fetchval("SELECT headers FROM outbox")
    assert tuple(decode_headers(letter)[:4]) == headers
    kept = await pool.fetchrow("SELECT * FROM dead_letters")
    assert kept is not None
    assert record_of(kept) == malformed


async def test_a_type_nobody_here_knows_is_passed_over_and_moves_the_gate(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    unknown = event("A", 2).replace(b"message_applied", b"message_invented")

    result = LedgerReader.parse(reader, records(unknown)[0])
    await take_in(pool, reader, records(event("A", 1), unknown, event("A", 3)), service="routing")

    assert type(result).__name__ == "PassedOver"
    assert await ledger(pool) == ["A/1", "A/3"]
    assert await counts(pool) == {"applied": 2, "ignored": 1}


@pytest.mark.parametrize("kind", [b"message_applied", b"message_invented"])
@pytest.mark.parametrize(
    ("said", "damaged"),
    [
        (b'"sequence":"00000000000000000002"', b'"sequence":"second"'),
        (b'"sequence":"00000000000000000002"', b'"sequence":"0"'),
        (b'"sequence":"00000000000000000002"', b'"sequence":"99999999999999999999"'),
        (b'"subject":"A"', b'"subject":"A\\u0000"'),
        (b'"subject":"A"', b'"subject":"' + Random(1).randbytes(6000).hex().encode() + b'"'),
    ],
    ids=["a word", "zero", "beyond bigint", "NUL", "longer than an index takes"],
)
async def test_an_envelope_that_no_gate_can_hold_is_malformed_and_parks_nothing(
    pool: "Pool", reader: LedgerReader, said: bytes, damaged: bytes, kind: bytes
) -> None:
    await open_partitions(pool, TOPIC)
    broken = event("A", 2).replace(said, damaged).replace(b"message_applied", kind)

    await take_in(pool, reader, records(event("A", 1), broken, event("A", 2)), service="routing")

    assert await ledger(pool) == ["A/1", "A/2"]
    assert await pool.fetchval("SELECT value FROM dead_letters") == broken
    assert await pool.fetchval("SELECT count(*) FROM parked_keys") == 0
    assert await counts(pool) == {"applied": 2, "dead": 1}


async def test_a_decision_that_fails_parks_its_key_and_its_neighbors_go_on(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    unknown = event("A", 4).replace(b"message_applied", b"message_invented")
    batch = records(event("A", 1), event("A", 2, "raises"), event("B", 1), event("A", 3), unknown)

    await take_in(pool, reader, batch, service="routing")
    await take_in(pool, reader, records(event("A", 5), offset=5), service="routing")

    assert await ledger(pool) == ["A/1", "B/1"]
    assert await pool.fetchval("SELECT reason FROM parked_keys") == (
        "decision failed: ZeroDivisionError"
    )
    behind = await pool.fetch('SELECT "offset", value FROM parked ORDER BY id')
    assert [(row["offset"], row["value"]) for row in behind] == [
        (3, event("A", 3)),
        (4, unknown),
        (5, event("A", 5)),
    ]
    assert await pool.fetchval("SELECT last FROM gates WHERE subject = 'A'") == 1
    assert await counts(pool) == {"applied": 2, "dead": 1, "parked": 3}


class Encoding(LedgerReader):
    """Encodes what it saves before the client does."""

    async def save(self, connection: Any, state: State) -> Closing | None:
        for entry in state.entries:
            entry.replace("\0", "\ud800").encode()
        return await super().save(connection, state)


@pytest.mark.parametrize("reader", [LedgerReader(), Encoding()], ids=["postgres", "reader"])
async def test_data_that_postgres_refuses_is_found_by_halving(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    values = [event(f"S{n}", 1, "refused by postgres" if n == 5 else "noted") for n in range(9)]

    result = await take_in(pool, reader, records(*values), service="routing")

    assert await ledger(pool) == [f"S{n}/1" for n in range(9) if n != 5]
    assert result.culprits == (f"{TOPIC}/0/5",)
    assert await pool.fetchval("SELECT key FROM parked_keys") == "S5"
    assert await counts(pool) == {"applied": 8, "dead": 1}


async def test_failing_decisions_over_several_keys_stop_the_service(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(*(event(f"S{n}", 1, "raises") for n in range(5)))

    with pytest.raises(TooManyFailures):
        await take_in(pool, reader, batch, service="routing")

    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert await counts(pool) == {}


async def test_nothing_is_kept_when_a_step_fails(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_partitions(pool, TOPIC)

    async def broken(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("shared.delivery.relay.outbox.rows_or_copy", broken)

    with pytest.raises(ConnectionError):
        await take_in(pool, reader, records(event("A", 1)), service="routing")

    assert await ledger(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_gate_that_another_process_moved_meanwhile_is_not_moved_again(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a held record of ours that another process releases, the batch is taken in anew."""
    await open_partitions(pool, TOPIC)
    (record,) = records(event("A", 1))
    load = reader.load

    async def overtaken(*arguments: Any, **named: Any) -> Any:
        await pool.execute("INSERT INTO gates VALUES ($1, $2, 1)", TOPIC, "A")
        return await load(*arguments, **named)

    monkeypatch.setattr(reader, "load", overtaken)
    with pytest.raises(Fenced):
        await take_in(pool, reader, [record], service="routing")
    monkeypatch.undo()
    kept = await ledger(pool)

    result = await take_in(pool, reader, [record], service="routing")

    assert kept == []
    assert result.outcomes[TOPIC, 0] == {"duplicate": 1}


async def test_a_record_whose_gate_moves_while_it_is_being_held_is_not_held(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an event that waits for its predecessor, which another process takes in just then."""
    await open_partitions(pool, TOPIC)
    (record,) = records(event("A", 2))
    lock_stubs = held.lock_stubs

    async def overtaken(*arguments: Any) -> Any:
        await pool.execute("INSERT INTO gates VALUES ($1, $2, 1)", TOPIC, "A")
        return await lock_stubs(*arguments)

    monkeypatch.setattr(held, "lock_stubs", overtaken)

    result = await take_in(pool, reader, [record], service="routing")

    assert result.outcomes[TOPIC, 0]["applied"] == 1
    assert await pool.fetchval("SELECT count(*) FROM held") == 0


async def test_deciding_that_takes_long_commits_what_was_decided_and_leaves_the_rest(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    batch = records(
        event("A", 1),
        event("B", 1, "takes:0.3"),
        event("A", 2),
        event("A", 1),  # a duplicate behind the cut
        event("C", 2),  # too early
        b"not JSON",
        event("B", 2),
    ) + records(event("D", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)

    result = await take_in(pool, reader, batch, service="routing")
    first = await ledger(pool), await counts(pool), result.left(batch)
    left = first[2]
    while left:
        left = (await take_in(pool, reader, left, service="routing")).left(left)

    assert first == (["A/1", "B/1"], {"applied": 2}, batch[2:])
    assert await ledger(pool) == ["A/1", "B/1", "A/2", "B/2", "D/1"]
    assert await counts(pool) == {"applied": 4, "duplicate": 1, "held": 1, "dead": 1}
    assert await counts(pool, OTHER_TOPIC) == {"applied": 1}


async def test_an_event_that_is_too_slow_three_times_alone_becomes_a_dead_letter(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shared.delivery.take_in.budget.RECORD_SECONDS", 0.3
    )  # waited for four times
    await open_partitions(pool, TOPIC)
    batch = records(
        event("A", 1), event("B", 1, "takes:60"), event("B", 2), event("C", 1), event("A", 2)
    )

    result = await take_in(pool, reader, batch, service="routing")

    assert result.left(batch) == []
    assert await ledger(pool) == ["A/1", "C/1", "A/2"]
    assert await counts(pool) == {"applied": 3, "dead": 1, "parked": 1}
    row = await pool.fetchrow("SELECT reason, parking_key, answered FROM dead_letters")
    assert row is not None
    assert tuple(row) == ("too_slow", "B", False)


async def test_many_records_released_at_once_are_decided_in_rounds_of_bounded_size(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "RELEASED_AT_ONCE", 3)
    monkeypatch.setattr(rounds, "RELEASE_SECONDS", 60.0)
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    subjects = [f"S{number}" for number in range(10)]
    early = records(*(event(subject, 1, "needs:N:1") for subject in subjects))
    await take_in(pool, reader, early, service="routing")
    sizes: list[int] = []
    load = reader.load

    async def counting(connection: Any, items: Sequence[Item], **named: Any) -> State:
        sizes.append(len(items))
        return await load(connection, items, **named)

    monkeypatch.setattr(reader, "load", counting)

    needed = records(event("N", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)
    await take_in(pool, reader, needed, service="routing")

    assert sizes == [1, 3, 3, 3, 1]
    assert await ledger(pool) == ["N/1", *(f"{subject}/1" for subject in subjects)]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0
