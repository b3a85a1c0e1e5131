"""Dead letters as an operator lists, replays and discards them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from continuum import dead_letters, orders
from continuum.access import Access, NotPossible
from continuum.orders import Order
from deploy.local.stack import Stack
from shared.contracts.services import SERVICES
from shared.delivery.orders.orders import carry_out
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.roles import access_to
from tests.integration.delivery.ledger import (
    LEDGER,
    TOPIC,
    LedgerReader,
    event,
    ledger,
    open_partitions,
    records,
)


@dataclass
class Routing:
    """Routing's database, with a small reader in routing's place."""

    access: Access
    pool: "asyncpg.Pool[Any]"

    async def serve(self, orders: int) -> None:
        """Carry out that many orders as they come."""
        while orders:
            orders -= await carry_out(self.pool, LedgerReader(), service="routing")
            await asyncio.sleep(0.01)  # an order is not announced, the service polls for it

    async def kept(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what the owner of the database sees."""
        owner = await asyncpg.connect(self.access.owners["routing"])
        rows = await owner.fetch(statement)
        await owner.close()
        return [tuple(row) for row in rows]

    async def given(self, order: Order, *, served: bool = True) -> tuple[list[str], bool]:
        if not served:
            return await orders.place(self.access, order, wait=0)
        done, _ = await asyncio.gather(
            orders.place(self.access, order, wait=20), self.serve(orders=1)
        )
        return done


@pytest.fixture
async def routing(stack: Stack, database: Database) -> AsyncIterator[Routing]:
    """A/2 could not be decided, A/3 waits behind it."""
    dsns = {service: await database(service) for service in SERVICES}
    access = access_to(stack, dsns)
    async with asyncpg.create_pool(
        dsns["routing"], min_size=1, max_size=4, server_settings=LIMITS
    ) as pool:
        owner = await asyncpg.connect(access.owners["routing"])
        await owner.execute(LEDGER)
        await owner.close()
        await open_partitions(pool, TOPIC)
        batch = records(event("A", 1), event("A", 2, "raises"), event("A", 3))
        await take_in(pool, LedgerReader(), batch, service="routing")
        yield Routing(access, pool)


def order(action: str = "replay", **changes: Any) -> Order:
    values: dict[str, Any] = {
        "service": "routing",
        "which": "A",
        "cause": None,
        "by": "someone",
        "why": "mended",
        "again": False,
        "yes": True,
    }
    return Order(action=action, **{**values, **changes})


async def test_they_are_listed_by_cause_with_what_waits_and_what_is_at_risk(
    routing: Routing,
) -> None:
    lines = await dead_letters.list_all(routing.access, None)

    assert lines[0].startswith("routing: decision failed: ZeroDivisionError (1, since ")
    assert lines[1:] == [
        "  at risk: promise 7: the request does not move until a person sees to it",
        "  cri.int.routing.v1/0/1  A  message_applied; 1 wait behind it; not notified: ca-post",
    ]


async def test_no_dead_letters_are_said_to_be_none(routing: Routing) -> None:
    assert await dead_letters.list_all(routing.access, "intake") == ["There are no dead letters."]


async def test_contents_are_shown_only_when_asked_for_and_each_look_is_kept(
    routing: Routing,
) -> None:
    told = await dead_letters.show(routing.access, "routing", "A")
    with pytest.raises(NotPossible, match="add --why TEXT"):
        await dead_letters.show_contents(routing.access, "routing", "A", by="ann", why=None)
    contents = await dead_letters.show_contents(
        routing.access, "routing", "A", by="ann", why="the sender asked"
    )

    assert "--contents --why TEXT prints them" in told[-1]
    assert contents[-1] == f"  | {event('A', 2, 'raises').decode()}"
    assert await routing.kept("SELECT by, session_role, why, topic FROM accesses") == [
        ("ann", "operator", "the sender asked", TOPIC)
    ]


async def test_a_dry_run_orders_nothing(routing: Routing) -> None:
    lines, good = await routing.given(order(yes=False, why=None), served=False)

    assert "  notified for the first time: ca-post" in lines
    assert "Nothing is changed yet" in lines[-1]
    assert good
    assert await routing.pool.fetchval("SELECT count(*) FROM operations") == 0


async def test_a_reason_is_asked_for(routing: Routing) -> None:
    with pytest.raises(NotPossible, match="add --why"):
        await routing.given(order(why=None), served=False)


async def test_a_replay_is_carried_out_by_the_service_and_its_outcome_told(
    routing: Routing,
) -> None:
    lines, good = await routing.given(
        order(cause="decision failed: ZeroDivisionError", which=None)
    )

    assert lines[-1] == (
        "cri.int.routing.v1/0/1: failed again (decision failed: ZeroDivisionError)"
    )
    assert not good


async def test_a_discard_lets_the_rest_go_on(routing: Routing) -> None:
    lines, good = await routing.given(order("discard"))

    assert lines[-1].endswith("discarded (the record: passed over; behind it: 1 applied)")
    assert good
    assert await ledger(routing.pool) == ["A/1", "A/3"]
    assert await dead_letters.list_all(routing.access, "routing") == ["There are no dead letters."]


async def test_after_three_failures_the_tool_refuses_unless_told_again(routing: Routing) -> None:
    for _ in range(3):
        await routing.given(order())

    with pytest.raises(NotPossible, match="replay it anyway with --again"):
        await routing.given(order(), served=False)
    lines, _ = await routing.given(order(again=True))

    assert "failed again" in lines[-1]


async def test_a_service_that_does_not_run_has_the_order_kept(routing: Routing) -> None:
    lines, good = await routing.given(order(), served=False)
    twice, _ = await routing.given(order(), served=False)

    assert "ordered; routing has not carried it out yet" in lines[-1]
    assert "an order for it is open" in twice[1]
    assert not good
    assert await routing.pool.fetchval("SELECT count(*) FROM operations") == 1


async def test_a_name_that_is_no_dead_letter_is_said_to_be_none(routing: Routing) -> None:
    with pytest.raises(NotPossible, match="there is no dead letter 'B'"):
        await routing.given(order(which="B"), served=False)
