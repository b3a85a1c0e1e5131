"""Signing in and out over HTTP: one issuer, one browser, one use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from services.desk.office import people, sessions
from services.desk.office.sessions import SIGN_INS_OF_CLIENT
from services.desk.office.sign_in import BROWSER_COOKIE
from services.desk.office.visits import SESSION_COOKIE
from shared.web.tokens import digest
from tests.examples.office import ISSUER, URL
from tests.integration.desk.office.conftest import Browser, Staff, SwitchedIssuer

Pool = asyncpg.Pool
NewBrowser = Callable[..., Browser]


@pytest.fixture
async def worker(staff: Staff, browser: Browser) -> Browser:
    """A browser in which a worker is signed in."""
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    await browser.sign_in("stand-in-worker")
    return browser


async def age(pool: "Pool[Any]", column: str, by: timedelta) -> None:
    """Let the time of *column* in all sessions be earlier."""
    await pool.execute(f"UPDATE sessions SET {column} = {column} - $1::interval", by)


async def test_the_first_page_asks_to_sign_in_by_a_link(browser: Browser) -> None:
    page = await browser.get("/people")

    assert str(page.url) == f"{URL}/sign-in?next=%2Fpeople"
    assert 'href="/sign-in/start?next=%2Fpeople"' in page.text
    assert "<form" not in page.text


async def test_a_person_with_a_role_comes_to_the_page_asked_for(
    staff: Staff, browser: Browser
) -> None:
    await staff.enter("stand-in-reader", "staff:r1", "administrator", name="R. Eader")

    page = await browser.sign_in("stand-in-reader", "/people")

    assert (page.status_code, str(page.url)) == (200, f"{URL}/people")
    assert "R. Eader" in browser.text


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example", "/sign-out", "/cases/../people", "", "/x\r\ny"],
)
async def test_a_sign_in_leads_to_no_other_path(
    staff: Staff, browser: Browser, foreign: str
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "administrator")
    back = await browser.begin_sign_in("stand-in-worker", foreign)

    answer = await browser.http.get(back)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_the_cookie_is_for_this_host_alone_and_the_database_holds_its_hash(
    worker: Browser, staff: Staff, new_browser: NewBrowser, pool: "Pool[Any]"
) -> None:
    await staff.enter("stand-in-reader", "staff:r1", "reader")
    other = new_browser()

    answer = await other.http.get(await other.begin_sign_in("stand-in-reader"))

    cookie, removed = answer.headers.get_list("set-cookie")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    assert attributes == {"httponly", "path=/", "samesite=lax", "secure"}
    assert removed.startswith(f'{BROWSER_COOKIE}="";')
    secret = other.http.cookies[SESSION_COOKIE]
    assert len(secret) >= 43
    rows = await pool.fetch("SELECT sessions::text AS row, id_hash FROM sessions")
    assert digest(secret) in {row["id_hash"] for row in rows}
    assert not any(secret in row["row"] for row in rows)


async def test_neither_code_nor_state_stays_in_an_address_or_a_log(
    staff: Staff, browser: Browser
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "administrator")
    with capture_logs() as logged:
        back = await browser.begin_sign_in("stand-in-worker")
        answer = await browser.http.get(back)
        again = await browser.http.get(back)

    assert answer.headers["location"] == "/"
    assert again.headers["location"] == "/sign-in/failed?because=ended"
    for secret in (*parsed(back).values(), *browser.http.cookies.values()):
        assert secret == ISSUER or secret not in str(logged)


def parsed(address: str) -> dict[str, str]:
    return dict(httpx.URL(address).params)


async def test_an_answer_is_for_the_browser_that_asked(
    staff: Staff, browser: Browser, new_browser: NewBrowser
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "administrator")
    back = await browser.begin_sign_in("stand-in-worker")
    thief = new_browser()
    await thief.begin_sign_in("stand-in-worker")

    stolen = await thief.get(back)
    own = await browser.get(back)

    assert stolen.status_code == 403
    assert "another browser" in thief.text
    assert own.status_code == 200


@pytest.mark.parametrize("change", ["iss", "code", "state"])
async def test_a_changed_answer_signs_nobody_in(
    browser: Browser, pool: "Pool[Any]", change: str
) -> None:
    back = await browser.begin_sign_in("stand-in-worker")
    changed = back.replace(f"{change}=", f"{change}=x", 1)

    page = await browser.get(changed)

    assert page.status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_a_person_who_cancels_can_try_again(browser: Browser) -> None:
    back = await browser.begin_sign_in("stand-in-worker")
    state = parsed(back)["state"]

    page = await browser.get(f"/sign-in/callback?error=access_denied&state={state}&iss={ISSUER}")

    assert page.status_code == 403
    assert "access_denied" not in page.text
    assert 'href="/sign-in/start"' in page.text


async def test_a_sign_in_is_forgotten_after_ten_minutes(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    back = await browser.begin_sign_in("stand-in-worker")
    await pool.execute("UPDATE sign_ins SET started_at = started_at - interval '10 minutes'")

    assert (await browser.get(back)).status_code == 403
    await sessions.sweep_sessions(pool)
    assert await pool.fetchval("SELECT count(*) FROM sign_ins") == 0


async def test_one_client_cannot_start_sign_ins_without_end(
    browser: Browser, new_browser: NewBrowser
) -> None:
    started = [await browser.http.get("/sign-in/start") for _ in range(SIGN_INS_OF_CLIENT + 1)]
    page = await browser.get("/sign-in/start")
    # Another client behind the same proxy is not held up, and no client can name another one.
    forged = {"x-forwarded-for": "198.51.100.7"}
    same = await browser.http.get("/sign-in/start", headers=forged)
    behind = await new_browser(address="10.1.2.3").http.get("/sign-in/start", headers=forged)

    assert started[-2].headers["location"].startswith(f"{ISSUER}/authorize?")
    assert (page.status_code, same.headers["location"]) == (503, "/sign-in/failed?because=busy")
    assert behind.headers["location"].startswith(f"{ISSUER}/authorize?")


async def test_all_clients_together_cannot_start_sign_ins_without_end(
    new_browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SIGN_INS", 2)

    started = [
        await new_browser(address=f"203.0.113.{number}").http.get("/sign-in/start")
        for number in range(3)
    ]

    assert [each.headers["location"].partition("?")[0] for each in started] == [
        f"{ISSUER}/authorize", f"{ISSUER}/authorize", "/sign-in/failed",
    ]  # fmt: skip


async def test_while_the_issuer_is_away_those_signed_in_go_on_and_nobody_new_comes(
    staff: Staff, browser: Browser, new_browser: NewBrowser, issuer: SwitchedIssuer
) -> None:
    await staff.enter("stand-in-approver", "staff:a1", "administrator")
    await browser.sign_in("stand-in-approver")
    other = new_browser()
    back = await other.begin_sign_in("stand-in-approver")
    issuer.is_away = True

    assert (await browser.get("/people")).status_code == 200
    assert (await other.get(back)).status_code == 503
    assert "does not answer" in other.text
    assert "202-555-0100" in other.text


async def test_a_session_ends_after_half_an_hour_without_use(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    await age(pool, "seen_at", sessions.IDLE - timedelta(minutes=1))
    assert str((await worker.get("/no-such-page")).url) == f"{URL}/no-such-page"
    await worker.get("/people")  # noted as use
    assert await pool.fetchval("SELECT seen_at > now() - interval '1 minute' FROM sessions")

    await age(pool, "seen_at", sessions.IDLE)

    assert "/sign-in" in str((await worker.get("/people")).url)
    await sessions.sweep_sessions(pool)
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_a_session_ends_after_twelve_hours_of_use(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    await age(pool, "ends_at", sessions.LONGEST)

    assert "/sign-in" in str((await worker.get("/people")).url)


async def test_disabling_a_person_ends_every_session_at_once(
    worker: Browser, new_browser: NewBrowser, pool: "Pool[Any]"
) -> None:
    other = new_browser()
    await other.sign_in("stand-in-worker")

    async with pool.acquire() as connection:
        assert await people.disable_person(connection, issuer=ISSUER, subject="stand-in-worker")

    for browser in (worker, other):
        assert "/sign-in" in str((await browser.get("/people")).url)
    page = await worker.sign_in("stand-in-worker")
    assert page.status_code == 403
    assert "no longer sign in" in worker.text


async def test_the_session_is_renewed_at_sign_in(worker: Browser, pool: "Pool[Any]") -> None:
    before = worker.http.cookies[SESSION_COOKIE]

    await worker.sign_in("stand-in-worker")

    assert worker.http.cookies[SESSION_COOKIE] != before
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1


async def test_the_session_is_renewed_when_roles_change(
    worker: Browser, staff: Staff, new_browser: NewBrowser
) -> None:
    await worker.get("/people")
    before = worker.http.cookies[SESSION_COOKIE]
    await staff.give("staff:k7f2", "worker", "administrator")

    page = await worker.get("/people")

    assert page.status_code == 200
    assert worker.http.cookies[SESSION_COOKIE] != before
    old = new_browser()
    old.http.cookies.set(SESSION_COOKIE, before)
    assert "/sign-in" in str((await old.get("/people")).url)


async def test_a_role_that_is_taken_away_is_gone_with_the_next_page(
    worker: Browser, staff: Staff
) -> None:
    await staff.give("staff:k7f2")

    page = await worker.get("/")

    assert page.status_code == 403
    assert "no role here" in worker.text


async def test_an_unknown_person_sees_whom_to_ask(browser: Browser) -> None:
    page = await browser.sign_in("stand-in-reader")

    assert page.status_code == 403
    assert "202-555-0100" in browser.text
    assert "stand-in-reader" in browser.text
    assert (await browser.get("/people")).status_code == 403


async def test_the_first_administrator_comes_from_the_settings(browser: Browser) -> None:
    page = await browser.sign_in("stand-in-administrator")

    assert (page.status_code, str(page.url)) == (200, f"{URL}/people")
    assert "First administrator" in browser.text


async def test_signing_out_ends_the_session_here_and_names_the_way_at_the_issuer(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    await worker.get("/people")

    page = await worker.post("/sign-out")

    assert str(page.url) == f"{URL}/signed-out"
    assert f'href="{ISSUER}/end?client_id=desk&amp;post_logout_redirect_uri=' in page.text
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_signing_out_twice_is_no_fault(worker: Browser) -> None:
    worker.http.cookies.delete(SESSION_COOKIE)

    page = await worker.post("/sign-out")

    assert str(page.url) == f"{URL}/signed-out"
