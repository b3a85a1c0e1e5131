"""Writes what decisions came to, in the caller's transaction: state, records, capacity, outbox."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.capacity import Capacity
from services.routing.story import Told, with_place
from shared.contracts.routing import TOPIC
from shared.messaging import outbox
from shared.messaging.records import Outgoing


def outgoing(told: Told) -> list[Outgoing]:
    """Return the events of *told* as messages, keyed by the request."""
    key = told.request.request_id
    return [outbox.outgoing(TOPIC, event, key=key) for event in told.events]


async def save(
    connection: "PoolConnectionProxy[Any]", tolds: Sequence[Told], *, new: Collection[str] = ()
) -> list[Outgoing]:
    """
    Write requests, decision records and changes of capacity; return the events as messages.

    The last word on each request counts; those with a *new* tracking number have no row yet.
    A request that enters a lane gets its place there, which the event says that brings it there.
    """
    placed = await _with_places(connection, tolds)
    await _save(connection, placed, new=new, capacities={}, messages=())
    return [message for told in placed for message in outgoing(told)]


async def save_and_publish(
    connection: "PoolConnectionProxy[Any]",
    tolds: Sequence[Told],
    *,
    capacities: Mapping[str, Capacity],
) -> int:
    """
    Write the steps of requests, and *capacities*; append the events.

    A request that enters a lane gets its place there. Return the number of events.
    """
    tolds = await _with_places(connection, tolds)
    messages = [message for told in tolds for message in outgoing(told)]
    await _save(connection, tolds, new=(), capacities=capacities, messages=messages)
    return len(messages)


async def _with_places(
    connection: "PoolConnectionProxy[Any]", tolds: Sequence[Told]
) -> Sequence[Told]:
    last = {told.request.tracking_number: told.request for told in tolds}
    entering = [r for r in last.values() if r.queued and r.queue_number is None]
    if not entering:
        return tolds
    places = await store.take_queue_numbers(connection, entering)
    placed: list[Told] = []
    for told in tolds:
        place = places.get(told.request.tracking_number)
        placed.append(told if place is None else with_place(told, place))
    return placed


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
