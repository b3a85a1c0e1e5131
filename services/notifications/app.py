"""Wires notifications together."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from asyncpg import Pool

from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from services.notifications.mail import gauges
from services.notifications.mail.reach import Reach
from services.notifications.mail.sending import Mailer
from services.notifications.mail.transport import Transport
from services.notifications.oldest_messages import OldestMessages
from services.notifications.parse import TOPICS
from services.notifications.restore.reader import OWN, Restore
from services.notifications.retention import sweeper
from services.notifications.settings import Settings
from services.notifications.subscriptions.tellings import Tellings
from shared.process.tasks import LATER, Task
from shared.service import Service

_MAILS_SECONDS = 5.0
_REACH_SECONDS = 60.0
_NEWS_SECONDS = 10.0
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

    mailing = _mailing(settings, relay_wake)
    with_news = settings.links is not None
    return Service(
        name="notifications",
        topics=TOPICS,
        reader=NotificationsReader(
            clock,
            with_mail=bool(mailing),
            with_codes=bool(mailing) and settings.code_key is not None,
            with_news=with_news,
            backups_days=settings.backups_kept_days,
        ),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        restore=Restore(clock, with_news=with_news, backups_days=settings.backups_kept_days),
        gauges=partial(gauges.show, clock=clock) if mailing else None,
        tasks=(
            Task("heartbeats", beat, every=settings.heartbeat_seconds / 2),
            Task("oldest messages", look, every=_LOOK_SECONDS),
            sweeper(settings).task,
            *mailing,
        ),
    )


def _mailing(settings: Settings, relay_wake: asyncio.Event) -> Sequence[Task]:
    """Return the tasks of mail, if mail is set up."""
    server, head, key = settings.mail_server, settings.letterhead, settings.code_key
    if server is None or head is None:
        return ()
    mailer = Mailer(
        Transport(server),
        head,
        public_url=str(settings.public_url),
        relay_wake=relay_wake,
        clock=settings.clock,
        owned_seconds=settings.mail_owned_seconds,
        code_key=None if key is None else key.get_secret_value().encode(),
        links=settings.links,
    )
    reach = Reach(relay_wake=relay_wake, clock=settings.clock)
    tasks = [
        Task("mails", mailer.step, _MAILS_SECONDS, asyncio.Event()),
        Task("reach", reach.step, _REACH_SECONDS),
    ]
    if settings.links is not None:
        tellings = Tellings(
            public_url=str(settings.public_url), relay_wake=relay_wake, clock=settings.clock
        )
        tasks.append(Task("news", tellings.step, _NEWS_SECONDS))
    return tasks
