"""What holds for every page: headers, forms that are ours, errors, words."""

import re
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.routing import Route

from services.desk.office import web
from services.desk.office.visits import SESSION_COOKIE, Office
from shared.web.views import STYLE, STYLE_PATH
from tests.examples.office import URL
from tests.integration.desk.office.conftest import Browser, Staff, SwitchedIssuer, hidden

Pool = asyncpg.Pool


ASKS_AGAIN = "/call"
"""The form that comes back filled in, to be sent again, if its token is not valid."""


@pytest.fixture
async def everybody(staff: Staff, browser: Browser) -> Browser:
    """A browser of a person with every role."""
    await staff.enter(
        "stand-in-worker", "staff:k7f2", "reader", "worker", "approver", "administrator"
    )
    await browser.sign_in("stand-in-worker", "/people")
    return browser


def forms(office: Office) -> list[str]:
    """Return the path of every route that takes a form."""
    routes = [route for route in web.routes(office) if isinstance(route, Route)]
    paths = [route.path for route in routes if "POST" in (route.methods or ())]
    return [re.sub(r"\{[^}]*\}", "x", path) for path in paths]


async def test_every_form_needs_its_token_and_our_origin(
    everybody: Browser, office: Office, pool: "Pool[Any]"
) -> None:
    shown = everybody.shown
    paths = forms(office)

    assert "/sign-out" in paths
    for path in paths:
        for origin in ("https://evil.example", "null", f"{URL}.evil.example", ""):
            everybody.shown = shown
            assert (await everybody.post(path, origin=origin)).status_code == 403, (path, origin)
        for token in ("", "guessed", "é"):
            everybody.shown = shown
            refused = (await everybody.post(path, {"csrf": token})).status_code
            assert refused == (422 if path == ASKS_AGAIN else 403), path
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1


async def test_the_token_of_another_session_is_none(
    everybody: Browser, office: Office, issuer: SwitchedIssuer, app: Any
) -> None:
    other = Browser(app, issuer)
    await other.sign_in("stand-in-worker", "/people")
    other.shown = everybody.shown

    assert (await other.post("/sign-out")).status_code == 403


async def test_e8_what_is_sent_without_a_session_is_not_saved_and_not_lost(
    everybody: Browser, pool: "Pool[Any]"
) -> None:
    everybody.http.cookies.delete(SESSION_COOKIE)
    person = {"name": "W. <Orker>", "alias": "w1", "subject": "s-1"}

    page = await everybody.post("/people", person)

    assert page.status_code == 403
    assert "was not saved, and nothing you wrote is lost" in everybody.text
    lost = everybody.shown
    await everybody.sign_in("stand-in-worker", "/people")
    everybody.shown = lost
    await everybody.post("/people", hidden(everybody))  # it has the token of the new session now
    assert "was not saved, and nothing you wrote is lost" in everybody.text
    await everybody.post("/people", hidden(everybody))
    assert await pool.fetchval("SELECT name FROM people WHERE subject = 's-1'") == "W. <Orker>"


async def test_forms_are_bounded_and_of_one_kind(everybody: Browser) -> None:
    headers = {"origin": URL, "content-type": "application/x-www-form-urlencoded"}
    large = await everybody.http.post("/people", content=b"a" * 600_000, headers=headers)
    many = await everybody.http.post("/people", content=b"a=&" * 400, headers=headers)
    json = await everybody.http.post("/people", json={}, headers={"origin": URL})
    nul = await everybody.get("/people?x=%00")

    assert [each.status_code for each in (large, many, json, nul)] == [413, 400, 415, 404]
    for answer in (large, many, json, nul):
        assert "202-555-0100" in answer.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/people", "/no-such-page", STYLE_PATH])
async def test_every_answer_forbids_scripts_frames_foreign_resources_and_keeping(
    everybody: Browser, path: str
) -> None:
    headers = (await everybody.get(path)).headers

    assert set(headers["content-security-policy"].split("; ")) == {
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    kept = headers["cache-control"]
    assert kept == ("public, max-age=31536000, immutable" if path == STYLE_PATH else "no-store")


async def test_the_style_is_small_and_from_here(everybody: Browser) -> None:
    page = await everybody.get("/people")
    style = await everybody.get(STYLE_PATH)

    assert style.content == STYLE
    assert len(STYLE) < 12_000
    assert f'<link rel="stylesheet" href="{STYLE_PATH}">' in page.text
    assert not re.search(r'(?:href|src|action)="(?:https?:)?//', page.text)


async def test_while_postgres_is_away_a_plain_page_says_so(
    everybody: Browser, pool: "Pool[Any]"
) -> None:
    await pool.close()

    page = await everybody.get("/people")

    assert page.status_code == 503
    assert "202-555-0100" in page.text


async def test_a_page_that_fails_shows_nothing_of_the_failure(
    issuer: SwitchedIssuer, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("canary-9d1c")

    monkeypatch.setattr(office.issuer, "authorization_url", fail)
    browser = Browser(web.pages(office).app(), issuer)

    page = await browser.get("/sign-in/start")

    assert page.status_code == 500
    assert "202-555-0100" in page.text
    assert "canary" not in page.text


async def test_errors_stand_on_top_in_the_title_and_beside_their_fields(
    everybody: Browser,
) -> None:
    page = await everybody.post(
        "/people", {"name": "<b>x</b>", "alias": "not a pseudonym", "subject": ""}
    )

    assert page.status_code == 422
    assert "<title>Please correct: People" in page.text
    assert 'role="alert" tabindex="-1" autofocus' in page.text
    for field in ("alias", "subject"):
        assert f'href="#{field}"' in page.text
        assert f'id="{field}-error"' in page.text
    assert 'value="not a pseudonym"' in page.text
    assert 'value="&lt;b&gt;x&lt;/b&gt;"' in page.text


def test_no_link_is_built_from_the_host(office: Office) -> None:
    assert office.issuer._redirect == f"{URL}/sign-in/callback"


async def test_another_host_changes_nothing(everybody: Browser) -> None:
    answer = await everybody.http.get("/people", headers={"host": "evil.example"})

    assert "evil.example" not in answer.text
    assert isinstance(answer, httpx.Response)


async def test_without_a_session_no_connection_is_taken(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    held = [await pool.acquire() for _ in range(pool.get_max_size())]

    page = await browser.http.get("/people")

    assert page.headers["location"] == "/sign-in?next=%2Fpeople"
    for connection in held:
        await pool.release(connection)
