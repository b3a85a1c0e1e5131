"""Writes outcomes of decisions in the caller's transaction: state, records, capacity, outbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.life.capacity import Capacity
from services.routing.life.late import Late, last_late
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.reaching import expected
from services.routing.life.request import CapacityChange
from services.routing.store import LaneSweep, Results
from shared.contracts.routing import TOPIC
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import Closing


def outgoing(outcome: DecisionOutcome) -> list[Outgoing]:
    """Return the events of *outcome* as messages, keyed by the request."""
    key = outcome.request.request_id
    return [outbox.outgoing(TOPIC, event, key=key) for event in outcome.events]


async def close(
    connection: "PoolConnectionProxy[Any]",
    outcomes: Sequence[DecisionOutcome],
    *,
    new: Collection[str],
    changes: Sequence[CapacityChange],
    numbers: Mapping[Subject, int],
) -> Closing:
    """
    Return the statement that writes the *outcomes* of a batch, with their events as messages.

    The last outcome of a request has its state; *new* tracking numbers have no row yet.
    A request that enters a lane gets a queue number, also in the event that queued it.
    *changes* are the capacity changes of declarations.
    """
    numbered = await _with_queue_numbers(connection, outcomes)
    await _expect_reach(connection, numbered)
    results = _results(numbered)
    results = replace(results, new=new, changes=[*results.changes, *changes], numbers=numbers)
    return await store.close(connection, results, messages=_messages(numbered))


async def save_and_publish(
    connection: "PoolConnectionProxy[Any]",
    outcomes: Sequence[DecisionOutcome],
    *,
    capacities: Sequence[Capacity] = (),
    stopped: Sequence[Late] = (),
    sweeps: Sequence[LaneSweep] = (),
) -> int:
    """
    Write *outcomes*, *capacities* and *sweeps*, append the events, and return their number.

    A request that enters a lane gets a queue number. Late clocks that have *stopped* lose
    their row.
    """
    numbered = await _with_queue_numbers(connection, outcomes)
    await _expect_reach(connection, numbered)
    messages = _messages(numbered)
    results = _results(numbered)
    gone = [late._replace(next_at=None) for late in stopped]
    results = replace(results, capacities=capacities, sweeps=sweeps, late=[*results.late, *gone])
    await store.save(connection, results, messages=messages)
    return len(messages)


async def _expect_reach(
    connection: "PoolConnectionProxy[Any]", outcomes: Sequence[DecisionOutcome]
) -> None:
    events = [event for outcome in outcomes for event in outcome.events]
    await store.expect_reach(connection, expected(events))


async def _with_queue_numbers(
    connection: "PoolConnectionProxy[Any]", outcomes: Sequence[DecisionOutcome]
) -> Sequence[DecisionOutcome]:
    last = {outcome.request.tracking_number: outcome.request for outcome in outcomes}
    entering = [r for r in last.values() if r.queued and r.queue_number is None]
    if not entering:
        return outcomes
    numbers = await store.take_queue_numbers(connection, entering)
    numbered: list[DecisionOutcome] = []
    for outcome in outcomes:
        number = numbers.get(outcome.request.tracking_number)
        numbered.append(outcome if number is None else with_queue_number(outcome, number))
    return numbered


def _messages(outcomes: Sequence[DecisionOutcome]) -> list[Outgoing]:
    return [message for outcome in outcomes for message in outgoing(outcome)]


def _results(outcomes: Sequence[DecisionOutcome]) -> Results:
    last = {outcome.request.tracking_number: outcome.request for outcome in outcomes}
    return Results(
        requests=[last[number] for number in sorted(last)],
        records=[record for outcome in outcomes for record in outcome.records],
        changes=[change for outcome in outcomes for change in outcome.changes],
        late=list(last_late(event for outcome in outcomes for event in outcome.events).values()),
    )
