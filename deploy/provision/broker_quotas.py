"""Sets the quotas of Kafka's users from `deploy/quotas.yaml`, and waits until they apply."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.provision.quota_requests import Limits, alter, describe
from deploy.provision.quotas import Quota
from deploy.stack.failure import StackFailed

SECONDS_UNTIL_SEEN = 10.0


async def provision_quotas(
    admin: AIOKafkaAdminClient,
    wanted: Mapping[str, Quota],
    *,
    may_remove: Callable[[str], bool] = lambda user: True,
) -> int:
    """
    Give each user its quota and remove all others; return how many users were changed.

    A broker may still describe the old quotas for a moment after it accepted new ones, so this
    waits until every broker describes the wanted ones. *may_remove* says whose may be removed.
    """
    limits = {name: quota.limits() for name, quota in wanted.items()}
    try:
        [existing, *_] = await describe(admin)
        kept = {user for user in existing if user not in limits and not may_remove(user)}
        limits |= {user: dict(existing[user]) for user in kept}
        changes = differences(existing, limits)
        if changes:
            await alter(admin, changes)
        await _until_seen(admin, limits)
    except KafkaError as error:
        raise StackFailed(f"provisioning quotas: {error}") from error
    return len(changes)


@asynccontextmanager
async def quota_client(
    servers: Sequence[str], *, user: str, password: str, ca: str | None = None
) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect a client for quotas; with *ca* over TLS."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=list(servers),
        security_protocol="SASL_PLAINTEXT" if ca is None else "SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user,
        sasl_plain_password=password,
        ssl_context=None if ca is None else ssl.create_default_context(cafile=ca),
    )
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise StackFailed(f"provisioning quotas: {error}") from error
    finally:
        await admin.close()


def differences(
    existing: Mapping[str, Limits], wanted: Mapping[str, Limits]
) -> dict[str, dict[str, float | None]]:
    """Return, for each user, the limits to set, and those to remove as None."""
    changes: dict[str, dict[str, float | None]] = {}
    for user in existing.keys() | wanted.keys():
        has, shall = existing.get(user, {}), wanted.get(user, {})
        change = {
            name: shall.get(name)
            for name in has.keys() | shall.keys()
            if has.get(name) != shall.get(name)
        }
        if change:
            changes[user] = change
    return changes


async def _until_seen(admin: AIOKafkaAdminClient, wanted: Mapping[str, Limits]) -> None:
    deadline = time.monotonic() + SECONDS_UNTIL_SEEN
    while True:
        if not any(differences(seen, wanted) for seen in await describe(admin)):
            return
        if time.monotonic() > deadline:
            raise StackFailed(
                f"Kafka took the quotas, and does not show them {SECONDS_UNTIL_SEEN:.0f} s later."
            )
        await asyncio.sleep(0.05)  # brokers apply the controller's log without notification
