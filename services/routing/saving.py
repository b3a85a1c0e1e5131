"""Writes what decisions came to, in the caller's transaction: state, records, capacity, outbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.life.capacity import Capacity
from services.routing.life.request import CapacityChange
from services.routing.life.story import Told, with_place
from services.routing.store import LaneSweep, Results
from shared.contracts.routing import TOPIC
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import Closing


def outgoing(told: Told) -> list[Outgoing]:
    """Return the events of *told* as messages, keyed by the request."""
    key = told.request.request_id
    return [outbox.outgoing(TOPIC, event, key=key) for event in told.events]


async def close(
    connection: "PoolConnectionProxy[Any]",
    tolds: Sequence[Told],
    *,
    new: Collection[str],
    changes: Sequence[CapacityChange],
    numbers: Mapping[Subject, int],
) -> Closing:
    """
    Return how the results of a batch are written, with the events as messages.

    The last word on each request counts; those with a *new* tracking number have no row yet.
    A request that enters a lane gets its place there, which the event says that brings it there.
    *changes* are those of declarations.
    """
    placed = await _with_places(connection, tolds)
    results = _results(placed)
    results = replace(results, new=new, changes=[*results.changes, *changes], numbers=numbers)
    return await store.close(connection, results, messages=_messages(placed))


async def save_and_publish(
    connection: "PoolConnectionProxy[Any]",
    tolds: Sequence[Told],
    *,
    capacities: Sequence[Capacity] = (),
    sweeps: Sequence[LaneSweep] = (),
) -> int:
    """
    Write the steps of requests, and *capacities* and *sweeps*; append the events.

    A request that enters a lane gets its place there. Return the number of events.
    """
    placed = await _with_places(connection, tolds)
    messages = _messages(placed)
    results = replace(_results(placed), capacities=capacities, sweeps=sweeps)
    await store.save(connection, results, messages=messages)
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


def _messages(tolds: Sequence[Told]) -> list[Outgoing]:
    return [message for told in tolds for message in outgoing(told)]


def _results(tolds: Sequence[Told]) -> Results:
    last = {told.request.tracking_number: told.request for told in tolds}
    return Results(
        requests=[last[number] for number in sorted(last)],
        records=[record for told in tolds for record in told.records],
        changes=[change for told in tolds for change in told.changes],
    )
