"""Provisions an embedded Kafka and Postgres with what `deploy/` defines."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from deploy.provision import databases
from deploy.provision.access import OPERATOR, grants
from deploy.provision.broker import Changes, admin_client, groups_can_form, provision_kafka
from deploy.provision.broker_quotas import provision_quotas, quota_client
from deploy.provision.databases import owner_of
from deploy.stack import processes
from deploy.stack.kafka import ADMIN
from shared.contracts.services import DEPLOYABLES

if TYPE_CHECKING:
    from deploy.local.stack import Stack


def provision_databases(stack: "Stack") -> None:
    """Create each service's database and its roles."""
    credentials = stack.credentials
    asyncio.run(
        databases.provision(
            stack.postgres.dsn(),
            {service: credentials.postgres(service) for service in DEPLOYABLES},
            owners={each: credentials.postgres(owner_of(each)) for each in DEPLOYABLES},
            operator=credentials.postgres(OPERATOR),
        )
    )


def provision_broker(stack: "Stack") -> Changes:
    """Create the topics, users, ACLs and quotas; wait until consumer groups can form."""
    kafka = stack.kafka
    admin = admin_client(kafka.servers, user=ADMIN, password=kafka.password)
    members = [*DEPLOYABLES, OPERATOR, *(each.id for each in stack.participants)]
    changes = provision_kafka(
        admin,
        topics=stack.topics,
        users=stack.credentials.kafka_users(members),
        grants=grants(stack.topics, stack.participants),
        may_remove=partial(_is_ours, stack),
    )
    asyncio.run(_provision_quotas(stack))
    processes.wait_until(
        partial(groups_can_form, admin), what="Kafka's groups", children=kafka.nodes, within=60
    )
    return changes


async def _provision_quotas(stack: "Stack") -> None:
    login = {"user": ADMIN, "password": stack.kafka.password}
    async with quota_client(stack.kafka.servers, **login) as admin:
        await provision_quotas(admin, stack.quotas, may_remove=partial(_is_ours, stack))


def _is_ours(stack: "Stack", principal: str) -> bool:
    """Tell whether the stack may take rights from *principal*; later participants keep theirs."""
    return not (stack.state / "participants" / f"{principal}.json").exists() or any(
        each.id == principal for each in stack.participants
    )
