"""Reports of a request with a link: what is told about them, and how a person reads them."""

import re
from html import unescape
from typing import Any

import asyncpg
import pytest

from services.webdesk.site import report_visits, review_pages
from shared.contracts.inbound import Inbound
from shared.contracts.outbound import Message
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.status.conftest import NUMBER, link, take_in, told

__all__ = ["link"]
Pool = asyncpg.Pool
CANARY = "canary-9c1e: reports are late"
ENGAGEMENT, REPORT = f"{NUMBER}-E1", "initial-2026"
PAGE = f"/status/reports/{ENGAGEMENT}/{REPORT}/fact_check"
ABOUT = {"tracking_number": NUMBER, "engagement_id": ENGAGEMENT, "report_id": REPORT}
BODY: dict[str, Any] = {
    "title": "Initial report",
    "summary": "What was found.",
    "focus_areas": [
        {
            "number": 2,
            "title": "Use of force",
            "findings": [{"number": "2.1", "text": CANARY, "recommendations": []}],
        }
    ],
}
DISPUTE = {"answer-2.1": "dispute", "words-2.1": "They are <reviewed> in time."}


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(report_visits, "ANSWER_SECONDS", 0.0)


def asked(number: int = 3, **changes: Any) -> Message:
    data = {
        **ABOUT,
        "version": 1,
        "hash": "4f" * 32,
        "due_at": "2026-03-17T20:00:00Z",
        "sentence": "A report is drafted.",
        **changes,
    }
    return told("fact_check_asked", number, data)


def text_of(question: str, number: int = 4, **changes: Any) -> Message:
    data = {**ABOUT, "version": 1, "hash": "4f" * 32, "stage": "fact_check", "report": BODY}
    return told("report_told", number, {**data, **changes}, inreplytoid=question)


def refused(question: str, number: int, message: str) -> Message:
    reason = {"code": "version_settled", "path": "/version", "message": message, "fix": ""}
    data = {"refused_by": "reporting", "reasons": [reason]}
    return told("message_refused", number, data, inreplytoid=question)


async def questions(pool: "Pool[Any]", kind: str) -> list[Inbound]:
    return [each for each in await sent(pool) if each.type == f"gov.cri.{kind}.v1"]


async def enter_code(person: Browser, pool: "Pool[Any]", page: str = PAGE) -> None:
    await person.get(page)
    await person.post(f"{page}/code")
    await person.post(f"{page}/enter", {"code": await mailed(pool)})


async def ask_to_read(person: Browser, link: str, pool: "Pool[Any]", page: str = PAGE) -> Inbound:
    """Have a person open the link and enter a code; return the question that the desk sent."""
    await person.get(link)
    await enter_code(person, pool, page)
    return (await questions(pool, "report.read"))[-1]


async def read(person: Browser, link: str, pool: "Pool[Any]", *, number: int = 4) -> None:
    """Have a person open the link, enter a code and be shown the report."""
    question = await ask_to_read(person, link, pool)
    await take_in(pool, text_of(question.id, number))
    await person.get(PAGE)


def fields_of(person: Browser) -> dict[str, str]:
    """Return the hidden fields of the page that is shown."""
    assert person.shown is not None
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', person.shown.text)
    return {name: unescape(value) for name, value in found}
