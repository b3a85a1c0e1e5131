"""Announces participants with open work that mail no longer reaches, or reaches again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail import mails
from shared.business_clock import REAL_TIME, BusinessClock
from shared.clocks import working_time
from shared.contracts import envelope
from shared.contracts.event import derived_id
from shared.contracts.notifications import (
    MAIL_TOPIC,
    ParticipantReachable,
    ParticipantUnreachable,
    ReachFacts,
)
from shared.contracts.outbound import SOURCE
from shared.contracts.reference import Calendar
from shared.delivery import sequences
from shared.delivery.relay import outbox
from shared.postgres.statements import load_statements
from shared.process.tasks import LATER

Connection = PoolConnectionProxy
log = structlog.get_logger()
_SQL = load_statements("services.notifications")
_LATE_AFTER = timedelta(days=2)
_WEEKENDS = Calendar()


class Reach:
    """
    Looks regularly at the contacts' addresses; several processes may look at the same time.

    Each participant is announced as unreachable once: when its last address has died, or when it
    gets open work after that. When it has another address, it is announced as reachable.
    """

    def __init__(self, *, relay_wake: asyncio.Event, clock: BusinessClock = REAL_TIME) -> None:
        self._relay_wake = relay_wake
        self._clock = clock

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Note and announce what has changed since the last look."""
        async with pool.acquire() as connection, connection.transaction():
            lost = await note_unreached(connection)
            found = await note_reached(connection)
            if not lost and not found:
                return LATER
            at = self._clock.at(await mails.read_now(connection))
            topic = [(MAIL_TOPIC, participant) for participant in (*lost, *found)]
            numbers = await sequences.lock(connection, topic)
            events = [*_events(ParticipantUnreachable, lost, numbers, at=at),
                      *_events(ParticipantReachable, found, numbers, at=at)]  # fmt: skip
            await sequences.save(connection, numbers)
            await outbox.append(
                connection,
                [outbox.outgoing(MAIL_TOPIC, event, key=event.subject) for event in events],
            )
        self._relay_wake.set()
        for participant in lost:
            log.warning("participant.unreachable", participant=participant)
        for participant in found:
            log.info("participant.reachable", participant=participant)
        return LATER


def _events(
    model: type[ParticipantUnreachable | ParticipantReachable],
    participants: Sequence[str],
    numbers: sequences.Numbers,
    *,
    at: datetime,
) -> list[ParticipantUnreachable | ParticipantReachable]:
    (kind,) = get_args(model.model_fields["type"].annotation)
    events = []
    for participant in participants:
        number = numbers.next(MAIL_TOPIC, participant)
        identifier = derived_id(MAIL_TOPIC, kind, participant, number)
        about = envelope.attributes(
            kind=kind,
            source=SOURCE,
            subject=participant,
            at=at,
            cause=identifier,
            correlation=identifier,
            identity=identifier,
            number=number,
        )
        events.append(model(**about, data=ReachFacts(participant=participant)))
    return events


async def note_unreached(connection: "Connection[Any]") -> list[str]:
    """Return the participants with open work that no mail reaches any more; each once."""
    return [row[0] for row in await connection.fetch(_SQL["note_unreached"])]


async def note_reached(connection: "Connection[Any]") -> list[str]:
    """Return those of them that a mail can reach again; each once."""
    return [row[0] for row in await connection.fetch(_SQL["note_reached"])]


async def read_unreached(connection: "Connection[Any]") -> list[datetime]:
    """Return since when, in real time, no mail reaches each participant with open work."""
    return [row[0] for row in await connection.fetch(_SQL["read_unreached"])]


def is_late(since: datetime, *, at: datetime) -> bool:
    """Return whether *since* is over two working days ago; holidays count as working days."""
    return working_time.between(since, at, _WEEKENDS) > _LATE_AFTER
