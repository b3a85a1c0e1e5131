"""Publishes the complete state of requests whose published events are incomplete."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from asyncpg import Pool

from services.routing import store
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import Request, past_of
from services.routing.rules.facts import decode_request_facts
from services.routing.saving import save_and_publish
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.routing import RecordedFacts, RequestRecorded
from shared.process.tasks import AT_ONCE, LATER

log = structlog.get_logger()
_LIMIT = 200


class Recorder:
    """
    Publishes the state of requests about which a release before 0.3.0 has published events.

    Each is published once, and again if an older process, running during a rolling upgrade,
    changes the request. From that event on, a fold of the log yields the complete state.
    """

    def __init__(self, *, relay_wake: asyncio.Event, clock: BusinessClock = REAL_TIME) -> None:
        self._clock = clock
        self._relay_wake = relay_wake

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Record some requests; return the time until the next step."""
        async with pool.acquire() as connection, connection.transaction():
            requests, at = await store.lock_unrecorded(connection, limit=_LIMIT)
            if at is None:
                return LATER
            await save_and_publish(connection, recorded(requests, at=self._clock.at(at)))
        self._relay_wake.set()
        log.info("requests.recorded", requests=len(requests))
        return AT_ONCE if len(requests) == _LIMIT else LATER


def recorded(requests: Sequence[Request], *, at: datetime) -> list[DecisionOutcome]:
    """Return the outcomes that publish the complete state of each of *requests*."""
    return [_recorded(request, at=at) for request in requests]


def _recorded(request: Request, *, at: datetime) -> DecisionOutcome:
    builder = OutcomeBuilder(request, cause=request.last_event, at=at)
    builder.publish(
        RequestRecorded,
        RecordedFacts,
        status=request.status,
        ordinal=request.published,
        facts=decode_request_facts(request.facts),
        need_stated=request.need_stated,
        last_event=request.last_event,
        queue_number=request.queue_number,
        queued=request.queued,
        waits_for=request.waits_for,
        offered=list(request.offered),
        offer_state=request.offer_state,
        offer_expires_at=request.offer_expires_at,
        declaration=request.offer_declaration,
        entry=request.offer_entry,
        due_clock=request.due_clock,
        due_at=request.due_at,
        due_cause=request.due_cause,
        past=past_of(request),
        waits_until=request.waits_until,
        affected=request.affected,
        due_left=request.due_left,
    )
    return builder.build()
