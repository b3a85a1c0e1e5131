"""The office's pages, from the sign-in to the answer to an act."""

import asyncio
import re
from typing import NamedTuple

import asyncpg
import pytest
from playwright.async_api import Browser, Page, StorageState

from deploy.local.issuer.stand_in import StandInIssuer
from services.desk.office import web
from services.desk.office.settings import OfficeSettings
from services.desk.office.visits import Office
from tests.examples.office import LOCAL
from tests.examples.streams import EventStream
from tests.integration.desk import conftest as desk
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Staff
from tests.proofs.pages.browser import SCREENSHOTS, look
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

    async def look(self, path: str, name: str, *, by: StorageState | None = None) -> list[str]:
        """Return what is wrong with a page."""
        return await look(self.browser, f"{self.address}{path}", f"office-{name}", signed_in=by)


@pytest.fixture
async def desk_pages(browser: Browser, site: Site, log: Log) -> Desk:
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


async def test_an_act_from_its_form_to_its_answer(desk_pages: Desk, log: Log) -> None:
    by = await desk_pages.signed_in("Worker")
    number = (await waiting(log)).tracking_number
    page = desk_pages.page

    await page.goto(f"{desk_pages.address}/cases/{number}/act/cannot-help")
    await _submit(page)
    assert page.url.endswith("/act/cannot-help")  # what is missing is said at once
    await page.select_option("select[name=reason]", index=1)
    await _submit(page)
    await page.screenshot(path=SCREENSHOTS / "office-confirm-1280.png", full_page=True)
    await _submit(page)

    assert re.fullmatch(r".*/acts/[^/]+", page.url.partition("?")[0])
    assert await desk_pages.look(page.url.removeprefix(desk_pages.address), "sent", by=by) == []


async def test_the_administrator_s_page(desk_pages: Desk) -> None:
    by = await desk_pages.signed_in("Administrator")

    assert await desk_pages.look("/people", "people", by=by) == []


async def _submit(page: Page) -> None:
    """Send the form of the page by the keyboard alone."""
    await page.focus("main form button >> nth=0")
    async with page.expect_event("domcontentloaded"):
        await page.keyboard.press("Enter")
