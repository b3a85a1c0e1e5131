"""What was published about sites is kept once, for ever, and comes back after a restore."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.reporting.restore import Restore
from services.reporting.sites import shown
from services.reporting.sites.shown import SitesCache
from services.reporting.sites.store import read_site_events, take_in
from shared.catalog.catalog import Catalog
from shared.contracts.published_reports import ReportPublished
from shared.delivery.relay import outbox
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.outboxes import outbox_of
from tests.examples.published_sites import SLUG, Publishing
from tests.examples.restored import announce, catch_up
from tests.examples.roles import as_service
from tests.examples.streams import START
from tests.integration.reporting.conftest import Log

Pool = asyncpg.Pool
WORDS = "It is “late”.\r\n\t<b>Why?</b>  &amp; '=1+1'\u2028"


def published() -> Publishing:
    return Publishing().report(["complete", None]).reply(WORDS, "1.1")


async def keep(pool: "Pool[Any]", events: list[Any]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await take_in(connection, events)


async def test_events_are_read_as_they_were_published(log: Log) -> None:
    events = published().events

    await keep(log.pool, events)

    rows = await read_site_events(log.pool, after={})
    assert [(row.slug, row.number) for row in rows] == [(SLUG, 1), (SLUG, 2), (SLUG, 3)]
    assert [json.loads(row.value) for row in rows] == [
        json.loads(each.encode()) for each in events
    ]
    assert ReportPublished.model_validate_json(rows[1].value) == events[1]


async def test_an_event_that_comes_again_changes_nothing(log: Log) -> None:
    events = published().events
    await keep(log.pool, events)
    other = published().report(["not_started"]).events

    await keep(log.pool, [*events, other[1], other[3]])

    rows = await read_site_events(log.pool, after={})
    assert [json.loads(row.value)["id"] for row in rows] == [
        *(each.id for each in events),
        other[3].id,
    ]


async def test_only_what_is_new_is_read_of_a_site_that_is_known(log: Log) -> None:
    await keep(log.pool, published().events)
    await keep(log.pool, Publishing("other", "Other Police Department").events)

    rows = await read_site_events(log.pool, after={SLUG: 2})

    assert [(row.slug, row.number) for row in rows] == [(SLUG, 3), ("other", 1)]


async def test_an_event_that_cannot_be_shown_is_not_skipped(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, catalog, at = SitesCache(), Catalog(), datetime(2027, 1, 4, 17, tzinfo=UTC)
    await keep(log.pool, published().events)
    with monkeypatch.context() as broken:
        broken.setattr(shown, "folded", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await cache.current(log.pool, catalog=catalog, at=at)

    found = await cache.current(log.pool, catalog=catalog, at=at)

    assert [each.type for each in found.events] == [each.type for each in published().events]


async def test_a_site_is_computed_again_only_after_a_change(log: Log) -> None:
    cache, catalog, at = SitesCache(), Catalog(), datetime(2027, 1, 4, 17, tzinfo=UTC)
    one, other = published(), Publishing("other", "Other Police Department")
    await keep(log.pool, [*one.events, *other.events])
    first = await cache.current(log.pool, catalog=catalog, at=at)
    before = {slug: first.shown(slug) for slug in first.sites}
    assert all(first.shown(slug) is before[slug] for slug in before)

    await keep(log.pool, other.plan().events)
    later = await cache.current(log.pool, catalog=catalog, at=at)

    assert later.shown(SLUG) is before[SLUG]
    assert [each.kind for each in later.shown("other").dues] == ["Progress report"]
    assert first.shown("other") == before["other"]
    tomorrow = await cache.current(log.pool, catalog=catalog, at=at + timedelta(days=1))
    assert tomorrow.shown(SLUG) is not before[SLUG]


@pytest.mark.parametrize(
    "change", ["UPDATE site_events SET number = 9", "DELETE FROM site_events"]
)
async def test_the_service_cannot_change_what_was_published(
    stack: Stack, database: Database, change: str
) -> None:
    dsn = await database("reporting")
    async with asyncpg.create_pool(
        as_service(stack, dsn, "reporting"), min_size=1, max_size=1, server_settings=LIMITS
    ) as pool:
        await keep(pool, published().events)

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(change)


async def test_after_a_restore_the_site_is_what_was_published(log: Log) -> None:
    """The dump has the first event; the others are on the log alone, with one nobody knows."""
    events = published().events
    async with log.pool.acquire() as connection, connection.transaction():
        messages = [outbox.outgoing("cri.pub.reports.v1", each, key=SLUG) for each in events]
        await outbox.append(connection, messages)
    sent = [dict(row) for row in await outbox_of(log.pool)]
    later = json.loads(sent[2]["value"])
    later |= {"type": "gov.cri.reporting.of_a_later_release.v1", "sequence": f"{4:020d}"}
    sent.append(
        {**sent[2], "value": json.dumps({**later, "id": "0" * 8 + later["id"][8:]}).encode()}
    )
    await keep(log.pool, events[:1])
    await announce(log.pool, sent, at=START)

    await catch_up(log.pool, Restore(), [], service="reporting")

    rows = await read_site_events(log.pool, after={})
    assert [json.loads(row.value)["id"] for row in rows] == [each.id for each in events]
