"""Writes what decisions came to, in the caller's transaction: state, records, capacity, outbox."""

from collections.abc import Collection, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.story import Told
from shared.contracts.routing import TOPIC
from shared.messaging import outbox
from shared.messaging.records import Outgoing


def outgoing(told: Told) -> list[Outgoing]:
    """Return the events of *told* as messages, keyed by the request."""
    key = told.request.request_id
    return [outbox.outgoing(TOPIC, event, key=key) for event in told.events]


async def save(
    connection: "PoolConnectionProxy[Any]", tolds: Sequence[Told], *, new: Collection[str] = ()
) -> None:
    """
    Write requests, decision records and changes of capacity.

    The last word on each request counts; those with a *new* tracking number have no row yet.
    """
    last = {told.request.tracking_number: told.request for told in tolds}
    await store.save_requests(connection, list(last.values()), new=new)
    records = [record for told in tolds for record in told.records]
    await store.save_decisions(connection, records)
    changes = [change for told in tolds for change in told.changes]
    await store.append_capacity_changes(connection, changes)


async def save_and_publish(connection: "PoolConnectionProxy[Any]", tolds: Sequence[Told]) -> int:
    """Write what `save` writes and append the events to the outbox; return their number."""
    await save(connection, tolds)
    messages = [message for told in tolds for message in outgoing(told)]
    await outbox.append(connection, messages)
    return len(messages)
