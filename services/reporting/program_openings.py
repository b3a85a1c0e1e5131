"""Announces programs that open on their date, by the business clock."""

import asyncio
from datetime import timedelta
from typing import Any

from asyncpg import Pool

from services.reporting import store
from services.reporting.programs import program_changed
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.reporting import PROGRAMS_TOPIC
from shared.delivery import sequences
from shared.delivery.relay import outbox
from shared.process.tasks import LATER, SOON


async def announce_openings(
    pool: "Pool[Any]", *, relay_wake: asyncio.Event, clock: BusinessClock = REAL_TIME
) -> timedelta:
    """
    Announce each program whose opening date has passed, exactly once.

    Return the time until the next opening. Locks in the consumer's order: programs, then numbers.
    """
    now, opens_at = await store.read_next_opening(pool)
    at = clock.at(now)
    if opens_at is None:
        return LATER
    if opens_at > at:
        return clock.pause(opens_at - at)
    async with pool.acquire() as connection, connection.transaction():
        opened, now_locked = await store.lock_due_openings(connection, until=at)
        if now_locked is None:
            return SOON
        locked_at = clock.at(now_locked)
        names = [row.program for row in opened]
        numbers = await sequences.lock(connection, [(PROGRAMS_TOPIC, name) for name in names])
        events = [
            program_changed(
                row, at=locked_at, number=numbers.next(PROGRAMS_TOPIC, row.program), opened=True
            )
            for row in opened
        ]
        messages = [outbox.outgoing(PROGRAMS_TOPIC, event, key=event.subject) for event in events]
        await outbox.append(connection, messages)
        await sequences.save(connection, numbers)
        await store.mark_openings_announced(connection, programs=names, at=locked_at)
    relay_wake.set()
    return SOON
