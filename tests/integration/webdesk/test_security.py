"""The security of every page: each line of the specification is a test."""

import re
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from starlette.routing import Route
from structlog.testing import capture_logs

from services.webdesk import store
from services.webdesk.site import web
from services.webdesk.site.visits import COOKIE, Site
from tests.examples.webdesk import URL
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.news.subscribing import PAGES
from tests.integration.webdesk.test_continuing import go_on, link_of
from tests.integration.webdesk.test_pages import NEED_PAGE

Pool = asyncpg.Pool
NEWS = {"/subscriptions", *(f"/subscriptions{page}" for page in PAGES.values())}
ONE_CLICK = "/subscriptions/end/x"
"""Only this is posted by no page of ours: the token in its address is the proof."""


def paths(site: Site, method: str) -> list[str]:
    routes = [route for route in web.routes(site) if isinstance(route, Route)]
    found = [route.path for route in routes if method in (route.methods or ())]
    return [
        path.replace("{page}", "need").replace("{token}", "x" * 43).replace("{path:path}", "x")
        for path in found
        if not path.startswith(("/provider", "/offer"))  # see providers
    ]


async def test_csrf_on_every_post(browser: Browser, site: Site, pool: "Pool[Any]") -> None:
    await browser.begin()
    forms = [
        path
        for path in paths(site, "POST")
        if path != ONE_CLICK and not path.startswith("/status")
    ]
    for link in (*PAGES, await link_of(browser)):
        await browser.http.get(link)
    shown = browser.shown
    assert set(forms) == {
        *("/start", "/continue", "/leave", "/request/send", "/request/later", NEED_PAGE),
        *("/request/code", "/request/code/enter", "/lost", *NEWS),
    }

    for path in forms:
        for origin in ("https://evil.example", "null", f"{URL}.evil.example", ""):
            browser.shown = shown
            assert (
                await browser.post(path, {"issue": "x"}, headers={"origin": origin})
            ).status_code == 403
        for token in ("", "guessed", "é", "1772481840." + "0" * 64):
            browser.shown = shown
            refused = await browser.post(path, {"csrf": token, "issue": "x"})
            assert refused.status_code == 422, (path, token)
    assert await pool.fetchval("SELECT answers FROM drafts") == "{}"
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 1
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_the_token_of_another_browser_is_none(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    other = new_browser()
    await other.begin()
    await browser.begin()
    browser.shown = other.shown

    assert (await browser.post(NEED_PAGE, {"issue": "x"})).status_code == 422
    assert set(await pool.fetchval("SELECT array_agg(answers::text) FROM drafts")) == {"{}"}


async def test_session_id_renewed_when_a_draft_is_begun_and_resumed(browser: Browser) -> None:
    await browser.get("/")
    before = browser.http.cookies[COOKIE]
    await browser.post("/start")
    begun = browser.http.cookies[COOKIE]
    await go_on(browser, await link_of(browser))

    assert len({before, begun, browser.http.cookies[COOKIE]}) == 3


async def test_a_session_that_was_set_by_another_is_not_taken_up(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    browser.http.cookies.set(COOKIE, "planted", domain="help.example")
    await browser.begin()

    assert browser.http.cookies[COOKIE] != "planted"


async def test_the_cookie_is_for_our_pages_alone(browser: Browser) -> None:
    page = await browser.http.get("/")

    cookie = page.headers["set-cookie"].lower()
    assert cookie.startswith("__host-request=")
    for part in ("secure", "httponly", "samesite=lax", "path=/"):
        assert part in cookie
    assert "domain" not in cookie


async def test_the_clients_address_only_from_trusted_proxies_right_to_left(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    for number in range(20):
        browser = new_browser()
        await browser.get("/")
        await browser.post("/start", headers={"x-forwarded-for": f"198.51.100.{number}"})
    browser = new_browser()
    await browser.get("/")
    forged = await browser.post("/start", headers={"x-forwarded-for": "192.0.2.1"})
    assert forged.status_code == 429

    behind = new_browser(address="10.1.2.3")
    await behind.get("/")
    known = await behind.post("/start", headers={"x-forwarded-for": "192.0.2.1, 203.0.113.9"})
    assert known.status_code == 429
    await behind.get("/")
    other = await behind.post("/start", headers={"x-forwarded-for": "203.0.113.9, 192.0.2.77"})
    assert other.status_code == 200


async def test_templates_escape_what_is_written(browser: Browser) -> None:
    await browser.begin()
    await browser.post(NEED_PAGE, {"issue": "</textarea><script>alert(1)</script>"})

    page = await browser.get(NEED_PAGE)
    over = await browser.get("/request/review")
    found = await browser.get('/request/page/agency?in=US-NV&name="><script>')
    listed = await browser.get("/request/page/agency?in=US-NV")

    for each in (page, over, found, listed):
        assert "<script" not in each.text
    assert "Sheriff &lt;Office&gt;" in listed.text


async def test_links_are_built_from_public_url_never_from_host(browser: Browser) -> None:
    await browser.begin()
    await browser.get("/request/later")

    page = await browser.post("/request/later", headers={"host": "evil.example"})

    assert f'href="{URL}/continue/' in page.text
    assert "evil.example" not in page.text


async def test_control_characters_near_a_mail_header_are_refused(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()

    for name in ("name", "email", "title"):
        sent = {
            "role": "chief",
            "name": "A",
            "email": "a@b.example",
            name: "a\r\nBcc: c@d.example",
        }
        page = await browser.post("/request/page/people", sent)
        assert page.status_code == 422
        assert f'id="{name}-error"' in page.text
    assert await pool.fetchval("SELECT answers FROM drafts") == "{}"


async def test_bodies_and_fields_are_bounded(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.begin()
    statuses = []
    for body in ({"issue": "x" * 8001}, {"issue": "x" * 600_000}):
        statuses.append((await browser.post(NEED_PAGE, body)).status_code)
        await browser.get(NEED_PAGE)
    many = await browser.http.post(
        NEED_PAGE,
        content="a=&" * 1000,
        headers={"origin": URL, "content-type": "application/x-www-form-urlencoded"},
    )
    other = await browser.http.post(NEED_PAGE, json={}, headers={"origin": URL})

    assert (*statuses, many.status_code, other.status_code) == (422, 413, 400, 415)
    assert await pool.fetchval("SELECT answers FROM drafts") == "{}"


async def test_tokens_are_exchanged_for_a_cookie_and_redirected(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    with capture_logs() as logged:
        link = await link_of(browser)
        answered = await browser.http.get(link)
    token = link.rpartition("/")[2]

    assert answered.status_code == 303
    assert answered.headers["location"] == "/continue"
    assert answered.headers["referrer-policy"] == "same-origin"
    assert token not in str(logged)
    assert token not in str(await pool.fetch("SELECT * FROM drafts"))
    assert token not in (await browser.get("/request/later")).text


async def test_a_scanner_that_opens_a_link_does_not_use_it_up(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await browser.begin()
    link = await link_of(browser)
    before = await pool.fetch("SELECT * FROM drafts")

    for _ in range(20):
        await new_browser().get(link)

    assert await pool.fetch("SELECT * FROM drafts") == before
    person = new_browser()
    assert (await person.get(link)).status_code == 200


async def test_a_link_that_is_opened_again_and_again_fills_no_table(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await browser.begin()
    link = await link_of(browser)

    for _ in range(store.OF_DRAFT + 5):
        await new_browser().get(link)
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1

    for _ in range(store.OF_DRAFT + 5):
        await go_on(new_browser(), link)
        await browser.get("/request/later")

    assert await pool.fetchval("SELECT count(*) FROM sessions") == store.OF_DRAFT
    assert browser.shown is not None
    assert browser.shown.status_code == 200, "the session in use was ended"


async def test_links_that_are_unknown_replaced_or_expired_look_the_same(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    replaced = await link_of(browser)
    expired = await link_of(browser)
    await pool.execute("UPDATE drafts SET expires_at = now()")
    links = [f"/continue/{'x' * 43}", f"/continue/{'x' * 500}", replaced, expired]

    answers = [await browser.http.get(link) for link in links]

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1


async def test_every_response_has_the_headers(browser: Browser, site: Site) -> None:
    await browser.fill_in()

    for path in [*paths(site, "GET"), "/nothing", "/request/page/nothing"]:
        page = await browser.http.get(path)
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'"), path
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert "max-age" in page.headers["strict-transport-security"]


async def test_every_page_helps_everybody(browser: Browser, site: Site) -> None:
    await browser.fill_in()

    for path in [*paths(site, "GET"), "/nothing", "/request/page/agency?unlisted=yes"]:
        page = await browser.get(path)
        for words in ("202-555-0100", "not for emergencies"):
            assert words in page.text, path
        assert '<html lang="en">' in page.text
        assert '<a class="skip" href="#content">' in page.text
        assert len(re.findall("<h1", page.text)) == 1, path
        fields = re.findall(r'<(?:input|select|textarea) id="([^"]+)"', page.text)
        labels = re.findall(r'<label for="([^"]+)"', page.text)
        assert sorted(fields) == sorted(labels), path


async def test_the_privacy_notice_and_the_burden_stand_before_the_form(browser: Browser) -> None:
    page = await browser.get("/")

    form = page.text.index('action="/start"')
    for words in ("Privacy notice", "Paperwork Reduction Act", "1234-0001", "January 31, 2029"):
        assert page.text.index(words) < form
    assert "20 minutes" in page.text


@pytest.mark.parametrize("path", ["/request", NEED_PAGE, "/request/review", "/request/later"])
async def test_without_a_draft_nothing_is_shown(browser: Browser, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code == 403
    assert "No request is open" in browser.text
