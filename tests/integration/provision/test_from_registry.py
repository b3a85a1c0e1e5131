"""Kafka follows the registry: planned, made, corrected, rotated, ended and pruned."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg
import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from continuum.access import NotPossible
from continuum.provision import run as from_registry
from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from tests.conftest import Database

NEWCOMER = "ohio-agencies"
IN, OUT = f"cri.in.{NEWCOMER}.v1", f"cri.out.{NEWCOMER}.v1"


class Registry:
    """Intake's catalog, with the entries that intake writes for registrations."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._number = 0

    async def register(self, participant: str, **more: Any) -> None:
        self._number += 1
        body = {"id": participant, "kind": "agency_system", "name": participant, **more}
        await self._connection.execute(
            "INSERT INTO catalog (number, kind, id, body) VALUES ($1, 'participant', $2, $3)",
            self._number,
            participant,
            json.dumps(body),
        )


@pytest.fixture
async def intake(database: Database) -> str:
    return await database("intake")


@pytest.fixture
async def registry(stack: Stack, intake: str) -> AsyncIterator[Registry]:
    """All participants of the stack are registered."""
    connection = await asyncpg.connect(stack.postgres.dsn(intake.rpartition("/")[2]))
    made = Registry(connection)
    for each in stack.participants:
        await made.register(each.id)
    yield made
    await connection.close()


@pytest.fixture
def admin(stack: Stack) -> Iterator[AdminClient]:
    speaking = admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password)
    yield speaking
    # The product never deletes a topic; other tests expect to find none of these.
    for future in speaking.delete_topics([IN, OUT]).values():
        with_topic = future.exception()
        assert with_topic is None or "UNKNOWN_TOPIC" in str(with_topic)
    stack.provision()


@pytest.fixture
def provision(stack: Stack, intake: str, admin: AdminClient) -> Callable[..., Any]:
    """Run `continuum provision`; return its exit status and lines."""
    content = json.loads(stack.connection.model_dump_json(by_alias=True))
    content["operator"]["dsns"]["intake"] = intake
    file = stack.state / "provision.json"
    file.write_text(json.dumps(content))

    async def run(
        *, apply: bool = False, prune: bool = False, rotate: str | None = None
    ) -> tuple[int, list[str]]:
        lines, status = await asyncio.to_thread(
            from_registry, file, apply=apply, prune=prune, rotate=rotate
        )
        return status, lines

    return run


def stray(principal: str) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC,
        "cri.int.intake.v1",
        ResourcePatternType.LITERAL,
        f"User:{principal}",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )


def topics(admin: AdminClient) -> set[str]:
    return set(admin.list_topics(timeout=10).topics)


async def test_a_life_from_registration_to_the_end(
    stack: Stack, registry: Registry, provision: Callable[..., Any], admin: AdminClient
) -> None:
    assert await provision() == (
        0,
        [f"provision: {len(stack.participants)} participants, 0 to make, 0 unknown"],
    )

    await registry.register(NEWCOMER)
    status, planned = await provision()
    assert status == 2
    assert {f"to make: topic {IN}", f"to make: user {NEWCOMER}"} <= set(planned)
    assert IN not in topics(admin)

    status, applied = await provision(apply=True)
    file = stack.state / "participants" / f"{NEWCOMER}.json"
    assert status == 0
    assert applied[-1].endswith(" 0 to make, 0 unknown")
    assert f"handed over: {file}" in applied
    assert {IN, OUT} <= topics(admin)
    assert file.stat().st_mode & 0o777 == 0o600
    first = json.loads(file.read_text())
    assert can_log_in(first)
    assert (await provision())[0] == 0

    assert (await provision(apply=True, rotate=NEWCOMER))[0] == 0
    second = json.loads(file.read_text())
    assert can_log_in(second)
    assert not can_log_in(first)

    await registry.register(NEWCOMER, effective_until="2026-01-01T00:00:00Z")
    status, planned = await provision()
    assert status == 2
    assert {f"unknown: user {NEWCOMER}", f"unknown: quota of {NEWCOMER}"} <= set(planned)
    assert (await provision(apply=True))[0] == 0
    assert can_log_in(second)
    assert (await provision(apply=True, prune=True))[0] == 0
    assert not can_log_in(second)
    assert not file.exists()
    assert (await provision())[0] == 0
    assert {IN, OUT} <= topics(admin)

    await registry.register(NEWCOMER)
    assert (await provision(apply=True))[0] == 0
    assert can_log_in(json.loads(file.read_text()))
    assert not can_log_in(second)
    await registry.register(NEWCOMER, effective_until="2026-01-01T00:00:00Z")
    assert (await provision(apply=True, prune=True))[0] == 0


async def test_a_right_that_nobody_should_have_is_removed_with_prune_only(
    stack: Stack, registry: Registry, provision: Callable[..., Any], admin: AdminClient
) -> None:
    of = stack.participants[1].id
    for future in admin.create_acls([stray(of)]).values():
        future.result()
    line = f"unknown: right {of}: ALLOW READ TOPIC cri.int.intake.v1"

    planned = await provision()
    kept = await provision(apply=True)
    pruned = await provision(apply=True, prune=True)

    assert planned[0] == 2
    assert line in planned[1]
    assert kept[0] == 0
    assert line in kept[1]
    assert pruned[0] == 0
    assert (await provision())[0] == 0


async def test_a_lost_right_is_made_again(
    stack: Stack, registry: Registry, provision: Callable[..., Any], admin: AdminClient
) -> None:
    of = stack.participants[1].id
    own = AclBinding(
        ResourceType.TOPIC,
        f"cri.in.{of}.v1",
        ResourcePatternType.LITERAL,
        f"User:{of}",
        "*",
        AclOperation.WRITE,
        AclPermissionType.ALLOW,
    )
    for future in admin.delete_acls(
        [
            AclBindingFilter(
                own.restype,
                own.name,
                own.resource_pattern_type,
                own.principal,
                own.host,
                own.operation,
                own.permission_type,
            )
        ]
    ).values():
        assert len(future.result()) == 1

    assert (await provision())[1][0] == (f"to make: right {of}: WRITE TOPIC cri.in.{of}.v1")
    assert (await provision(apply=True))[0] == 0
    assert (await provision())[0] == 0


async def test_participants_registered_since_stay_when_the_stack_starts_again(
    stack: Stack, registry: Registry, provision: Callable[..., Any], admin: AdminClient
) -> None:
    await registry.register(NEWCOMER)
    assert (await provision(apply=True))[0] == 0

    await asyncio.to_thread(stack.provision)

    assert (await provision())[0] == 0
    await registry.register(NEWCOMER, effective_until="2026-01-01T00:00:00Z")
    assert (await provision(apply=True, prune=True))[0] == 0


async def test_nobody_who_is_not_registered_gets_a_password(
    registry: Registry, provision: Callable[..., Any], stack: Stack
) -> None:
    with pytest.raises(NotPossible, match="not registered"):
        await provision(apply=True, rotate="nobody")


def can_log_in(handed_over: dict[str, Any]) -> bool:
    """Connect as the file says, and look at the own topic."""
    [own] = handed_over["participants"].values()
    speaking = admin_client(
        handed_over["bootstrap_servers"],
        user=own["username"],
        password=own["password"],
        ca=handed_over["security"]["ca"],
    )
    try:
        speaking.list_topics(own["out"], timeout=5)
    except KafkaException:
        return False
    return True
