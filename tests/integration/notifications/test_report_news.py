"""Readers of reports are told once of each report, its correction, and corrected figures."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.handlers import NotificationsReader
from services.notifications.subscriptions import store
from services.notifications.subscriptions.reports import Published
from services.notifications.subscriptions.store import Telling
from services.reporting.corrections import decide
from shared.contracts import envelope, published_reports
from shared.contracts.event import Event, derived_id
from shared.contracts.reporting import CorrectedFigure, FigureCorrected
from tests.integration.notifications.conftest import World
from tests.integration.notifications.news import (
    LINKS,
    MONDAY,
    PUBLIC_URL,
    mails,
    released,
    send,
    subscribed,
    subscriber,
    tell,
)
from tests.integration.notifications.test_mails import showing

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

APRIL = datetime(2026, 4, 1, 12, 0, 1, tzinfo=UTC)
"""Just after 08:00 in New York on the first working day."""
SLUG, REPORT = "alturas-ca", "first-report"
TITLE = "Alturas Police Department: What we found first"
SITE = {
    "slug": SLUG,
    "engagement_id": "CRI-2026-000001-Z-E1",
    "agency": "Alturas Police Department",
    "state": "US-CA",
    "provider": "iacp",
    "status": "active",
    "opened_on": date(2026, 1, 5),
}
BODY = {
    "slug": SLUG,
    "report_id": REPORT,
    "version": 1,
    "kind": "initial",
    "title": "What we found first",
    "as_of": date(2026, 2, 1),
    "summary": "A summary.",
}
PUBLISHED = {
    "hash": "ab" * 32,
    "body": BODY,
    "published_on": date(2026, 3, 2),
    "fact_check": "checked",
}
OF_REPORT = {"slug": SLUG, "report_id": REPORT, "why": "A number was wrong."}
CORRECTED = {
    **OF_REPORT,
    "item": "summary",
    "before": "A summary.",
    "after": "Another summary.",
    "corrected_on": date(2026, 3, 3),
    "hash": "cd" * 32,
}
_WAITS = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
CALIFORNIA = {"figure": "requests", "breakdown": "us_state", "group": "US-CA", "measure": "count"}


@pytest.fixture
def news(world: World) -> World:
    """The same with mail and news, on Monday morning."""
    world.reader = NotificationsReader(showing(MONDAY), with_mail=True, with_news=True)
    return world


def of_site(name: str, number: int, data: dict[str, Any]) -> Event:
    """Return the *number*-th event of the site, such as ``ReportPublished``."""
    model: type[Event] = getattr(published_reports, name)
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    about = envelope.attributes(
        kind=f"gov.cri.reporting{words.replace('_', '.', 1)}.v1",
        source="urn:cri:continuum:reporting",
        subject=SLUG,
        at=MONDAY,
        cause="cri.in.program-office.v1/0/1",
        correlation="c",
        number=number,
    )
    return model.model_validate({**about, "data": data})


def corrected(number: int, group: str = "US-CA") -> FigureCorrected:
    """Return a correction of February, the month's event of that *number*."""
    about = envelope.attributes(
        kind=decide.TYPE,
        source="urn:cri:continuum:reporting",
        subject="2026-02",
        at=MONDAY,
        cause="month/2026-03",
        correlation="month/2026-03",
        ordinal=number - 1,
        number=number,
    )
    facts = CorrectedFigure(
        **{**CALIFORNIA, "group": group},
        release="2026-02",
        before=60,
        after=70,
        because="late",
        corrected_with="2026-03",
        sha256="0" * 64,
    )
    return FigureCorrected(**about, data=facts)


async def a_report(news: World) -> None:
    await news.take_in(of_site("SiteChanged", 1, SITE), of_site("ReportPublished", 2, PUBLISHED))


async def a_correction(news: World) -> None:
    await news.take_in(of_site("ReportCorrected", 3, CORRECTED))


def facts(row: Any) -> Any:
    return json.loads(row["facts"])


async def test_e88_a_report_and_its_correction_are_two_mails_or_two_lines(news: World) -> None:
    at_once, monthly = subscriber(1, reports="at_once"), subscriber(2, reports="monthly")
    others = [subscriber(3, monthly_update="monthly"), subscriber(4, solicitations="at_once")]
    await subscribed(news, [at_once, monthly, *others])

    await a_report(news)
    await tell(news)
    await a_correction(news)
    await tell(news, MONDAY + timedelta(days=1))
    await tell(news, APRIL)

    told = await mails(news, "report.v1")
    assert {row["audience"] for row in told} == {at_once.audience}
    assert sorted(facts(row)["sentence"] for row in told) == [
        "This report is published.",
        "This report was corrected. The page shows what it said before, what stands now, and why.",
    ]
    assert {(facts(row)["name"], facts(row)["url"]) for row in told} == {
        (TITLE, f"{PUBLIC_URL}sites/{SLUG}/{REPORT}")
    }
    updates = {row["audience"]: facts(row)["lines"] for row in await mails(news, "update.v1")}
    assert updates.keys() == {monthly.audience, others[0].audience}
    assert [line["sentence"] for line in updates[monthly.audience]] == [
        facts(row)["sentence"] for row in sorted(told, key=lambda row: facts(row)["sentence"])
    ]


async def test_what_was_told_in_one_update_is_not_in_the_next(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="monthly")])
    await a_report(news)
    await tell(news, APRIL)
    await a_correction(news)

    await tell(news, datetime(2026, 5, 1, 12, 0, 1, tzinfo=UTC))
    await tell(news, datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC))

    lines = [facts(row)["lines"] for row in await mails(news, "update.v1")]
    assert [len(each) for each in lines] == [1, 1]
    assert {each["name"] for each in lines[1]} == {TITLE}


async def test_an_update_that_begins_while_two_processes_write_news_leaves_none_out(
    news: World,
) -> None:
    first, second = (
        Published(derived_id("fact", "news", name), "report_published", SLUG, name, TITLE)
        for name in "ab"
    )
    update = Telling(derived_id("fact", "update", ""), "monthly_update", "2026-04 ", 0, APRIL)
    acquire = news.pool.acquire
    async with acquire() as one, acquire() as other, acquire() as updating:
        async with one.transaction():
            await store.add_published_news(one, [first])
            later = asyncio.create_task(_commit(other, second))
            while not (later.done() or await news.pool.fetchval(_WAITS)):
                await asyncio.sleep(0.01)  # Postgres tells nobody that a session waits
            await store.add_telling(updating, update)
            reported = await news.pool.fetchval("SELECT reported FROM tellings")
            told = await store.read_published_news(updating, after=0, until=reported)
        await later
        told += await store.read_published_news(updating, after=reported, until=100)

    assert sorted(each.report for each in told) == ["a", "b"]


async def _commit(connection: "PoolConnectionProxy[Any]", found: Published) -> None:
    async with connection.transaction():
        await store.add_published_news(connection, [found])


async def test_e82_all_corrections_of_a_month_are_one_mail_to_each_reader(news: World) -> None:
    readers = [subscriber(number, reports="at_once") for number in range(3)]
    await subscribed(news, [*readers, subscriber(7, monthly_update="monthly")])
    await news.take_in(released("2026-02"), corrected(2), corrected(3, "all"))
    await tell(news)
    await news.take_in(corrected(4, "US-NY"))
    await tell(news)

    told = await mails(news, "report.v1")
    assert {row["audience"] for row in told} == {each.audience for each in readers}
    assert len(told) == 3
    assert facts(told[0]) == {
        "name": "The programs in figures: February 2026",
        "sentence": "Figures of this month were corrected. The page shows both values, and why.",
        "url": f"{PUBLIC_URL}releases/2026-02#corrections",
    }


async def test_what_is_read_again_is_told_once(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once")])
    for _ in range(2):
        await a_report(news)
        await tell(news)

    assert len(await mails(news, "report.v1")) == 1
    assert await news.count("published_news") == 1


async def test_a_mail_about_a_report_ends_the_subscription_with_one_click(news: World) -> None:
    one = subscriber(1, reports="at_once")
    await subscribed(news, [one])
    await a_report(news)
    await tell(news)

    (mail,) = await send(news, clock=showing(MONDAY))

    assert mail["Subject"] == TITLE
    assert mail["List-Unsubscribe"] == f"<{LINKS.end(one.subscription_id, 'reports')}>"
    text = mail.get_body(("plain",)).get_content()
    assert f"{PUBLIC_URL}sites/{SLUG}/{REPORT}" in text
