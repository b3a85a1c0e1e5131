"""What is told of a report that is withdrawn or gets another title, also by mails that wait."""

from datetime import date, timedelta

import pytest

from services.notifications.handlers import NotificationsReader
from tests.integration.notifications.conftest import World
from tests.integration.notifications.news import MONDAY, mails, send, subscribed, subscriber, tell
from tests.integration.notifications.test_mails import showing
from tests.integration.notifications.test_mails import told as mails_told
from tests.integration.notifications.test_report_news import (
    APRIL,
    BODY,
    CORRECTED,
    OF_REPORT,
    REPORT,
    SLUG,
    TITLE,
    a_correction,
    a_report,
    facts,
    of_site,
)

RETITLED = {**CORRECTED, "item": "title", "before": BODY["title"], "after": "What we found"}
WITHDRAWN = {**OF_REPORT, "withdrawn_on": date(2026, 3, 4)}
OF_WITHDRAWAL = "Alturas Police Department: a report is withdrawn"
OF_RETITLED = "Alturas Police Department: What we found"


@pytest.fixture
def news(world: World) -> World:
    """The same with mail and news, on Monday morning."""
    world.reader = NotificationsReader(showing(MONDAY), with_mail=True, with_news=True)
    return world


async def another_title(news: World) -> None:
    await news.take_in(of_site("ReportCorrected", 3, RETITLED))


async def a_withdrawal(news: World, number: int) -> None:
    await news.take_in(of_site("ReportWithdrawn", number, WITHDRAWN))


async def test_that_a_report_is_withdrawn_is_told_without_its_title(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once"), subscriber(2, reports="monthly")])
    await a_report(news)
    await a_correction(news)
    await tell(news)

    await a_withdrawal(news, 4)
    await tell(news, MONDAY + timedelta(days=1))
    await tell(news, APRIL)

    *before, last = sorted(await mails(news, "report.v1"), key=lambda row: row["prepared_at"])
    assert {facts(row)["name"] for row in before} == {TITLE}
    assert facts(last)["name"] == OF_WITHDRAWAL
    (update,) = await mails(news, "update.v1")
    (line,) = facts(update)["lines"]
    assert (line["name"], line["sentence"]) == (
        OF_WITHDRAWAL,
        "This report was withdrawn. The page says why.",
    )


async def test_a_report_is_told_of_under_the_title_that_it_has_now(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once"), subscriber(2, reports="monthly")])
    await a_report(news)
    await another_title(news)
    await tell(news)
    await tell(news, APRIL)

    (update,) = await mails(news, "update.v1")
    told = [facts(row) for row in await mails(news, "report.v1")] + facts(update)["lines"]
    assert [each["name"] for each in told] == [OF_RETITLED] * 4


async def test_that_a_withdrawn_report_was_published_is_decided_and_not_told(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once")])
    await a_report(news)
    await a_withdrawal(news, 3)

    await tell(news)

    (told,) = await mails(news, "report.v1")
    assert facts(told)["name"] == OF_WITHDRAWAL
    decided = [notice for each in await news.notices() for notice in each["data"]["notices"]]
    assert [each.get("because") for each in decided] == ["the report is withdrawn", None]


async def test_a_mail_that_waits_is_not_sent_once_its_report_is_withdrawn(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once")])
    await a_report(news)
    await a_correction(news)
    await tell(news)
    await a_withdrawal(news, 4)
    await tell(news)

    (mail,) = await send(news, clock=showing(MONDAY))

    assert mail["Subject"] == OF_WITHDRAWAL
    because = [event["data"].get("because") for event in await mails_told(news)]
    assert sorted(each or "" for each in because) == ["", "overtaken", "overtaken"]


async def test_an_update_that_waits_is_sent_without_a_report_that_was_withdrawn(
    news: World,
) -> None:
    await subscribed(
        news, [subscriber(1, reports="monthly"), subscriber(2, monthly_update="monthly")]
    )
    await news.take_in(news.log.program())
    await a_report(news)
    await tell(news, APRIL)
    await a_withdrawal(news, 3)

    (mail,) = await send(news, clock=showing(APRIL))

    text = mail.get_body(("plain",)).get_content()
    assert "Technical Assistance" in text
    assert BODY["title"] not in text
    assert f"{SLUG}/{REPORT}" not in text
    (cancelled,) = [e["data"] for e in await mails_told(news) if "because" in e["data"]]
    assert cancelled["because"] == "overtaken"


async def test_a_mail_that_waits_is_sent_with_the_title_that_its_report_has_now(
    news: World,
) -> None:
    await subscribed(news, [subscriber(1, reports="at_once"), subscriber(2, reports="monthly")])
    await a_report(news)
    await tell(news)
    await tell(news, APRIL)
    await another_title(news)

    sent = await send(news, clock=showing(APRIL))

    assert len(sent) == 2
    for mail in sent:
        text = mail.get_body(("plain",)).get_content()
        assert f"{OF_RETITLED}\n" in text.replace("\r\n", "\n")
        assert "This report is published." in text


async def test_mails_about_other_reports_are_sent_as_they_are(news: World) -> None:
    await subscribed(news, [subscriber(1, reports="at_once")])
    await a_report(news)
    await tell(news)
    other = {**WITHDRAWN, "report_id": "another-report"}
    await news.take_in(of_site("ReportWithdrawn", 3, other))

    (mail,) = await send(news, clock=showing(MONDAY))

    assert mail["Subject"] == TITLE
