"""Statuses that the office verifies, and reports that it corrects and withdraws, by page."""

import json
from typing import Any

import asyncpg
import pytest

from services.desk.office import answers
from tests.examples.assessed import assessed
from tests.examples.assessments import ENGAGEMENT, PROVIDER
from tests.examples.decided import OFFICE, Decisions
from tests.examples.publications import REPORT
from tests.examples.streams import START
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, hidden
from tests.integration.desk.office.test_reports import PAGE, message, send

Pool = asyncpg.Pool
VERIFY, BACK = f"{PAGE}/verify?of=2.1.1", f"{PAGE}/back?of=2.1.1"
CORRECT = f"{PAGE}/correct?of={REPORT}%3A1"
SECOND = f"{PAGE}/approve-correction?of={REPORT}%3Acorrection%3A1"
MISTAKE = {
    "item": "2.1",
    "before": "Reports are late.",
    "after": "Some are late.",
    "why": "One district.",
}


@pytest.fixture(autouse=True)
async def people(staff: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-worker", "staff:w1", "worker", "approver", name="W. Orker")
    await staff.define("participant", PROVIDER, name="Training Associates", kind="provider")
    await browser.sign_in("stand-in-worker")


async def known(log: Log, decisions: Decisions) -> None:
    await log.take_in([*assessed().events, *decisions.events])


async def test_a_status_is_verified_as_the_provider_has_decided_it(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START)
    decisions.say("proposed", reason_code="under_study")
    await known(log, decisions)
    page = await browser.get(PAGE)
    assert "in progress from January 19, 2027, says Training Associates (staff:a1)" in browser.text
    assert f'href="{VERIFY}"' in page.text
    form = await browser.get(VERIFY)
    assert 'value="2027-01-19"' in form.text

    await send(browser, VERIFY, {"decision": "accept", "on": "2027-01-19"})

    assert (await message(pool))["data"] == {
        "engagement_id": ENGAGEMENT, "recommendation": "2.1.1", "status": "in_progress",
        "decision": "accept", "on": "2027-01-19",
    }  # fmt: skip


async def test_a_status_is_returned_with_a_reason(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START)
    decisions.say("proposed")
    await known(log, decisions)
    await browser.get(VERIFY)
    wrong = await browser.post(VERIFY, {"of": "2.1.1", "decision": "return", "on": "2027-01-19"})
    assert wrong.status_code == 422
    assert 'id="reason_code-error"' in wrong.text

    values = {"decision": "return", "on": "2027-01-19", "reason_code": "evidence_missing"}
    await send(browser, VERIFY, values)

    assert (await message(pool))["data"]["reason_code"] == "evidence_missing"


async def test_e74_who_drafted_a_report_verifies_no_status(browser: Browser, log: Log) -> None:
    decisions = Decisions(START)
    decisions.say("plan")
    decisions.say("draft", participant=OFFICE, actor="staff:w1")
    decisions.say("proposed")
    await known(log, decisions)

    page = await browser.get(PAGE)

    assert f'href="{VERIFY}"' not in page.text
    assert "Another person must do this: you drafted a report on this assessment." in browser.text
    await browser.get(VERIFY)
    assert "Continue to review" not in browser.text


async def test_a_status_that_is_an_end_goes_back(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START)
    decisions.say("proposed", status="complete")
    decisions.say("verified", status="complete", actor="staff:v1")
    await known(log, decisions)
    await browser.get(PAGE)
    assert "complete from January 19, 2027, verified by staff:v1" in browser.text

    values = {"status": "in_progress", "on": "2027-02-01", "reason_code": "no_longer_holds"}
    await send(browser, BACK, values)

    assert (await message(pool))["data"] == {
        "engagement_id": ENGAGEMENT, "recommendation": "2.1.1", "decision": "return", **values,
    }  # fmt: skip


async def test_a_report_is_corrected_in_one_place_by_two_persons(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START).published()
    await known(log, decisions)
    form = await browser.get(CORRECT)
    assert form.text.count('name="item"') == 1  # no other field has its name
    review = await browser.post(CORRECT, {**hidden(browser), **MISTAKE})
    assert review.text.count('name="item"') == 1

    await send(browser, CORRECT, MISTAKE)

    sent = await message(pool)
    assert sent["type"] == "gov.cri.report.correct.v1"
    assert sent["data"] == {
        "engagement_id": ENGAGEMENT, "report_id": REPORT, "correction": 1, **MISTAKE,
    }  # fmt: skip
    assert "One district" not in json.dumps(
        [str(row) for row in await pool.fetch("SELECT * FROM acts")]
    )
    before = len(decisions.events)
    decisions.say("correct", actor="staff:w1")
    await log.take_in(decisions.events[before:])
    page = await browser.get(PAGE)
    assert f'href="{SECOND}"' not in page.text
    assert "Another person must approve it: you made this correction." in browser.text
    assert "A mistake was found in the progress report, in 2.1." in browser.text


async def test_a_second_person_approves_a_correction(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START).published()
    decisions.say("correct", actor="staff:c3")
    await known(log, decisions)
    await browser.get(SECOND)
    assert "Found by staff:c3" in browser.text

    await send(browser, SECOND, {"names": "DHPD"})

    sent = await message(pool)
    assert sent["type"] == "gov.cri.correction.approve.v1"
    assert sent["data"] == {
        "engagement_id": ENGAGEMENT, "report_id": REPORT, "correction": 1, "names": ["DHPD"],
    }  # fmt: skip


async def test_a_report_is_withdrawn_with_words_that_are_published(
    browser: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START).published()
    await known(log, decisions)

    await send(browser, f"{PAGE}/withdraw?of={REPORT}%3A1", {"why": "A mistake."})

    assert (await message(pool))["data"]["why"] == "A mistake."
    before = len(decisions.events)
    decisions.say("withdraw")
    await log.take_in(decisions.events[before:])
    page = await browser.get(PAGE)
    assert "withdrawn" in browser.text
    assert "/withdraw?" not in page.text


async def test_a_draft_is_neither_corrected_nor_withdrawn(browser: Browser, log: Log) -> None:
    await known(log, Decisions(START).drafted())

    for path in (CORRECT, SECOND, f"{PAGE}/withdraw?of={REPORT}%3A1", VERIFY, BACK):
        assert (await browser.get(path)).status_code == 409, path
