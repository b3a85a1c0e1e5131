"""A link of a mail shows a page whose button confirms; any other link leads nowhere."""

import re
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from services.webdesk.site.visits import Site
from shared.contracts.links import Links
from tests.examples.webdesk import URL
from tests.integration.webdesk.conftest import Browser, Time
from tests.integration.webdesk.news.subscribing import (
    BOTH,
    CONFIRM,
    END,
    LINKS,
    PAGES,
    PREFERENCES,
    SUBSCRIPTION,
    ask,
    click,
    messages,
    press,
)

Pool = asyncpg.Pool


@pytest.mark.parametrize("link", PAGES)
async def test_e24_opening_a_link_changes_nothing_and_shows_a_button(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]", link: str
) -> None:
    for scanner in (new_browser() for _ in range(5)):
        assert (await scanner.get(link)).status_code == 200
        assert (await scanner.http.head(link)).status_code == 303
    opened = await browser.http.get(link)

    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM link_uses") == 0
    assert opened.headers["location"] == f"/subscriptions{PAGES[link]}"
    assert opened.headers["cache-control"] == "no-store"
    for part in ("; secure", "; httponly", "; samesite=lax", "; path=/"):
        assert part in opened.headers["set-cookie"].lower()
    assert "<button" in (await browser.get(link)).text


async def test_e24_the_button_confirms(browser: Browser, pool: "Pool[Any]", site: Site) -> None:
    await press(browser, CONFIRM)

    assert "Thank you for confirming" in browser.text
    (sent,) = await messages(pool)
    assert sent == (
        "gov.cri.subscription.confirm.v1",
        {"subscription_id": SUBSCRIPTION, "kinds": BOTH},
    )
    assert site.relay_wake.is_set()


async def test_e25_who_asks_again_is_told_the_same_and_confirms_nothing(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await press(browser, CONFIRM)

    await ask(new_browser())

    kinds = [kind.split(".")[3] for kind, _ in await messages(pool)]
    assert kinds == ["confirm", "ask"]


def forged() -> list[str]:
    """Return links that are near to real ones."""
    other = SUBSCRIPTION[:-1] + "6"
    token = END.rpartition("/")[2]
    return [
        END[:-1] + ("A" if END[-1] != "A" else "B"),
        END.replace(SUBSCRIPTION, other),
        END.replace("monthly_update", "solicitations"),
        END.replace("monthly_update", "monthly_update.solicitations"),
        END.replace("/end/", "/confirm/"),
        CONFIRM.replace("/confirm/", "/end/"),
        PREFERENCES.replace("/preferences/", "/end/"),
        f"{URL}/subscriptions/preferences/{SUBSCRIPTION}/{token}",
        f"{URL}/subscriptions/end/{'x' * 3000}",
        f"{URL}/subscriptions/end/{SUBSCRIPTION}/monthly_update/%00{token}",
        Links(URL, bytes(32)).end(SUBSCRIPTION, "monthly_update"),
    ]


@pytest.mark.parametrize("link", forged())
async def test_a_link_that_was_not_written_so_leads_nowhere(
    app: Any, time: Time, pool: "Pool[Any]", browser: Browser, link: str
) -> None:
    opened, posted = await browser.http.get(link), await click(app, time, link)

    assert opened.status_code == 404
    assert posted.status_code in (404, 405)
    assert "set-cookie" not in opened.headers
    await browser.get("/subscriptions")
    for purpose in ("confirm", "end", "preferences"):
        form = {"link": link.partition(f"/{purpose}/")[2], "kinds": BOTH, "step": "all"}
        page = await browser.post(f"/subscriptions/{purpose}", form)
        assert page.status_code == 404
    assert await messages(pool) == []


async def test_a_page_does_what_it_shows_though_another_link_was_opened_since(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    page = await browser.get(LINKS.end(SUBSCRIPTION, "solicitations"))
    shown = re.search(r'name="link" value="([^"]+)"', page.text)
    assert shown is not None
    await browser.get(END)

    await browser.post("/subscriptions/end", {"link": shown[1]})

    ((_, data),) = await messages(pool)
    assert data["kinds"] == ["solicitations"]


async def test_without_the_key_of_links_there_are_no_such_pages(
    pool: "Pool[Any]", time: Time, without_news: Any
) -> None:
    browser = Browser(without_news, time)

    assert "/subscriptions" not in (await browser.get("/")).text
    for link in ("/subscriptions", *PAGES):
        assert (await browser.get(link)).status_code == 404
