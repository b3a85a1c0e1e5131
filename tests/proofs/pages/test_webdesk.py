"""E40: everybody can ask for help: every page of the public desk, by the keyboard alone."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, Page

from services.webdesk.settings import Settings
from services.webdesk.site import report_visits, review_pages, web
from services.webdesk.site.visits import Site as Pages
from shared.contracts.links import Gets, Links
from tests.examples.office import LOCAL
from tests.examples.webdesk import LINK_KEY, NEED, SETTINGS
from tests.integration.webdesk import conftest as webdesk
from tests.integration.webdesk.conftest import CODE_KEY, LISTS, Time, answer
from tests.integration.webdesk.outbox import mailed
from tests.integration.webdesk.reports import conftest as of_reports
from tests.integration.webdesk.status.conftest import NUMBER, reference_of, take_in, told
from tests.proofs.pages.browser import fill_by_keyboard, look
from tests.proofs.pages.conftest import Site

pool = webdesk.pool
time = webdesk.time
Pool = asyncpg.Pool
FILLED_IN: Sequence[Mapping[str, str]] = (
    {"name": "alturas", "in": "California"},
    {"ori": " "},
    {"topics": " "},
    {"issue": NEED},
    {"level": "Standard", "from": "04012026", "until": "09302026"},
    {"role": "Chief", "name": "A. Chief", "email": "chief@alturas.example"},
)
"""What is typed on each page, the search for the agency first."""
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
_LOCAL = {name: LOCAL[name] for name in ("kafka_servers", "postgres_host")}


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


class Person:
    """Somebody who asks for help with the keyboard, in a browser without script."""

    def __init__(self, browser: Browser, address: str, page: Page, time: Time) -> None:
        self.page = page
        self._browser, self._address, self._time = browser, address, time

    async def look(self, path: str, name: str, *, press: str | None = None) -> list[str]:
        """Return what is wrong with a page, or with the one that a button leads to from there."""
        cookies = await self.page.context.storage_state()
        address = f"{self._address}{path}"
        reach = None if press is None else partial(self._press, button=press)
        return await look(self._browser, address, f"help-{name}", signed_in=cookies, reach=reach)

    async def type(self, **values: str) -> None:
        """Type *values* into the fields of these names."""
        for name, value in values.items():
            await self.page.fill(f"[name={name}]", value)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self._address}{path}")

    async def press(self, button: str) -> None:
        """Press a button by the keyboard, some seconds after the page was shown."""
        await self._press(self.page, button=button)

    async def _press(self, page: Page, *, button: str) -> None:
        self._time.pass_seconds(10)
        await page.focus(f"button:has-text('{button}')")
        async with page.expect_event("domcontentloaded"):
            await page.keyboard.press("Enter")

    async def fill_in(self) -> None:
        """Fill in all pages with the keyboard alone."""
        await self.open("/")
        await self.press("Start a request")
        for values in FILLED_IN:
            self._time.pass_seconds(10)
            await fill_by_keyboard(self.page, values)


@pytest.fixture
async def person(browser: Browser, site: Site, pool: "Pool[Any]", time: Time) -> Person:
    port = site.port()
    address = f"http://127.0.0.1:{port}"
    served_at = {**_LOCAL, "public_port": port, "public_url": address}
    settings = Settings(**{**SETTINGS, **served_at, "code_key": CODE_KEY})
    pages = Pages(settings, LISTS, relay_wake=asyncio.Event(), now=time)
    await site.serve(web.pages(pages), pool)
    context = await browser.new_context(java_script_enabled=False)
    return Person(browser, address, await context.new_page(), time)


async def test_e40_before_anything_is_written(person: Person) -> None:
    assert await person.look("/", "first") == []
    assert await person.look("/request", "none") == []
    assert await person.look("/nowhere", "not-found") == []
    assert await person.look("/continue/unknown", "not-valid") == []


async def test_e40_every_page_is_filled_in_by_the_keyboard_and_sent(
    person: Person, pool: "Pool[Any]"
) -> None:
    await person.fill_in()
    assert person.page.url.endswith("/request/review")
    for name in ("agency", "help", "need", "when", "people"):
        assert await person.look(f"/request/page/{name}", name) == []
    assert await person.look("/request/page/agency?in=US-CA", "agency-found") == []
    assert await person.look("/request/page/agency?unlisted=yes", "agency-unlisted") == []
    assert await person.look("/request/review", "review") == []
    assert await person.look("/request/later", "later") == []

    await person.open("/request/review")
    await person.press("Send the request")

    assert await person.look("/request?seen=5", "sent") == []
    await answer(pool, "accepted", tracking_number="CRI-2026-000042-J")
    assert await person.look("/request", "accepted") == []


async def test_e40_what_is_wrong_on_a_page_is_shown_to_everybody(person: Person) -> None:
    await person.open("/")
    await person.press("Start a request")

    save = "Save and continue"
    assert await person.look("/request/page/agency", "agency-wrong", press=save) == []
    assert await person.look("/request/page/people", "people-wrong", press=save) == []
    assert await person.look("/request/review", "review-wrong", press="Send the request") == []
    assert await person.look("/request/later", "later-link", press="Make a link") == []


async def test_e40_news_by_email(person: Person) -> None:
    links = Links("", bytes.fromhex(LINK_KEY))
    confirm = links.confirm(SUBSCRIPTION, ["monthly_update", "solicitations"])

    assert await person.look("/subscriptions", "news") == []
    assert await person.look("/subscriptions", "news-wrong", press="Send me an email") == []
    assert await person.look(confirm, "news-confirm") == []
    assert await person.look(links.end(SUBSCRIPTION, "monthly_update"), "news-end") == []
    gets = Gets(("solicitations",), "monthly", "cri-tac", date(2026, 3, 2))
    assert await person.look(links.preferences(SUBSCRIPTION, gets), "news-preferences") == []
    for page in ("asked", "confirmed", "chosen", "ended", "end/unknown"):
        name = page.replace("/", "-")
        assert await person.look(f"/subscriptions/{page}", f"news-{name}") == []


async def test_e40_what_is_refused_is_shown_to_everybody(
    person: Person, pool: "Pool[Any]"
) -> None:
    await person.fill_in()
    await person.press("Send the request")
    reasons = [{"path": "/data/topics/0", "message": "There is no such topic.", "fix": "See it."}]
    await answer(pool, "refused", reasons=reasons)

    assert await person.look("/request/review", "refused") == []
    assert await person.look("/request/page/help", "help-refused") == []


async def _asked_report(person: Person, pool: "Pool[Any]", page: str) -> str:
    """Have the contact enter a code; return the id of the question that the desk then asks."""
    await person.open(page)
    await person.press("Send a code")
    await person.type(code=await mailed(pool))
    await person.press("Enter the code")
    return (await of_reports.questions(pool, "report.read"))[-1].id


async def test_e40_reports_are_read_checked_and_replied_to(
    person: Person, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_visits, "ANSWER_SECONDS", 0.0)
    await person.fill_in()
    await person.press("Send the request")
    reference = await reference_of(pool)
    accepted = {"reference": reference, "tracking_number": NUMBER}
    await take_in(pool, told("accepted", 1, accepted), of_reports.asked())
    token = Links("", bytes.fromhex(LINK_KEY)).status_token(
        f"contact:web-desk:{reference}", "chief@alturas.example"
    )
    await person.open(f"/s/{token}")
    check = of_reports.PAGE

    assert await person.look("/status", "status-reports") == []
    assert await person.look(check, "report-code") == []
    assert await person.look(check, "report-code-wrong", press="Enter the code") == []
    question = await _asked_report(person, pool, check)
    await take_in(pool, of_reports.refused(question, 4, "Its text is lost."))
    assert await person.look(check, "report-again") == []
    question = await _asked_report(person, pool, check)
    await take_in(pool, of_reports.text_of(question, 5))
    assert await person.look(check, "report-check") == []
    await person.open(check)
    await person.page.fill("[name='words-2.1']", "They are in time.")
    await person.press("Continue to review")
    assert "Please correct" in await person.page.title()
    await person.page.check("[name='answer-2.1'][value=dispute]")
    await person.press("Continue to review")
    assert "Is this your answer?" in await person.page.content()
    await person.press("Send the answer")
    assert await person.look(check, "report-checked") == []
    await take_in(pool, told("reply_asked", 6, of_reports.asked().data))
    assert await person.look(check, "report-ended") == []
