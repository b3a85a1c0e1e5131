"""The tables of subscriptions, one function per statement; each is ``sql/<function>.sql``."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.notifications.subscriptions.reports import News, Published
from services.notifications.subscriptions.subscriber import (
    Subscriber,
    Wish,
    audience_of,
    normalized,
)
from shared.contracts.intake import PersonForgotten, SubscriptionAskReceived, SubscriptionReceived
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")
_MAILED = 3


class Telling(NamedTuple):
    """
    News that subscribers are told, of the catalog at version ``number``.

    ``about`` is a solicitation, a site and its report, a corrected month, or the month of an
    update and the zone of its recipients. All subscribers up to ``told_to`` have been decided
    about. ``due_at`` is a business time. ``released`` is the last month whose figures were
    published when the telling began, if any; ``reported`` the number of the last report or
    correction.
    """

    fact: str
    kind: str
    about: str
    number: int
    due_at: datetime
    told_to: str = ""
    released: str = ""
    reported: int = 0


class LastUpdate(NamedTuple):
    """What an update covered: a version of the catalog, a time, and what was published by then."""

    number: int
    until: datetime
    released: str
    reported: int


class Recipient(NamedTuple):
    """A subscriber who gets ``kinds`` monthly; solicitations only of ``program``, if it is set."""

    audience: str
    kinds: Sequence[str]
    program: str | None


async def lock_subscribers(
    connection: "Connection[Any]", received: Iterable[SubscriptionReceived | PersonForgotten]
) -> list[Subscriber]:
    """Lock and return the subscribers that the events *received* are about."""
    audiences, addresses = [], []
    for event in received:
        if isinstance(event, SubscriptionAskReceived):
            addresses.append(normalized(event.data.address))
        else:
            audiences.append(audience_of(event.data.subscription_id or ""))
    rows = await connection.fetch(_SQL["lock_subscribers"], audiences, addresses)
    return [_subscriber(*row) for row in map(tuple, rows)]


def _subscriber(
    audience: str,
    address: str,
    zone: str | None,
    mailed_at: Sequence[datetime],
    kinds: Sequence[Sequence[Any]],
) -> Subscriber:
    wishes = {kind: Wish(*wish) for kind, *wish in kinds}
    identity = audience.removeprefix(audience_of(""))
    return Subscriber(identity, address, zone, wishes, list(mailed_at))


async def save(connection: "Connection[Any]", changed: Collection[Subscriber]) -> None:
    """Store what has *changed*; erase those who are subscribed to nothing."""
    living = [each for each in changed if each.wishes]
    wishes = [(s.audience, kind, *wish) for s in living for kind, wish in s.wishes.items()]
    audiences = [each.audience for each in changed]
    of, kinds = ([row[0] for row in wishes], [row[1] for row in wishes])
    # First those that are gone: their address may be asked for again in the same batch.
    await connection.execute(_SQL["end_subscriptions"], audiences, of, kinds)
    await erase_subscribers(connection, audiences)
    if living:
        rows = [(s.audience, s.address, s.zone, *_mailed(s)) for s in living]
        await connection.execute(_SQL["save_subscribers"], *zip(*rows, strict=True))
        await connection.execute(_SQL["save_subscriptions"], *zip(*wishes, strict=True))


def _mailed(subscriber: Subscriber) -> list[datetime | None]:
    last: list[datetime | None] = [*subscriber.mailed_at[-_MAILED:]]
    return last + [None] * (_MAILED - len(last))


async def erase_subscribers(connection: "Connection[Any]", audiences: Sequence[str]) -> None:
    """Erase the addresses of those of *audiences* that are subscribed to nothing."""
    await connection.execute(_SQL["erase_subscribers"], audiences)


async def lock_unconfirmed(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Lock the subscribers of the subscriptions *keys*, each ``<audience> <kind>``."""
    await connection.execute(_SQL["lock_unconfirmed"], _audiences(keys))


async def erase_unconfirmed(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Erase the subscriptions *keys*, and the addresses that are then subscribed to nothing."""
    await connection.execute(_SQL["erase_unconfirmed"], keys)
    await erase_subscribers(connection, _audiences(keys))


def _audiences(keys: Sequence[str]) -> list[str]:
    return sorted({key.partition(" ")[0] for key in keys})


async def end_subscriber(connection: "Connection[Any]", audience: str) -> list[str]:
    """Erase a subscriber; return the kinds that it was subscribed to."""
    return [row[0] for row in await connection.fetch(_SQL["end_subscriber"], audience)]


async def count_subscriptions(connection: "Connection[Any]") -> dict[str, int]:
    """Return how many subscriptions there are, by state."""
    return dict(await connection.fetch(_SQL["count_subscriptions"]))


async def is_outbox_stuck(connection: "Connection[Any]", *, since: timedelta) -> bool:
    """Return whether a message has waited *since* then to be sent: Kafka takes none."""
    stuck: bool = await connection.fetchval(_SQL["is_outbox_stuck"], since)
    return stuck


async def add_telling(connection: "Connection[Any]", telling: Telling) -> None:
    """Store news that is to be told; what is stored already stays as it is."""
    await connection.execute(_SQL["add_telling"], *telling[:5])


async def take_telling(connection: "Connection[Any]") -> Telling | None:
    """Lock and return the oldest news not yet told to everybody, unless another process has it."""
    row = await connection.fetchrow(_SQL["take_telling"])
    return None if row is None else Telling(str(row[0]), *tuple(row)[1:])


async def move_telling(
    connection: "Connection[Any]", telling: Telling, *, told_to: str, ended: bool
) -> None:
    """Note how far the news has been told."""
    await connection.execute(_SQL["move_telling"], telling.fact, told_to, ended)


async def read_last_update(
    connection: "Connection[Any]", month: str, zone: str
) -> LastUpdate | None:
    """Return what the update before *month* covered, preferably the one in *zone*."""
    row = await connection.fetchrow(_SQL["read_last_update"], month, zone)
    return None if row is None else LastUpdate(*row)


async def add_releases(connection: "Connection[Any]", months: Sequence[str]) -> None:
    """Note that the figures of *months* are published."""
    await connection.execute(_SQL["add_releases"], months)


async def read_releases(
    connection: "Connection[Any]", *, after: str | None, until: str
) -> list[str]:
    """Return the months published *after* one, in order; with None, the last one."""
    return [row[0] for row in await connection.fetch(_SQL["read_releases"], after, until)]


async def add_published_news(connection: "Connection[Any]", found: Sequence[Published]) -> None:
    """
    Note what is published, in its order; what is noted already stays as it is.

    Other writers wait until this transaction ends.
    """
    await connection.execute(_SQL["lock_published_news"])
    await connection.execute(_SQL["add_published_news"], *map(list, zip(*found, strict=True)))


async def save_public_sites(connection: "Connection[Any]", agencies: Mapping[str, str]) -> None:
    """Store the names of *agencies* that are assessed in public, by site."""
    await connection.execute(_SQL["save_public_sites"], list(agencies), list(agencies.values()))


async def read_published_news(
    connection: "Connection[Any]", *, after: int, until: int, fact: str | None = None
) -> list[News]:
    """
    Return what was published *after* one number, up to another; or the one *fact* of it.

    Of a report that was withdrawn, it is that alone.
    """
    rows = await connection.fetch(_SQL["read_published_news"], after, until, fact)
    return [News(*row) for row in map(tuple, rows)]


async def list_readers(
    connection: "Connection[Any]", telling: Telling, *, limit: int
) -> list[str]:
    """Return the next readers who get each publication at once."""
    arguments = (telling.told_to, limit, telling.fact)
    return [row[0] for row in await connection.fetch(_SQL["list_readers"], *arguments)]


async def list_zones(connection: "Connection[Any]") -> list[str | None]:
    """Return the zones of subscribers to monthly news; None stands for those without one."""
    return [row[0] for row in await connection.fetch(_SQL["list_zones"])]


async def list_recipients(
    connection: "Connection[Any]",
    telling: Telling,
    program: str,
    *,
    also_monthly: bool,
    limit: int,
) -> list[str]:
    """
    Return the next subscribers to be told at once of a solicitation of *program*.

    *also_monthly* includes those who otherwise get solicitations monthly.
    """
    arguments = (program, also_monthly, telling.told_to, limit, telling.fact)
    return [row[0] for row in await connection.fetch(_SQL["list_recipients"], *arguments)]


async def list_monthly_recipients(
    connection: "Connection[Any]",
    telling: Telling,
    zone: str | None,
    *,
    before: datetime,
    limit: int,
) -> list[Recipient]:
    """Return the next in *zone* who confirmed monthly news *before* that real time."""
    arguments = (zone, before, telling.told_to, limit, telling.fact)
    rows = await connection.fetch(_SQL["list_monthly_recipients"], *arguments)
    return [Recipient(*row) for row in map(tuple, rows)]
