"""E40: the office's pages, from the sign-in to the answer to an act."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

import asyncpg
import pytest
from playwright.async_api import Browser, Page, StorageState

from deploy.local.issuer.stand_in import StandInIssuer
from services.desk.acts import OFFICE
from services.desk.office import answers, web
from services.desk.office.reloads import RELOADS
from services.desk.office.settings import OfficeSettings
from services.desk.office.visits import Office
from shared.contracts.event import Event
from tests.examples.assessed import assessed
from tests.examples.assessments import ENGAGEMENT, PROVIDER
from tests.examples.decided import Decisions
from tests.examples.office import LOCAL
from tests.examples.publications import DRAFTER, REPORT
from tests.examples.streams import START, EventStream
from tests.integration.desk import conftest as desk
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Staff
from tests.proofs.pages.browser import SCREENSHOTS, fill_by_keyboard, look
from tests.proofs.pages.conftest import Site

log = desk.log
Pool = asyncpg.Pool


class Desk(NamedTuple):
    """The served pages, a browser, and who is signed in there."""

    browser: Browser
    address: str
    page: Page
    staff: Staff

    async def signed_in(self, subject: str) -> StorageState:
        """Sign in as a person of the stand-in issuer, by its page."""
        await self.page.goto(f"{self.address}/")
        await self.page.click("main a")
        await self.page.click(f"text={subject}")
        return await self.page.context.storage_state()

    async def look(
        self,
        path: str,
        name: str,
        *,
        by: StorageState | None = None,
        reach: Callable[[Page], Awaitable[None]] | None = None,
    ) -> list[str]:
        """Return what is wrong with a page, or with the one that *reach* leads to from there."""
        address = f"{self.address}{path}"
        return await look(self.browser, address, f"office-{name}", signed_in=by, reach=reach)


@pytest.fixture
async def desk_pages(
    browser: Browser, site: Site, log: Log, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.1)  # nobody answers here
    port, issuer_port = site.port(), site.port()
    address, url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{issuer_port}"
    await site.serve_app(StandInIssuer(url, client_id="desk").app(), issuer_port)
    settings = OfficeSettings(
        **{**LOCAL, "public_port": port, "public_url": address, "issuer": url},
        first_administrator="stand-in-administrator",
    )
    await site.serve(web.pages(Office(settings, relay_wake=asyncio.Event())), log.pool)
    staff = Staff(log.pool, issuer=url)
    await staff.enter("stand-in-worker", "staff:w1", "worker", name="A. Worker")
    return Desk(browser, address, await browser.new_page(), staff)


async def waiting(log: Log) -> EventStream:
    """Return a request that waits for the office, beside others of every kind of item."""
    for number in range(2, 9):
        other = EventStream(number, name=f"Agency {number} Police Department")
        other.accepted()
        other.offered()
        other.engaged()
        other.clock_missed(status="assigned", clock="engagement_silence")
        await log.take_in(other.events)
    stream = EventStream(1, name="Bayard Police Department")
    stream.accepted()
    stream.referred("no_ori")
    await log.take_in(stream.events)
    return stream


async def test_before_anybody_is_signed_in(desk_pages: Desk) -> None:
    assert await desk_pages.look("/", "sign-in") == []
    assert await desk_pages.look("/nowhere", "not-found") == []
    assert await desk_pages.look("/signed-out", "signed-out") == []


async def test_a_person_without_a_role(desk_pages: Desk) -> None:
    by = await desk_pages.signed_in("Reader")

    assert await desk_pages.look("/", "no-role", by=by) == []


async def test_the_list_and_a_case(desk_pages: Desk, log: Log) -> None:
    by = await desk_pages.signed_in("Worker")
    assert await desk_pages.look("/", "list-empty", by=by) == []
    number = (await waiting(log)).tracking_number

    assert await desk_pages.look("/", "list", by=by) == []
    assert await desk_pages.look("/figures", "figures", by=by) == []
    assert await desk_pages.look(f"/cases/{number}", "case", by=by) == []
    assert await desk_pages.look(f"/cases/{number}/act/cannot-help", "act", by=by) == []


async def test_reports(desk_pages: Desk, log: Log) -> None:
    await desk_pages.staff.enter("stand-in-approver", "staff:a1", "approver", name="A. Prover")
    await desk_pages.staff.define(
        "participant", PROVIDER, name="Training Associates", kind="provider"
    )
    by = await desk_pages.signed_in("Approver")
    assert await desk_pages.look("/assessments", "assessments-empty", by=by) == []
    await log.take_in([*assessed().events, *_about_reports()])
    page = f"/assessments/{ENGAGEMENT}"

    assert await desk_pages.look("/assessments", "assessments", by=by) == []
    assert await desk_pages.look(page, "reports", by=by) == []
    of = f"?of={REPORT}:2"
    for name, act in (
        ("approve", f"approve{of}"),
        ("withdraw", f"withdraw{of}"),
        ("plan", "plan"),
    ):
        assert await desk_pages.look(f"{page}/{act}", f"report-{name}", by=by) == []
    second = f"{page}/approve-correction?of={REPORT}:correction:1"
    assert await desk_pages.look(second, "report-second", by=by, reach=_submit) == []
    await desk_pages.page.context.clear_cookies()
    by = await desk_pages.signed_in("Worker")
    assert await desk_pages.look(page, "reports-worker", by=by) == []
    for name, act in (("correct", f"correct{of}"), ("verify", "verify?of=2.1.1")):
        assert await desk_pages.look(f"{page}/{act}", f"report-{name}", by=by) == []


def _about_reports() -> list[tuple[str, Event]]:
    """Return a report that is published, with a mistake in it, and its next version."""
    decisions = Decisions(START).published()
    decisions.say("correct", actor="staff:c3")
    decisions.say("proposed")
    decisions.late("progress", date(2027, 10, 30), at=decisions.at)
    decisions.say("draft", version=2, actor=DRAFTER)
    decisions.say("checked", version=2, items=[{"item": "2.1", "answer": "dispute"}])
    return decisions.events


async def test_personal_records(desk_pages: Desk) -> None:
    await desk_pages.staff.enter("stand-in-approver", "staff:a1", "approver", name="A. Prover")
    await desk_pages.staff.define("participant", "iacp", name="Chiefs of Police", kind="provider")
    by = await desk_pages.signed_in("Approver")
    assert await desk_pages.look("/records", "records-empty", by=by) == []
    held = {"participant": "iacp", "contact_id": "desk", "reason": "audit"}
    await desk_pages.staff.define("hold", "audit-2026", **held)

    async def confirm(page: Page) -> None:
        await page.select_option("select[name=participant]", "iacp")
        await page.fill("input[name=contact_id]", "desk")
        for name in ("because", "never_write_again"):
            await page.select_option(f"select[name={name}]", index=1)
        await _submit(page)

    assert await desk_pages.look("/records", "records", by=by) == []
    assert await desk_pages.look("/records/hold?id=audit-2026", "records-hold", by=by) == []
    for name, reach in (("wrong", _submit), ("confirm", confirm)):
        found = await desk_pages.look("/records/forget", f"forget-{name}", by=by, reach=reach)
        assert found == []


async def test_a_case_on_paper(desk_pages: Desk, log: Log) -> None:
    await desk_pages.signed_in("Worker")
    page, number = desk_pages.page, (await waiting(log)).tracking_number

    await page.goto(f"{desk_pages.address}/cases/{number}")
    await page.emulate_media(media="print")

    for hidden in (".skip", "nav", "form", "button", ".acts"):
        assert await page.locator(hidden).count()
        assert not await page.locator(f"{hidden}:visible").count(), hidden
    for shown in ("h1", "#happened", "footer"):
        assert await page.is_visible(shown), shown
    await page.screenshot(path=SCREENSHOTS / "office-case-paper.png", full_page=True)


async def test_an_act_from_its_form_to_its_answer(desk_pages: Desk, log: Log) -> None:
    by = await desk_pages.signed_in("Worker")
    number = (await waiting(log)).tracking_number
    path = f"/cases/{number}/act/cannot-help"

    async def confirm(page: Page) -> None:
        await page.select_option("select[name=reason]", index=1)
        await _submit(page)

    async def send(page: Page) -> None:
        await confirm(page)
        await _submit(page)

    assert await desk_pages.look(path, "act-wrong", by=by, reach=_submit) == []
    assert await desk_pages.look(path, "act-confirm", by=by, reach=confirm) == []
    assert await desk_pages.look(path, "act-waiting", by=by, reach=send) == []
    act = await log.pool.fetchval("SELECT message_id FROM acts")
    # So that it does not look again by itself meanwhile.
    assert await desk_pages.look(f"/acts/{act}?seen={RELOADS}", "act-sent", by=by) == []
    await log.pool.execute("UPDATE acts SET answer = 'applied', answered_at = now()")
    assert await desk_pages.look(f"/acts/{act}", "act-done", by=by) == []
    assert await desk_pages.look(f"/cases/{number}", "case-acted", by=by) == []


async def test_what_is_wrong_has_the_focus(desk_pages: Desk, log: Log) -> None:
    await desk_pages.signed_in("Worker")
    number = (await waiting(log)).tracking_number
    page = desk_pages.page

    await page.goto(f"{desk_pages.address}/cases/{number}/act/cannot-help")
    await _submit(page)

    assert await page.evaluate("document.activeElement.className") == "errors"
    assert (await page.title()).startswith("Please correct: ")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the error leads to its field
    assert await page.evaluate("location.hash") == "#reason"


CALL: Mapping[str, str] = {
    "channel": "By telephone",
    "first_contact_on": "02202026",
    "basis": "We called",
    "agency": "Bayard Police Department",
    "state": "Nebraska",
    "cri_type": "An agency of a city",
    "agency_class": "A municipality",
    "other_topic": "Calls of people in crisis",
    "may_be_named": " ",
    "role": "Chief",
    "name": "A. Chief",
    "phone": "308-555-0100",
}


async def test_a_call_is_entered_with_the_keyboard_alone(desk_pages: Desk, log: Log) -> None:
    await desk_pages.staff.define("topic", "crisis_intervention", name="Crisis intervention")
    await desk_pages.staff.define("topic", "recruitment", name="Recruitment and retention")
    by = await desk_pages.signed_in("Worker")
    enter = partial(fill_by_keyboard, values=CALL)

    assert await desk_pages.look("/call", "call", by=by) == []
    assert await desk_pages.look("/call", "call-wrong", by=by, reach=_submit) == []
    assert await log.pool.fetchval("SELECT count(*) FROM acts") == 0
    assert await desk_pages.look("/call", "call-waiting", by=by, reach=enter) == []

    sent = [json.loads(row["value"]) for row in await log.pool.fetch("SELECT value FROM outbox")]
    request = next(each["data"] for each in sent if each["type"] == "gov.cri.request.submit.v1")
    assert request["agency"] == {
        "name": CALL["agency"], "state": "US-NE", "cri_type": "local", "agency_class": "city",
    }  # fmt: skip
    assert (request["first_contact_on"], request["may_be_named"]) == ("2026-02-20", True)


async def test_a_case_file_and_the_contact_in_it(desk_pages: Desk, log: Log) -> None:
    by = await desk_pages.signed_in("Worker")
    stream = EventStream(1, name="Bayard Police Department")
    stream.accepted(participant=OFFICE, contact_ids=["call-1"])
    await log.take_in(stream.events)
    told = {
        "need": {"issue": "Calls of people in crisis.\nMore each year.", "obstacles": "None."},
        "contacts": [{"contact_id": "call-1", "name": "A. Chief", "phone": "308-555-0100"}],
        "notes": [
            {"at": "2026-03-02T15:00:00Z", "participant": "iacp", "note": "After the audit."}
        ],
        "not_held": [],
    }
    number = stream.tracking_number
    await log.pool.execute(
        "INSERT INTO case_files (message_id, tracking_number, actor, purpose, told, until)"
        " VALUES ('file-1', $1, 'staff:w1', 'call', $2, now() + interval '15 minutes')",
        number, json.dumps({"purpose": "call", **told}),
    )  # fmt: skip
    await log.pool.execute(
        "INSERT INTO acts (message_id, actor, kind, answer)"
        " VALUES ('file-1', 'staff:w1', 'case.ask', 'applied')"
    )
    contact = f"/cases/{number}/act/contact"

    assert await desk_pages.look("/files/file-1", "case-file", by=by) == []
    assert await desk_pages.look(f"{contact}?file=file-1", "contact", by=by) == []
    assert await desk_pages.look(contact, "contact-wrong", by=by, reach=_submit) == []


async def test_the_emails(desk_pages: Desk) -> None:
    by = await desk_pages.signed_in("Worker")

    assert await desk_pages.look("/emails", "emails", by=by) == []
    await desk_pages.page.goto(f"{desk_pages.address}/emails/status.v1")
    await desk_pages.page.screenshot(path=SCREENSHOTS / "office-email-1280.png")


async def test_what_was_sent_without_a_session(desk_pages: Desk) -> None:
    await desk_pages.signed_in("Administrator")
    by = await desk_pages.page.context.storage_state()

    async def enter(page: Page) -> None:
        await page.fill("input[name=name]", "A. Person")
        await page.context.clear_cookies()
        await _submit_last(page)

    assert await desk_pages.look("/people", "send-again", by=by, reach=enter) == []


async def test_the_administrator_s_page(desk_pages: Desk) -> None:
    by = await desk_pages.signed_in("Administrator")

    assert await desk_pages.look("/people", "people", by=by) == []


async def _submit(page: Page) -> None:
    """Send the form of the page by the keyboard alone."""
    await _press(page, "main form button >> nth=0")


async def _submit_last(page: Page) -> None:
    """Send the last form of the page by the keyboard alone."""
    await _press(page, "main form button >> nth=-1")


async def _press(page: Page, button: str) -> None:
    await page.focus(button)
    async with page.expect_event("domcontentloaded"):
        await page.keyboard.press("Enter")
