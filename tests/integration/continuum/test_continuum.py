"""The command line against the four services' databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from continuum import resume, why
from continuum.access import Access, NotPossible
from continuum.rebuild.services import FOLDED
from deploy.local.stack import Stack
from shared.contracts.services import DEPLOYABLES
from shared.contracts.tracking import tracking_number
from shared.delivery.orders import orders
from shared.postgres.pool import LIMITS
from shared.postgres.statements import load_statements
from shared.process.tasks import LATER, Task, run_periodically
from tests.conftest import Database
from tests.examples import roles

STATEMENTS = {
    "intake": ["read_request", "read_requesters", "accounting_requests", "accounting_ended"],
    "routing": ["read_routing_state", "read_decisions", "read_rulesets", "accounting_routed"],
    "notifications": [
        "read_notices",
        "read_open_offers",
        "accounting_notices",
        "accounting_decided",
        "accounting_mails",
    ],
    "reporting": [
        "read_timeline",
        "read_waits",
        "read_waiting",
        "accounting_timeline",
        "accounting_counted",
    ],
    "desk": ["accounting_acts", "accounting_unanswered"],
    "webdesk": [],
}
EVERYWHERE = [
    "read_progress", "read_delivery", "read_lost", "read_lost_numbers", "read_blocked",
    "read_unreadable", "read_parked", "read_held", "read_stopped", "order_resume",
    "read_dead_letters", "order_operation", "read_operations", "note_access", "read_contents",
    "accounting_sequences", "accounting_gates", "accounting_unsent", "accounting_waiting",
    "order_sweep", "count_unswept",
]  # fmt: skip

SCRIPTS = (
    "make", "lock_", "name_", "see_", "repair_"
)  # fmt: skip
ONLY_OF = {
    "find_requests": "routing", "open_programs": "reporting", "read_capacities": "routing",
    "read_capacity_changes": "routing", "read_late": "routing", "read_requests": "routing",
    "save_endings": "intake",
}  # fmt: skip


async def access_to(stack: Stack, database: Database, *services: str) -> Access:
    """Return access to fresh databases of *services*."""
    dsns = {service: await database(service) for service in services}
    return roles.access_to(stack, dsns)


async def test_every_statement_prepares_against_the_schema_of_its_service(
    stack: Stack,
    database: Database,
) -> None:
    access = await access_to(stack, database, *DEPLOYABLES)
    statements = load_statements("continuum")

    for service, names in STATEMENTS.items():
        async with access.connect(service) as connection:
            for name in [*names, *EVERYWHERE]:
                await connection.prepare(statements[name])

    used = {name for names in STATEMENTS.values() for name in names}
    assert used | {*EVERYWHERE} == statements.keys()


@pytest.mark.parametrize("service", [each for each in DEPLOYABLES if FOLDED[each].names])
async def test_every_statement_of_a_rebuild_runs_beside_the_service(
    stack: Stack, service: str, database: Database
) -> None:
    owner = roles.as_owner(stack, await database(service), service)
    connection = await asyncpg.connect(owner)
    await connection.execute("SET search_path = rebuild, public")
    statements, tables = load_statements("continuum.rebuild"), FOLDED[service]

    async with connection.transaction():
        for name in ("make", "lock_checkpoints", "name_differing"):
            await connection.execute(statements[name])
        await connection.execute(tables.make + tables.see + tables.lock + tables.repair)
        for name, sql in statements.items():
            if ONLY_OF.get(name, service) == service and not name.startswith(SCRIPTS):
                await connection.prepare(sql)

    await connection.close()


async def test_an_unknown_request_is_said_to_be_unknown(stack: Stack, database: Database) -> None:
    access = await access_to(stack, database, "intake")

    with pytest.raises(NotPossible, match="there is no request"):
        await why.explain(access, tracking_number(2026, 42))


async def test_the_place_of_a_request_counts_those_that_wait_before_it_in_its_lane(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, "routing")
    await execute(
        access,
        "INSERT INTO requests (tracking_number, lane, queue_number, queued, participant, status,"
        " request_id, facts, need_stated, fresh, published, decided, last_event, offered)"
        " SELECT number, lane, place, queued, 'ca-post', 'waiting',"
        " gen_random_uuid(), '{}', false, false, 1, 1, gen_random_uuid(), '{}'"
        " FROM (VALUES ('served', 'a', 48210, false), ('first', 'a', 48213, true),"
        " ('elsewhere', 'b', 48214, true), ('second', 'a', 48215, true))"
        " AS request (number, lane, place, queued)",
    )

    async with access.connect("routing") as connection:
        sql = load_statements("continuum")["read_routing_state"]
        places = {
            name: (await connection.fetch(sql, name))[0]["place"]
            for name in ("served", "first", "second")
        }

    assert places == {"served": None, "first": 1, "second": 2}


async def test_resume_clears_a_stop_only_when_told_to(stack: Stack, database: Database) -> None:
    access = await access_to(stack, database, "routing")
    await stop(access, "routing")

    said = await resume.clear(access, "routing", by="ann", why=None, yes=False)
    with pytest.raises(NotPossible, match="add --why TEXT"):
        await resume.clear(access, "routing", by="ann", why=None, yes=True)
    ordered = await resume.clear(access, "routing", by="ann", why="mended", yes=True, wait=0)
    async with served(stack, access) as pool:
        await orders.resume(pool)
    again = await resume.clear(access, "routing", by="ann", why="mended", yes=True)

    assert "Nothing is changed yet" in said[-1]
    assert "Ordered" in ordered[-1]
    kept = (
        "SELECT action, topic, partition, by, session_role, why, settled.outcome, settled.detail"
        " FROM operations JOIN operation_outcomes AS settled ON settled.operation = id"
    )
    assert await execute(access, kept) == [
        ("resume", "cri.int.intake.v1", 0, "ann", "operator", "mended", "resumed", "build")
    ]
    assert again == ["routing has not stopped: there is nothing to clear."]


async def test_resume_names_what_was_lost_though_nothing_has_to_be_resumed(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, "routing")
    await execute(
        access,
        "INSERT INTO lost_ranges (topic, partition, from_offset, until_offset)"
        " VALUES ('cri.int.intake.v1', 0, 3, 9)",
    )

    said = await resume.clear(access, "routing", by="ann", why=None, yes=False)

    assert "lost cri.int.intake.v1/0, offsets 3 to 8: the topic deleted them" in said[0]
    assert said[1:] == ["routing has not stopped: there is nothing to clear."]


@pytest.mark.parametrize(("from_start", "stands"), [(False, (10, 50)), (True, (-40, 0))])
async def test_resume_reads_a_topic_made_anew_from_its_first_record_when_told_to(
    stack: Stack, database: Database, from_start: bool, stands: tuple[int, int]
) -> None:
    access = await access_to(stack, database, "routing")
    await execute(
        access,
        "INSERT INTO checkpoints"
        " (topic, partition, cluster_id, first_offset, next_offset, refused_because)"
        " VALUES ('cri.int.intake.v1', 0, 'c', 10, 50, 'it ends at 7'),"
        " ('cri.int.intake.v1', 1, 'c', 10, 50, NULL)",
    )

    said = await resume.clear(access, "routing", by="ann", why=None, yes=False)
    async with served(stack, access) as pool:
        running = asyncio.create_task(run_periodically(Task("orders", step, every=0.05), pool))
        done = await resume.clear(
            access, "routing", by="ann", why="it is gone", yes=True, from_start=from_start
        )
        running.cancel()

    assert said[0] == "cri.int.intake.v1/0 at offset 50: refused. it ends at 7"
    assert done[-1].startswith("Carried out. routing resumes with")
    assert await execute(
        access,
        "SELECT first_offset, next_offset, refused_because FROM checkpoints ORDER BY partition",
    ) == [(*stands, None), (10, 50, None)]


async def test_a_database_that_does_not_let_us_in_is_named(
    stack: Stack, database: Database
) -> None:
    access = await access_to(stack, database, "intake")
    locked = Access(operator={"intake": access.operator["intake"] + "_gone"}, owners={})

    with pytest.raises(NotPossible, match="the database of intake refuses the connection"):
        await why.explain(locked, tracking_number(2026, 42))


@asynccontextmanager
async def served(stack: Stack, access: Access) -> AsyncIterator["asyncpg.Pool[Any]"]:
    """Give the pool of a process of routing."""
    dsn = roles.as_service(stack, access.owners["routing"], "routing")
    async with asyncpg.create_pool(dsn, min_size=1, server_settings=LIMITS) as pool:
        yield pool


async def step(pool: "asyncpg.Pool[Any]") -> timedelta:
    await orders.resume(pool)
    return LATER


async def execute(access: Access, statement: str) -> list[Any]:
    connection = await asyncpg.connect(access.owners["routing"])
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def stop(access: Access, service: str) -> None:
    connection = await asyncpg.connect(access.owners[service])
    await connection.execute(
        "INSERT INTO checkpoints"
        " (topic, partition, cluster_id, first_offset, next_offset, failures, stopped_by)"
        " VALUES ('cri.int.intake.v1', 0, 'c', 0, 0, '{}', 'build')"
    )
    await connection.close()
