"""A person of the demonstration finds a way through the public pages as they are."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.people import visitor as visitors
from deploy.demo.people.askers import Asker, Mistake
from deploy.demo.people.visitor import Visitor
from services.webdesk.site import review_pages
from tests.examples.webdesk import ALTURAS, ANSWERS, URL
from tests.integration.webdesk.conftest import Time, answer

Pool = asyncpg.Pool
NUMBER, EMAIL = "CRI-2026-000042-J", "chief@alturas.example"
PAGES = {name: values for name, values in ANSWERS.items() if name != "agency"}
LISTED = Asker("Alturas Police Department", "US-CA", ALTURAS, EMAIL, PAGES)
UNLISTED = Asker("New Police Department", "US-VT", None, EMAIL, PAGES)
BACKWARD = {"level": "urgent", "from": "2026-09-30", "until": "2026-04-01"}
MISTAKEN = Asker(
    "Alturas Police Department",
    "US-CA",
    ALTURAS,
    EMAIL,
    PAGES,
    mistakes={"when": Mistake(BACKWARD, {"urgent_because", "until"})},
    hurry=("topics", "issue", "level", "role", "name", "email"),
)


@pytest.fixture
def time() -> Time:
    """Return a time of which five seconds pass whenever somebody looks."""

    class Passing(Time):
        def __call__(self) -> datetime:
            self.now += timedelta(seconds=5)
            return self.now

    return Passing()


async def asked(asker: Asker, app: Any, pool: "Pool[Any]") -> Visitor:
    """Return a person who has asked and was answered."""
    browser = Browser(URL, transport=httpx.ASGITransport(app=app))
    found = Visitor(asker, browser)
    asking = asyncio.create_task(found.ask())
    async with asyncio.timeout(20):
        while not await pool.fetchval("SELECT count(request_message) FROM drafts"):
            assert not asking.done(), asking.result()
            await asyncio.sleep(0.01)  # another session writes: nothing tells us when
        await answer(pool, "accepted", tracking_number=NUMBER)
        await asking
    await browser.close()
    return found


@pytest.mark.parametrize(("asker", "corrected"), [(LISTED, 0), (UNLISTED, 0), (MISTAKEN, 2)])
async def test_a_person_asks_corrects_what_is_wrong_and_sees_the_number(
    asker: Asker, corrected: int, app: Any, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "LEAST_SECONDS", 0)
    monkeypatch.setattr(visitors, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)

    found = await asked(asker, app, pool)

    assert (found.number, found.corrected, found.unsaid) == (NUMBER, corrected, [])
    assert found.reference == await pool.fetchval("SELECT reference FROM drafts")
