"""What operators ordered and looked at is kept, under the name that the database knows."""

from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.delivery.orders.orders import resume
from shared.delivery.relay.outbox import encode_headers
from shared.postgres.migrate import migrations_of
from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples import roles

# As 0.1.0 says it.
SETTLE_ONCE = (
    "UPDATE operations SET outcome = $2, detail = $3, cause = $4, parking_key = $5,"
    " carried_out_at = clock_timestamp() WHERE id = $1"
)
OPEN_ONCE = "SELECT id FROM operations WHERE outcome IS NULL ORDER BY id FOR UPDATE SKIP LOCKED"
ORDER = (
    'INSERT INTO operations (action, topic, partition, "offset", by, why)'
    " VALUES ('replay', 'cri.int.routing.v1', 0, $1, 'ann', 'mended') RETURNING id"
)
OUTCOMES = "SELECT outcome, detail FROM operation_outcomes WHERE operation = $1"
SQL = load_statements("shared.delivery")
CONTENTS = "SELECT value FROM read_contents($1)"
LOOK = (
    'INSERT INTO accesses (topic, partition, "offset", by, why)'
    " VALUES ('cri.in.ca-post.v1', 0, 7, 'ann', 'the sender asked') RETURNING id"
)


class Roles:
    """Routing's database for each of its roles."""

    def __init__(self, stack: Stack, dsn: str) -> None:
        self._stack, self._dsn = stack, dsn

    async def connect(self, role: Any) -> "asyncpg.Connection[Any]":
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            role(self._stack, self._dsn, "routing")
        )
        return connection


@pytest.fixture
async def routing(stack: Stack, database: Database) -> Any:
    """Give connections of operator, service and owner."""
    own = Roles(stack, await database("routing"))
    wanted = (roles.as_operator, roles.as_service, roles.as_owner)
    connections = [await own.connect(role) for role in wanted]
    yield connections
    for connection in connections:
        await connection.close()


async def test_what_an_earlier_version_settles_is_settled_for_this_one(routing: Any) -> None:
    operator, service, _ = routing
    number = await operator.fetchval(ORDER, 1)

    async with service.transaction():
        assert [row["id"] for row in await service.fetch(OPEN_ONCE)] == [number]
        await service.execute(SETTLE_ONCE, number, "released", "the record: applied", None, "A")

    assert await service.fetchrow(SQL["lock_order"]) is None
    assert tuple(await service.fetchrow(OUTCOMES, number)) == ("released", "the record: applied")


async def test_what_this_version_settles_is_settled_for_an_earlier_one(routing: Any) -> None:
    operator, service, _ = routing
    number = await operator.fetchval(ORDER, 1)

    await service.execute(SQL["settle_order"], number, "discarded", "dropped", None, "A")

    assert await service.fetch(OPEN_ONCE) == []
    kept = await service.fetchrow("SELECT outcome, detail FROM operations WHERE id = $1", number)
    assert tuple(kept) == ("discarded", "dropped")
    with pytest.raises(asyncpg.UniqueViolationError):
        await service.execute(SQL["settle_order"], number, "released", "again", None, "A")


async def test_an_order_is_settled_once_and_nothing_else_of_it_is_changed(routing: Any) -> None:
    operator, service, owner = routing
    number = await operator.fetchval(ORDER, 1)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="kept as they were written"):
        await owner.execute("UPDATE operations SET by = 'bob' WHERE id = $1", number)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="kept as they were written"):
        await owner.execute("UPDATE operations SET outcome = 'refused', by = 'bob'")
    await service.execute(SETTLE_ONCE, number, "refused", "it is gone", None, None)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="kept as they were written"):
        await service.execute(SETTLE_ONCE, number, "released", "changed", None, None)


async def test_the_role_is_the_sessions_whatever_a_client_says(routing: Any) -> None:
    operator, _, owner = routing

    number = await operator.fetchval(ORDER, 1)
    await owner.execute(
        "INSERT INTO rebuilds (effects, by, why, records, rows, outcome, differing, names,"
        " session_role) VALUES ('silently', 'bob', 'x', 0, 0, 'equal', 0, '{}', 'operator')"
    )

    order = await owner.fetchrow("SELECT by, session_role FROM operations WHERE id = $1", number)
    assert tuple(order) == ("ann", "operator")
    rebuilt = await owner.fetchrow("SELECT by, session_role FROM rebuilds")
    assert tuple(rebuilt) == ("bob", "routing_migrate")


async def test_contents_are_read_only_by_a_look_that_was_committed(routing: Any) -> None:
    operator, service, owner = routing
    await service.execute(
        "INSERT INTO dead_letters VALUES"
        " ('cri.in.ca-post.v1', 0, 7, 'k', 'what she said', $1, now(), 'malformed', 'x', NULL,"
        " now())",
        encode_headers(()),
    )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await operator.fetch("SELECT value FROM dead_letters")
    undone = operator.transaction()
    await undone.start()
    assert await operator.fetch(CONTENTS, await operator.fetchval(LOOK)) == []
    await undone.rollback()
    look = await operator.fetchval(LOOK)
    others = await owner.fetchval(LOOK)
    old = await owner.fetchval(
        'INSERT INTO accesses (topic, partition, "offset", by, why, at)'
        " VALUES ('cri.in.ca-post.v1', 0, 7, 'ann', 'x', now() - interval '1 hour') RETURNING id"
    )

    assert await operator.fetchval(CONTENTS, look) == b"what she said"
    assert await operator.fetch(CONTENTS, others) == []
    assert await owner.fetch(CONTENTS, old) == []
    assert [
        tuple(row) for row in await owner.fetch("SELECT by, why, session_role FROM accesses")
    ] == [
        ("ann", "the sender asked", "operator"),
        ("ann", "the sender asked", "routing_migrate"),
        ("ann", "x", "routing_migrate"),
    ]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b'{"id": "1", "subject": "S", "data": {"provider": "iacp", "need": {"issue": "secret"}}}',
         '{"id": "1", "data": {"provider": "iacp"}, "subject": "S"}'),
        (b'{"id": {"a": "secret"}, "type": ["secret"], "note": "secret", "data": "secret"}',
         '{"data": {}}'),
        (b'{"subject": "' + b"s" * 400 + b'"}', '{"data": {}}'),
        (b"[1]", "{}"),
        (b'{"id": "\\u0000"}', "{}"),
        (b"\xff\x00", "{}"),
        (None, '{"data": {}}'),
    ],
)  # fmt: skip
async def test_an_envelope_names_and_says_nothing(
    routing: Any, value: bytes | None, told: str
) -> None:
    operator, _, _ = routing

    assert await operator.fetchval("SELECT envelope_of($1)", value) == told


async def test_an_order_to_resume_what_reads_on_is_refused(routing: Any, stack: Stack) -> None:
    operator, service, owner = routing
    await operator.execute(
        'INSERT INTO operations (action, topic, partition, "offset", by, why)'
        " VALUES ('resume', 'cri.int.intake.v1', 0, 3, 'ann', 'mended')"
    )

    await resume(service)

    row = await owner.fetchrow("SELECT outcome, detail FROM operation_outcomes")
    assert tuple(row) == ("refused", "it is already reading")


async def test_orders_from_before_are_kept_with_their_outcomes(stack: Stack) -> None:
    name = "kept_before"
    await databases.drop(stack.postgres.dsn(), name)
    await databases.make(stack.postgres.dsn(), name, service="routing")
    connection = await asyncpg.connect(databases.with_database(stack.postgres.dsn(), name))
    changes = migrations_of("shared.delivery")
    (kept,) = (each for each in changes if each.name.endswith("kept_records.sql"))
    for each in changes:
        if each.number < kept.number:
            await connection.execute(each.sql)
    settled, unsettled = [await connection.fetchval(ORDER, offset) for offset in (1, 2)]
    await connection.execute(SETTLE_ONCE, settled, "failed_again", "it raised", "c", "A")

    await connection.execute(kept.sql)

    rows = await connection.fetch(
        "SELECT operation, outcome, detail, cause FROM operation_outcomes"
    )
    assert [tuple(row) for row in rows] == [(settled, "failed_again", "it raised", "c")]
    opened = await connection.fetchrow(SQL["lock_order"])
    assert opened is not None
    assert opened["id"] == unsettled
    await connection.close()
    await databases.drop(stack.postgres.dsn(), name)
