"""The page of preferences shows what a subscription gets, and changes or ends it."""

import re
from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.contracts.links import Gets
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.news.subscribing import (
    ALL,
    BOTH,
    LINKS,
    PREFERENCES,
    SUBSCRIPTION,
    messages,
    press,
)

Pool = asyncpg.Pool


async def test_what_is_chosen_on_the_page_of_preferences_replaces_what_was(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    wished = {"kinds": ["solicitations"], "cadence": "monthly", "program": "cri-tac"}

    await press(browser, PREFERENCES, **wished)

    assert "Your choice is sent" in browser.text
    about = {"subscription_id": SUBSCRIPTION}
    assert await messages(pool) == [
        ("gov.cri.subscription.set.v1", {**about, **wished}),
        (
            "gov.cri.subscription.end.v1",
            {**about, "kinds": ["monthly_update", "reports"], "by": "link"},
        ),
    ]


async def test_the_page_shows_what_the_subscription_gets_and_starts_from_it(
    browser: Browser,
) -> None:
    gets = Gets(("solicitations",), "monthly", "cri-tac", date(2026, 3, 2))

    page = await browser.get(LINKS.preferences(SUBSCRIPTION, gets))

    assert "What you got on March 2, 2026" in browser.text
    assert "All solicitations and reports in the monthly email" in browser.text
    assert re.search(r'value="solicitations"[^>]* checked>', page.text)
    assert not re.search(r'value="monthly_update"[^>]* checked>', page.text)
    assert '<option value="monthly" selected>' in page.text
    assert '<option value="cri-tac" selected>' in page.text
    wrong = await browser.post(page.url.path, {"kinds": []}, after=0)
    assert not re.search(r'value="solicitations"[^>]* checked>', wrong.text)


async def test_a_link_of_an_earlier_release_shows_no_choice(browser: Browser) -> None:
    page = await browser.get(PREFERENCES)

    assert page.status_code == 200
    assert "What you got" not in browser.text


async def test_who_chooses_everything_ends_nothing(browser: Browser, pool: "Pool[Any]") -> None:
    await press(browser, PREFERENCES, kinds=ALL, cadence="at_once")

    ((kind, data),) = await messages(pool)
    assert (kind, data["kinds"]) == ("gov.cri.subscription.set.v1", ALL)


async def test_everything_is_ended_on_the_page_of_preferences(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await press(browser, PREFERENCES, kinds=["solicitations"], step="all")

    assert "You stopped this email" in browser.text
    ((kind, data),) = await messages(pool)
    assert (kind, sorted(data["kinds"])) == ("gov.cri.subscription.end.v1", ALL)


@pytest.mark.parametrize(
    ("field", "value"),
    [("kinds", []), ("kinds", ["gossip"]), ("cadence", "hourly"), ("program", "cri-moon")],
)
async def test_a_choice_that_is_none_changes_nothing(
    browser: Browser, pool: "Pool[Any]", field: str, value: Any
) -> None:
    page = await press(browser, PREFERENCES, **{"kinds": BOTH, field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM link_uses") == 0
