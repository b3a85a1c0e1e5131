"""Wires notifications together."""

import asyncio
from typing import Any

from asyncpg import Pool

from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from services.notifications.oldest import Oldest
from services.notifications.parse import TOPICS
from services.notifications.restore.reader import OWN, Again
from services.notifications.settings import Settings
from shared.service import Service
from shared.tasks import Task

_LOOK_SECONDS = 60.0
"""How often it is looked what the participants' topics still hold."""


def build(settings: Settings) -> Service:
    relay_wake = asyncio.Event()
    oldest = Oldest()
    due = 0.0

    async def beat(pool: "Pool[Any]") -> bool:
        # Called after each batch as well: nothing is asked of Postgres before it is time.
        nonlocal due
        now = asyncio.get_running_loop().time()
        if now < due:
            return False
        due = now + settings.heartbeat_seconds / 2
        seconds = settings.heartbeat_seconds
        if await write_heartbeats(pool, seconds=seconds, oldest=oldest.numbers):
            relay_wake.set()
        return False

    async def look(_: "Pool[Any]") -> bool:
        await oldest.look(settings)
        return False

    return Service(
        name="notifications",
        topics=TOPICS,
        reader=NotificationsReader(),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        again=Again(),
        tasks=(
            Task("heartbeats", beat, every=settings.heartbeat_seconds / 2),
            Task("oldest messages", look, every=_LOOK_SECONDS),
        ),
    )
