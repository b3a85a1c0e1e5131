"""Writes what decisions came to, in the caller's transaction: state, records, capacity, outbox."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.capacity import Capacity
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
    await _save(connection, tolds, new=new, capacities={}, messages=())


async def save_and_publish(
    connection: "PoolConnectionProxy[Any]",
    tolds: Sequence[Told],
    *,
    capacities: Mapping[str, Capacity] | None = None,
) -> int:
    """
    Write what `save` writes, and *capacities*; append the events to the outbox.

    Return their number.
    """
    messages = [message for told in tolds for message in outgoing(told)]
    await _save(connection, tolds, new=(), capacities=capacities or {}, messages=messages)
    return len(messages)


async def _save(
    connection: "PoolConnectionProxy[Any]",
    tolds: Sequence[Told],
    *,
    new: Collection[str],
    capacities: Mapping[str, Capacity],
    messages: Sequence[Outgoing],
) -> None:
    last = {told.request.tracking_number: told.request for told in tolds}
    await store.save(
        connection,
        requests=list(last.values()),
        new=new,
        records=[record for told in tolds for record in told.records],
        capacities=capacities,
        messages=messages,
    )
    changes = [change for told in tolds for change in told.changes]
    await store.append_capacity_changes(connection, changes)
