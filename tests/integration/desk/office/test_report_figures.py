"""How many reports stand where, how long they wait, and which dates have passed."""

from datetime import date, timedelta

from services.desk.office import queues
from tests.examples.assessed import assessed
from tests.examples.decided import Decisions
from tests.examples.publications import DUE
from tests.examples.streams import START
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff


async def test_a_report_waits_for_the_agency_and_then_for_the_office(log: Log) -> None:
    await log.take_in(Decisions().drafted().events)

    async with log.pool.acquire() as connection:
        before = await queues.count_reports(connection, at=DUE - timedelta(seconds=1))
        after = await queues.count_reports(connection, at=DUE + timedelta(days=3))

    assert [tuple(row) for row in before] == [("fact_check", "older", 1)]
    assert [tuple(row) for row in after] == [("unanswered", "week", 1)]


async def test_the_page_counts_reports_by_state_age_and_late_dates(
    log: Log, staff: Staff, browser: Browser
) -> None:
    await staff.enter("stand-in-reader", "staff:r1", "reader")
    await browser.sign_in("stand-in-reader", "/figures")
    assert "No report waits for approval." in browser.text
    decisions = Decisions(START).published()
    decisions.say("draft", report_id="progress-2", actor="staff:d1")
    decisions.say("checked", report_id="progress-2")
    decisions.say("draft", report_id="progress-3", actor="staff:d1")
    decisions.say("withdraw")
    decisions.late("progress", date(2027, 10, 30), at=decisions.at)
    await log.take_in([*assessed().events, *decisions.events])

    page = await browser.get("/figures")

    for name in ("Checked, nothing disputed", "Withdrawn", "Progress report"):
        assert f'aria-label="{name}: 1"' in page.text, name
