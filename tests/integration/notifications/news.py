"""Subscribers, and news for them."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

from services.notifications.retention import sweeping
from services.notifications.subscriptions import store
from services.notifications.subscriptions.subscriber import CONFIRMED, Subscriber, Wish
from services.notifications.subscriptions.tellings import Tellings
from services.reporting.release import release_published
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.event import derived_id
from shared.contracts.links import Gets, Links
from shared.contracts.reporting import Release, ReleasePublished
from shared.process.tasks import AT_ONCE
from tests.integration.notifications.conftest import World
from tests.integration.notifications.mail_servers import Handler
from tests.integration.notifications.test_mails import mailer, showing

ADDRESS = "chief@agency.example"
LINKS = Links("https://desk.example", bytes(range(32)))
PUBLIC_URL = "https://program.example/"
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""10:00 in New York."""


def subscriber(number: int, zone: str | None = None, **wishes: str) -> Subscriber:
    """Return one that has confirmed *wishes*, kinds with their cadence, an hour ago."""
    since = datetime.now(UTC) - timedelta(hours=1)
    return Subscriber(
        derived_id("test", "subscription", str(number)),
        f"reader-{number}@agency.example",
        zone,
        {kind: Wish(CONFIRMED, cadence, None, since) for kind, cadence in wishes.items()},
    )


async def subscribed(world: World, subscribers: Sequence[Subscriber]) -> None:
    """Store *subscribers*."""
    async with world.pool.acquire() as connection, connection.transaction():
        await store.save(connection, subscribers)


async def tell(world: World, at: datetime = MONDAY, *, page: int = 500) -> BusinessClock:
    """Tell everything that is due at the business time *at*; return the clock."""
    clock = showing(at)
    tellings = telling(clock, page=page)
    while await tellings.step(world.pool) == AT_ONCE:
        pass
    return clock


def telling(clock: BusinessClock, **more: Any) -> Tellings:
    """Return what tells news; that nothing is sent from the outbox here holds nothing back."""
    never = {"away": timedelta(days=1)}
    return Tellings(
        public_url=PUBLIC_URL, relay_wake=asyncio.Event(), clock=clock, **{**never, **more}
    )


async def sweep(world: World, *, clock: BusinessClock = REAL_TIME) -> None:
    """Erase all that has been kept long enough by the default windows."""
    years, month, week = timedelta(days=1095), timedelta(days=30), timedelta(days=7)
    own = sweeping(contacts=years, callers=month, needs=years, unconfirmed=week, clock=clock)
    while await own.step(world.pool) == AT_ONCE:
        pass


async def send(world: World, **more: Any) -> list[Any]:
    """Send the mails that are due; return them, as they came to the server."""
    handler = more.pop("handler", None) or Handler()
    async with mailer(handler, links=LINKS, **more) as sending:
        while await sending.step(world.pool) == AT_ONCE:
            pass
    return [parsed(each.content) for each in handler.kept]


def gets_in(mail: Any, identity: str) -> tuple[tuple[str, ...], str | None, str | None]:
    """Return kinds, cadence and program that the link to the page of *identity* names."""
    text = mail.get_body(("plain",)).get_content()
    (path,) = re.findall(rf"/preferences/{identity}/([^/\s]+)/[^/\s]{{24}}", text)
    link = Gets.read(path.split("."))
    assert link is not None
    return link[:3]


def released(month: str) -> ReleasePublished:
    """Return the release of *month*, without figures."""
    release = Release(
        month=month,
        zone="America/New_York",
        begins_at=MONDAY,
        ends_at=MONDAY,
        as_of=MONDAY,
        definitions={},
        positions=[],
        figures=[],
    )
    return release_published(release, at=MONDAY, number=1)


def parsed(content: Any) -> Any:
    return message_from_bytes(content, policy=SMTP)


async def mails(world: World, template: str) -> list[Any]:
    """Return the mails made from *template*, in the order of their subscribers."""
    return list(
        await world.pool.fetch(
            "SELECT * FROM mails WHERE template = $1 ORDER BY number, audience", template
        )
    )
