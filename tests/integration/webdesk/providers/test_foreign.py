"""Pages of providers show nothing of others, and obey no form and no address of others."""

import json
from typing import Any

import asyncpg
from starlette.routing import Route

from services.webdesk.site import web
from services.webdesk.site.visits import Site
from tests.examples.provider import ENGAGEMENT, MADE, NUMBER, OFFER, told
from tests.examples.webdesk import LINK_KEY, URL
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import sent
from tests.integration.webdesk.providers.conftest import (
    LINKS,
    OFFER_PAGE,
    WORK_PAGE,
    Tell,
    link,
    sign_in,
)
from tests.integration.webdesk.test_projection import READABLE

Pool = asyncpg.Pool


async def test_another_providers_offer_and_work_are_not_found(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    other = f"{NUMBER}-O2", f"{NUMBER}-E2"
    await tell(
        told("offer_made", 1, {**MADE, "offer_id": other[0]}, audience="other"),
        told("engagement_opened", 2, {"engagement_id": other[1], "tracking_number": NUMBER,
             "need": None, "contacts": [], "sentence": "Begin."}, audience="other"),
    )  # fmt: skip
    await sign_in(browser, pool)

    for path in (
        f"/provider/offers/{other[0]}",
        f"/provider/offers/{other[0]}/accept",
        f"/provider/engagements/{other[1]}",
        f"/provider/engagements/{other[1]}/report",
        "/provider/offers/x",
        f"{OFFER_PAGE}/nothing",
    ):
        assert (await browser.get(path)).status_code == 404, path
    await browser.get("/provider")
    assert "You have no offers yet." in browser.text


def paths(site: Site, method: str) -> list[str]:
    routes = [route for route in web.routes(site) if isinstance(route, Route)]
    found = [route.path for route in routes if method in (route.methods or ())]
    for name, value in (("offers/{id}", f"offers/{OFFER}"), ("engagements/{id}",
                        f"engagements/{ENGAGEMENT}"), ("{act}", "accept")):  # fmt: skip
        found = [path.replace(name, value) for path in found]
    return [path for path in found if path.startswith("/provider")]


async def test_csrf_on_every_post(
    browser: Browser, site: Site, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("engagement_opened", 2))
    await sign_in(browser, pool)
    before = len(await sent(pool))
    forms = paths(site, "POST")
    assert set(forms) == {
        *(f"{OFFER_PAGE}/accept", f"{WORK_PAGE}/accept", "/provider/capacity", "/provider/code"),
        *("/provider/sign-in", "/provider/leave"),
    }
    await browser.get("/provider")
    shown = browser.shown

    for path in forms:
        for origin in ("https://evil.example", "null", f"{URL}.evil.example", ""):
            browser.shown = shown
            page = await browser.send(path, {"step": "send"}, headers={"origin": origin})
            assert page.status_code == 403, (path, origin)
        for token in ("", "guessed", "é", "1772481840." + "0" * 64):
            page = await browser.send(path, {"csrf": token, "step": "send"})
            assert page.status_code == 403, (path, token)
    assert len(await sent(pool)) == before
    assert (await browser.get("/provider")).status_code == 200


async def test_get_changes_nothing(
    browser: Browser, site: Site, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("engagement_opened", 2))
    await sign_in(browser, pool)
    before = await dump(pool)

    for path in paths(site, "GET"):
        await browser.http.get(path, params={"step": "send", "code": "1", "answer": "accept"})

    assert await dump(pool) == before


async def dump(pool: "Pool[Any]") -> dict[str, list[str]]:
    """Return all rows, apart from when a session was last used."""
    tables = await pool.fetch(READABLE)
    return {
        table: sorted(
            row[0]
            for row in await pool.fetch(f"SELECT (to_jsonb(t) - 'seen_at')::text FROM {table} t")
        )
        for (table,) in tables
    }


def test_a_token_says_nothing_of_the_key() -> None:
    assert LINK_KEY not in repr(LINKS)
    assert json.dumps(link()).isascii()
