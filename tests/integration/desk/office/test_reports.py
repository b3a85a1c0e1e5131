"""Reports at the desk: what waits, who may act on it, and the acts on dates, drafts, statuses."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.desk.acts import OUT_TOPIC
from services.desk.office import answers
from shared.contracts.refusals import NAMES_ANOTHER_AGENCY
from tests.examples.assessed import assessed
from tests.examples.assessments import ENGAGEMENT, NUMBER, PROVIDER
from tests.examples.decided import HASH, OFFICE, Decisions
from tests.examples.publications import REPORT
from tests.examples.streams import START
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, answer, hidden

Pool = asyncpg.Pool
PAGE = f"/assessments/{ENGAGEMENT}"
OF = f"?of={REPORT}%3A1"
APPROVE, RETURN = f"{PAGE}/approve{OF}", f"{PAGE}/return{OF}"
SAMPLE = Path(__file__).parents[3] / "contracts/samples/outbound/report.told.v1.json"
SPRING = date(2099, 4, 30)


@pytest.fixture(autouse=True)
async def people(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-worker", "staff:w1", "worker", name="W. Orker")
    await staff.enter("stand-in-approver", "staff:a1", "approver", name="A. Prover")
    await staff.enter("stand-in-reader", "staff:r1", "reader", name="R. Eader")
    await staff.define("participant", PROVIDER, name="Training Associates", kind="provider")


@pytest.fixture
async def approver(browser: Browser, people: None) -> Browser:
    await browser.sign_in("stand-in-approver")
    return browser


@pytest.fixture
async def worker(browser: Browser, people: None) -> Browser:
    await browser.sign_in("stand-in-worker")
    return browser


async def known(log: Log, decisions: Decisions) -> None:
    await log.take_in([*assessed().events, *decisions.events])


def disputed() -> Decisions:
    decisions = Decisions(START).drafted()
    decisions.say("checked", items=[{"item": "2.1", "answer": "dispute"}])
    return decisions


async def send(browser: Browser, path: str, values: dict[str, str]) -> None:
    """Fill in the form at *path*, confirm it, and send it."""
    await browser.get(path)
    await browser.post(path, {**hidden(browser), **values})
    await browser.post(path, {**hidden(browser), "step": "send"})


async def message(pool: "Pool[Any]") -> dict[str, Any]:
    """Return the one message in the outbox."""
    (value,) = await pool.fetch("SELECT value FROM outbox")
    found: dict[str, Any] = json.loads(value[0])
    return found


async def test_the_list_leads_to_the_reports_and_says_what_waits(
    worker: Browser, log: Log
) -> None:
    await known(log, disputed())

    page = await worker.get("/")

    assert "Approve a report" in worker.text
    assert (
        "has checked version 1 of the progress report and disputes 1 place in it." in worker.text
    )
    assert f'href="{PAGE}"' in page.text
    assert f'href="{PAGE}"' in (await worker.get(f"/cases/{NUMBER}")).text
    assert f'href="{PAGE}"' in (await worker.get("/assessments")).text
    assert "North Miami Police Department , Florida" in worker.text


async def test_the_list_keeps_an_assessment_whose_request_goes_on_in_another_program(
    worker: Browser, log: Log
) -> None:
    stream = assessed()
    stream.closed()
    stream.program = "cri-tac"
    stream.offered()
    stream.engaged(engagement_id=ENGAGEMENT.replace("E1", "E2"))
    await log.take_in([*stream.events, *disputed().events])

    page = await worker.get("/assessments")

    assert page.text.count("<tr>") == 2  # the heads of the columns, and the assessment
    assert f'href="{PAGE}"' in page.text
    assert "Training Associates" in page.text  # who assesses, not who helps in the other program
    assert "Training Associates" in (await worker.get(PAGE)).text


async def test_a_page_of_reports_says_who_drafted_and_what_is_disputed(
    approver: Browser, log: Log
) -> None:
    await known(log, disputed())

    page = await approver.get(PAGE)

    assert "Drafted by Training Associates (staff:d1)" in approver.text
    assert "The agency disputes 2.1" in approver.text
    assert HASH in approver.text
    for path in (APPROVE, RETURN, f"{PAGE}/plan"):
        assert (f'href="{path}"' in page.text) == (path != RETURN), path
    assert "Return the draft: " in approver.text  # a worker does this
    assert "April 30, 2027" in approver.text


async def test_what_was_approved_names_the_version_and_its_hash(
    approver: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    await known(log, disputed())

    await approver.get(APPROVE)
    assert "The agency disputes 2.1" in approver.text
    await approver.post(APPROVE, {**hidden(approver), "names": ""})
    assert "Approve and publish?" in approver.text
    assert "the public, on the page of the agency's assessment" in approver.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    await approver.post(APPROVE, {**hidden(approver), "step": "send"})

    sent = await message(pool)
    assert sent["type"] == "gov.cri.publication.approve.v1"
    assert sent["actor"] == "staff:a1"
    assert sent["data"] == {
        "engagement_id": ENGAGEMENT, "report_id": REPORT, "version": 1, "hash": HASH, "names": [],
    }  # fmt: skip
    assert "Approve a report" in (await approver.get(f"/cases/{NUMBER}")).text


@pytest.mark.parametrize("how", ["drafted", "verified"])
async def test_e74_who_has_worked_on_a_report_is_told_before_it_begins_that_another_must_approve(
    approver: Browser, log: Log, pool: "Pool[Any]", how: str
) -> None:
    decisions = Decisions(START)
    if how == "verified":
        decisions.say("proposed", on="2026-12-01")
        decisions.say("verified", on="2026-12-01", actor="staff:a1")
        decisions.drafted()
    else:
        decisions.say("plan")
        decisions.say("draft", participant=OFFICE, actor="staff:a1")
    await known(log, decisions)

    page = await approver.get(PAGE)
    assert f'href="{APPROVE}"' not in page.text
    assert f"Another person must approve it: you {how} " in approver.text
    await approver.get(APPROVE)
    assert "Another person must approve it" in approver.text
    assert "Continue to review" not in approver.text
    fields = {"of": f"{REPORT}:1", "token": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    refused = await approver.post(APPROVE, {**fields, "step": "send"})

    assert refused.status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_the_same_pseudonym_at_a_provider_is_another_person(
    approver: Browser, log: Log
) -> None:
    decisions = Decisions(START)
    decisions.say("plan")
    decisions.say("draft", participant=PROVIDER, actor="staff:a1")
    await known(log, decisions)

    assert f'href="{APPROVE}"' in (await approver.get(PAGE)).text


async def test_a_worker_cannot_approve_and_an_approver_cannot_return(
    worker: Browser, log: Log, pool: "Pool[Any]", new_browser: Callable[..., Browser]
) -> None:
    await known(log, disputed())
    approver, reader = new_browser(), new_browser()
    await approver.sign_in("stand-in-approver")
    await reader.sign_in("stand-in-reader")
    token = {"token": "0f8fad5b-d9cb-469f-a165-70867728950e", "step": "send"}

    for person, path, values, role in (
        (worker, APPROVE, {}, "approves"),
        (approver, RETURN, {"why": "Old."}, "works on requests"),
    ):
        await person.get(path)
        why_not = f"This needs a person who {role}: your role does not include it."
        assert why_not in person.text
        refused = await person.post(path, {"of": f"{REPORT}:1", **values, **token})
        assert refused.status_code == 403
    page = await reader.get(PAGE)
    assert f"{PAGE}/" not in page.text
    assert (await reader.get(APPROVE)).status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_e76_a_version_that_is_not_the_last_is_not_approved(
    approver: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = disputed()
    await known(log, decisions)
    await approver.get(APPROVE)
    fields = hidden(approver)
    before = len(decisions.events)
    decisions.say("return")
    decisions.say("draft", version=2, actor="staff:d1")
    await log.take_in(decisions.events[before:])

    late = await approver.post(APPROVE, {**fields, "names": ""})

    assert late.status_code == 409
    assert "no longer possible" in approver.text
    assert (await approver.get(APPROVE)).status_code == 409
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_e78_a_name_of_another_agency_is_shown_with_its_place_and_meant_by_name(
    approver: Browser, log: Log, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 60.0)
    await known(log, disputed())
    reason = NAMES_ANOTHER_AGENCY.reason("/report_id", {"place": "2.1", "name": "DHPD"})
    await approver.get(APPROVE)
    await approver.post(APPROVE, {**hidden(approver), "names": ""})

    await asyncio.gather(
        approver.post(APPROVE, {**hidden(approver), "step": "send"}),
        answer(pool, "publication.approve", "refused", reasons=[reason.model_dump()]),
    )

    assert approver.shown is not None
    assert 'id="names-error"' in approver.shown.text
    assert "A name of another agency stands in 2.1: DHPD." in approver.text
    await pool.execute("DELETE FROM outbox")
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await approver.post(APPROVE, {**hidden(approver), "names": "DHPD, Doral PD"})
    await approver.post(APPROVE, {**hidden(approver), "step": "send"})
    assert (await message(pool))["data"]["names"] == ["DHPD", "Doral PD"]


async def test_a_draft_is_returned_with_words_for_whoever_drafted_it(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    await known(log, disputed())

    await send(worker, RETURN, {"why": "2.1 names a person."})

    assert (await message(pool))["data"] == {
        "engagement_id": ENGAGEMENT, "report_id": REPORT, "version": 1,
        "why": "2.1 names a person.",
    }  # fmt: skip
    assert "2.1 names a person." not in str(await pool.fetch("SELECT * FROM acts"))


async def test_reports_are_planned_with_the_other_names_of_the_agency(
    approver: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    await known(log, Decisions(START))

    values = {"kind": "progress", "every": "quarter", "first_due_on": "2027-04-30"}
    await send(approver, f"{PAGE}/plan", {**values, "aliases": "NMPD, North Miami PD"})

    sent = await message(pool)
    assert sent["type"] == "gov.cri.publication.plan.v1"
    aliases = ["NMPD", "North Miami PD"]
    assert sent["data"] == {"engagement_id": ENGAGEMENT, **values, "aliases": aliases}


async def test_e77_a_date_is_moved_with_a_reason_and_both_stay(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    decisions = Decisions(START)
    decisions.say("plan", first_due_on="2099-04-30")
    decisions.late("progress", SPRING, at=decisions.at)
    await known(log, decisions)
    move = f"{PAGE}/move?of=progress%3A2099-04-30"
    assert f'href="{move}"' in (await worker.get(PAGE)).text
    assert "The progress report was due on April 30, 2099." in worker.text

    await send(worker, move, {"new_due_on": "2099-05-31", "reason": "legal_review"})

    assert (await message(pool))["data"] == {
        "engagement_id": ENGAGEMENT, "kind": "progress", "due_on": "2099-04-30",
        "new_due_on": "2099-05-31", "reason": "legal_review",
    }  # fmt: skip
    before = len(decisions.events)
    decisions.say("reschedule", due_on="2099-04-30", new_due_on="2099-05-31")
    await log.take_in(decisions.events[before:])
    await worker.get(PAGE)
    assert "May 31, 2099 first due on April 30, 2099" in worker.text
    assert "from April 30, 2099 to May 31, 2099. Lawyers review it." in worker.text
    assert (await worker.get(move)).status_code == 409


async def test_what_is_no_assessment_has_no_page(worker: Browser, log: Log) -> None:
    await known(log, Decisions(START))

    for path in (f"/assessments/{NUMBER}-E9", "/assessments/x", f"{PAGE}/burn"):
        assert (await worker.get(path)).status_code == 404, path
    for of in ("", "x", f"{REPORT}:9", "progress:2027-04-30", "progress:x", ":"):
        for act in ("approve", "move"):
            page = await worker.get(f"{PAGE}/{act}?of={of}")
            assert page.status_code == 409, (act, of)


async def opened(browser: Browser, log: Log, decisions: Decisions, **more: Any) -> str:
    """Open the text of a report, and have it told; return the address of its page."""
    await known(log, decisions)
    await browser.get(PAGE)
    await browser.post(f"{PAGE}/read", {"of": f"{REPORT}:{more.get('version', 1)}"})
    message_id = await log.pool.fetchval("SELECT message_id FROM case_files")
    told = json.loads(SAMPLE.read_text())
    told["data"] |= {"engagement_id": ENGAGEMENT, "report_id": REPORT, **more}
    told["inreplytoid"] = message_id
    await log.take_in([(OUT_TOPIC, json.dumps(told).encode())])
    return f"/reports/{message_id}"


async def test_an_approver_reads_a_draft_before_it_approves_it(
    approver: Browser, log: Log, pool: "Pool[Any]", new_browser: Callable[..., Browser]
) -> None:
    page = await opened(approver, log, disputed())

    assert (await message(pool))["data"] == {
        "engagement_id": ENGAGEMENT, "report_id": REPORT, "version": 1,
    }  # fmt: skip
    shown = await approver.get(page)
    assert "Reports of force are reviewed late." in approver.text
    assert "This is a draft: do not copy it elsewhere." in approver.text
    assert "Correct this" not in approver.text
    assert int(shown.headers["refresh"].partition(";")[0]) <= 15 * 60
    other = new_browser()
    await other.sign_in("stand-in-worker")
    assert (await other.get(page)).status_code == 404
    assert (await approver.get(page.replace("/reports/", "/files/"))).status_code == 404
    await pool.execute("UPDATE case_files SET until = now() - interval '1 second'")
    assert (await approver.get(page)).status_code == 404


async def test_a_mistake_is_corrected_from_the_text_and_the_second_person_sees_it(
    worker: Browser, log: Log
) -> None:
    waiting = {"correction": 1, "item": "title", "before": "Old.", "after": "New.", "why": "Typo."}
    page = await opened(
        worker, log, Decisions(START).published(), stage="published", corrections=[waiting]
    )

    shown = await worker.get(page)
    assert "It says Old. It should say New. Why Typo." in worker.text
    correct = re.findall(r'href="([^"]+/correct[^"]+place=2\.1)"', shown.text)
    await worker.get(unescape(correct[0]))

    assert worker.shown is not None
    assert 'value="2.1"' in worker.shown.text
    assert "Reports of force are reviewed late.</textarea>" in worker.shown.text
    elsewhere = await worker.get(unescape(correct[0]).replace("file=", "file=x"))
    assert "Reports of force are reviewed late." not in elsewhere.text


async def test_a_version_that_is_gone_is_not_opened(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    await known(log, disputed())
    await worker.get(PAGE)

    assert (await worker.post(f"{PAGE}/read", {"of": f"{REPORT}:2"})).status_code == 409
    assert (await worker.get("/reports/x")).status_code == 404
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
