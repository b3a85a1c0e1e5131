"""What is counted in rows commits with its effects, and is what the metrics show."""

from typing import Any, TypeAlias

import asyncpg
import pytest

from shared.delivery import gauges
from shared.delivery.orders import orders
from shared.delivery.records import Item, Taken
from shared.delivery.take_in.take_in import take_in
from shared.process import metrics
from tests.integration.delivery.ledger import (
    TOPIC,
    LedgerReader,
    State,
    event,
    open_partitions,
    records,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"
SERVICE = "counting"


class Counting(LedgerReader):
    def decide(self, state: State, item: Item) -> Taken:
        taken = super().decide(state, item)
        return taken._replace(
            counted=(("notifications", "topic", "sent"), ("clock_missed", "triage.urgent"))
        )


def shown(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(f"cri_{name}", {"service": SERVICE, **labels})


async def test_counts_add_up_over_batches_and_are_shown(pool: "Pool") -> None:
    await open_partitions(pool, TOPIC)

    await take_in(pool, Counting(), records(event("A", 1), event("B", 1)), service=SERVICE)
    await take_in(
        pool, Counting(), records(event("A", 1), event("A", 2), offset=2), service=SERVICE
    )
    await gauges.show(pool, service=SERVICE)

    assert shown("notifications_total", channel="topic", outcome="sent") == 3
    assert shown("clock_missed_total", clock="triage.urgent") == 3
    assert shown("consumed_records_total", topic=TOPIC, outcome="applied") == 3
    assert shown("consumed_records_total", topic=TOPIC, outcome="duplicate") == 1
    assert shown("lost_records_total", topic=TOPIC) == 0


async def test_what_is_rolled_back_is_not_counted(pool: "Pool") -> None:
    await open_partitions(pool, TOPIC)
    await pool.execute("ALTER TABLE ledger RENAME TO away")

    with pytest.raises(asyncpg.UndefinedTableError):
        await take_in(pool, Counting(), records(event("A", 1)), service=SERVICE)

    assert await pool.fetch("SELECT FROM counts") == []


@pytest.mark.parametrize(
    ("invented", "kind"),
    [(b"gov.cri.routing.invented.v1", "type"), (b"gov.cri.routing.message_applied.v2", "version")],
)
async def test_what_no_reader_of_this_build_knows_is_counted_by_what_is_new(
    pool: "Pool", invented: bytes, kind: str
) -> None:
    await open_partitions(pool, TOPIC)
    unwanted = b"gov.cri.routing.offer_made.v1"  # known, but not to this reader
    known = b"gov.cri.routing.message_applied.v1"
    values = [event("A", n).replace(known, new) for n, new in ((1, invented), (2, unwanted))]

    await take_in(pool, Counting(), records(*values), service=SERVICE)

    assert await counted(pool) == {f"schema_unknown {kind}": 1}


@pytest.mark.parametrize(
    ("what", "reason"),
    [("raises", "decision_failed"), ("refused by postgres", "refused_by_postgres")],
)
async def test_a_dead_letter_is_counted_by_its_reason_once_however_often_it_fails(
    pool: "Pool", what: str, reason: str
) -> None:
    await open_partitions(pool, TOPIC)

    await take_in(pool, LedgerReader(), records(event("A", 1, what)), service=SERVICE)
    await order(pool, "replay", offset=0)
    await orders.carry_out(pool, LedgerReader(), service=SERVICE)

    assert await counted(pool) == {f"dead_letters {reason}": 1}


async def test_what_a_replay_takes_in_is_counted(pool: "Pool") -> None:
    await open_partitions(pool, TOPIC)
    failing = records(event("A", 1, "raises"), event("A", 2))
    await take_in(pool, Counting(), failing, service=SERVICE)
    await order(pool, "discard", offset=0)

    await orders.carry_out(pool, Counting(), service=SERVICE)

    assert (await counted(pool))["notifications topic sent"] == 1


async def counted(pool: Any) -> dict[str, int]:
    return {row["what"]: row["number"] for row in await pool.fetch("SELECT * FROM counts")}


async def order(pool: Any, action: str, *, offset: int) -> None:
    await pool.execute(
        'INSERT INTO operations (action, topic, partition, "offset", by, why)'
        " VALUES ($1, $2, 0, $3, 'someone', 'mended')",
        action,
        TOPIC,
        offset,
    )
