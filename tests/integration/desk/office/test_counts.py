"""What metrics say of the office's pages: sign-ins by outcome, and requests by page."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.desk.office.sign_in import OUTCOMES
from shared.process import metrics
from tests.integration.desk.office.conftest import Browser, Staff, SwitchedIssuer

Pool = asyncpg.Pool
DOCS = Path(__file__).parents[4] / "docs" / "metrics.md"


def sign_ins() -> dict[str, float]:
    return {outcome: _value("cri_sign_ins_total", outcome=outcome) for outcome in OUTCOMES}


def _value(name: str, **labels: str) -> float:
    found = metrics.REGISTRY.get_sample_value(name, {"service": "desk", **labels})
    assert found is not None, "not shown from the start"
    return found


async def _signs_in(browser: Browser, issuer: SwitchedIssuer) -> None:
    await browser.sign_in("stand-in-worker")


async def _comes_back_twice(browser: Browser, issuer: SwitchedIssuer) -> None:
    back = await browser.begin_sign_in("stand-in-worker")
    browser.http.cookies.clear()
    await browser.get(back)


async def _cancels(browser: Browser, issuer: SwitchedIssuer) -> None:
    back = httpx.URL(await browser.begin_sign_in("stand-in-worker"))
    await browser.get(str(back.copy_remove_param("code")))


async def _has_been_disabled(browser: Browser, issuer: SwitchedIssuer) -> None:
    await browser.sign_in("stand-in-reader")


async def _finds_no_issuer(browser: Browser, issuer: SwitchedIssuer) -> None:
    issuer.is_away = True
    await browser.get("/sign-in/start")


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        (_signs_in, "signed_in"),
        (_comes_back_twice, "ended"),
        (_cancels, "refused"),
        (_has_been_disabled, "disabled"),
        (_finds_no_issuer, "away"),
    ],
)
async def test_a_sign_in_is_counted_once_by_its_outcome(
    staff: Staff,
    browser: Browser,
    issuer: SwitchedIssuer,
    pool: "Pool[Any]",
    what: Any,
    outcome: str,
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "worker")
    await staff.enter("stand-in-reader", "staff:r1", "reader")
    await pool.execute("UPDATE people SET disabled_at = now() WHERE actor = 'staff:r1'")
    before = sign_ins()

    await what(browser, issuer)

    assert sign_ins() == {**before, outcome: before[outcome] + 1}


def test_the_documented_outcomes_are_those_in_the_code() -> None:
    row = re.search(r"^\| `outcome` of a sign-in \| (.*) \|$", DOCS.read_text(), re.M)

    assert row
    assert tuple(re.findall(r"`(\w+)`", row[1])) == OUTCOMES


async def test_a_request_is_counted_by_its_page(browser: Browser) -> None:
    labels = {"face": "office", "page": "/cases/{number}", "status": "3xx"}

    await browser.http.get("/sign-in")  # the app is made with its first request
    before = _value("cri_desk_requests_total", **labels)
    await browser.http.get("/cases/CRI-2026-000001-J")

    assert _value("cri_desk_requests_total", **labels) == before + 1
