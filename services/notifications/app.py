"""Wires notifications together."""

import asyncio
from datetime import timedelta
from typing import Any

from asyncpg import Pool

from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from services.notifications.oldest_messages import OldestMessages
from services.notifications.parse import TOPICS
from services.notifications.restore.reader import OWN, Restore
from services.notifications.settings import Settings
from shared.process.tasks import LATER, Task
from shared.service import Service

_LOOK_SECONDS = 60.0
"""How often the oldest messages of the participants' topics are read."""


def build(settings: Settings) -> Service:
    relay_wake = asyncio.Event()
    oldest = OldestMessages()
    clock = settings.clock

    async def beat(pool: "Pool[Any]") -> timedelta:
        seconds = settings.heartbeat_seconds
        if await write_heartbeats(pool, seconds=seconds, oldest=oldest.numbers, clock=clock):
            relay_wake.set()
        return LATER

    async def look(_: "Pool[Any]") -> timedelta:
        await oldest.look(settings)
        return LATER

    return Service(
        name="notifications",
        topics=TOPICS,
        reader=NotificationsReader(clock),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        restore=Restore(clock),
        tasks=(
            Task("heartbeats", beat, every=settings.heartbeat_seconds / 2),
            Task("oldest messages", look, every=_LOOK_SECONDS),
        ),
    )
