"""A provider without a system answers an offer, reports, and closes on its pages, by a code."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from starlette.routing import Route

from services.webdesk import projection
from services.webdesk.acts import IN_TOPIC, OUT_TOPIC, Answer
from services.webdesk.handlers import WebDeskReader
from services.webdesk.proving import MOST_TRIES, OF_ADDRESS
from services.webdesk.site import act_pages, web
from services.webdesk.site.visits import Site
from services.webdesk.site.work_visits import COOKIE
from shared.contracts.inbound import Inbound
from shared.contracts.links import Links
from shared.contracts.outbound import Message
from shared.delivery.take_in.take_in import take_in
from shared.one_time_codes import code_of
from tests.examples.checkpoints import open_checkpoints
from tests.examples.provider import (
    CONTACT,
    ENGAGEMENT,
    EXPIRES,
    MADE,
    NOBLE,
    NUMBER,
    OFFER,
    record,
    told,
)
from tests.examples.webdesk import LINK_KEY, URL
from tests.integration.webdesk.conftest import CODE_KEY, Browser, Time
from tests.integration.webdesk.test_projection import READABLE

Pool = asyncpg.Pool
OFFER_PAGE, WORK_PAGE = f"/provider/offers/{OFFER}", f"/provider/engagements/{ENGAGEMENT}"
LINKS = Links(URL, bytes.fromhex(LINK_KEY))
Tell = Callable[..., Awaitable[None]]


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(act_pages, "ANSWER_SECONDS", 0.0)


@pytest.fixture
async def tell(pool: "Pool[Any]") -> Tell:
    """Have the desk read what it is told, one message after the other."""
    await open_checkpoints(pool, [OUT_TOPIC])
    read = 0

    async def take(*messages: Message) -> None:
        nonlocal read
        for message in messages:
            await take_in(pool, WebDeskReader(), [record(message, read)], service="webdesk")
            read += 1

    return take


@pytest.fixture
async def offered(tell: Tell) -> None:
    await tell(told("offer_made", 1))


def link(offer: str = OFFER, provider: str = NOBLE, contact: str = CONTACT) -> str:
    return LINKS.offer(offer, provider, contact).removeprefix(URL)


async def sent(pool: "Pool[Any]") -> list[Inbound]:
    """Return what the desk says, in its order."""
    rows = await pool.fetch("SELECT topic, value FROM outbox ORDER BY id")
    assert {row["topic"] for row in rows} <= {IN_TOPIC}
    return [Inbound.model_validate_json(row["value"]) for row in rows]


async def said(pool: "Pool[Any]") -> list[Inbound]:
    """Return what the desk says beside asking for codes."""
    return [each for each in await sent(pool) if each.type != "gov.cri.code.send.v1"]


async def mailed(pool: "Pool[Any]") -> str:
    """Return the code that notifications mails for the last message that asks for one."""
    last = [each for each in await sent(pool) if each.type == "gov.cri.code.send.v1"][-1]
    contact = f"contact:{last.onbehalfof}:{last.data['contact_id']}"
    about, counter = last.data["about"], last.data["counter"]
    return code_of(CODE_KEY.encode(), contact=contact, about=about, counter=counter)


def hidden(browser: Browser) -> dict[str, Any]:
    """Return the hidden fields of the page's last form, as a browser sends them."""
    assert browser.shown is not None
    found: dict[str, Any] = {}
    form = browser.shown.text.rpartition('<form method="post" id="form">')[2]
    for part in form.split('<input type="hidden" name="')[1:]:
        name, _, rest = part.partition('" value="')
        found.setdefault(name, []).append(rest.partition('"')[0])
    found.pop("csrf", None)
    return found


async def decide(browser: Browser, path: str, pool: "Pool[Any]", **values: Any) -> None:
    """Fill in the form at *path*, ask for a code if one is needed, and send it."""
    await browser.get(path)
    shown = await browser.post(path, values)
    if 'value="code">Send a code' in shown.text:
        shown = await browser.post(path, {**hidden(browser), "step": "code"})
    code = await mailed(pool) if 'name="code"' in shown.text else ""
    await browser.post(path, {**hidden(browser), "step": "send", "code": code})


async def sign_in(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get("/provider/sign-in")
    await browser.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})
    await browser.post("/provider/code", {"code": await mailed(pool)})


async def answer(
    pool: "Pool[Any]", state: str, reasons: list[dict[str, Any]] | None = None
) -> None:
    """Note an answer to the last act."""
    message = await pool.fetchval("SELECT message_id FROM provider_acts ORDER BY sent_at DESC")
    async with pool.acquire() as connection, connection.transaction():
        work = await projection.load_work(connection, [], [message])
        work.answer(message, is_refused=state == "refused")
        await projection.record_act_answers(connection, [Answer(message, state, reasons or ())])
        await projection.save_work(connection, work)


@pytest.mark.usefixtures("offered")
async def test_the_link_of_the_mail_shows_the_offer_and_is_in_no_address(
    browser: Browser,
) -> None:
    page = await browser.get(link())

    assert page.url.path == OFFER_PAGE
    for words in (
        f"Will you take request {NUMBER}?",
        "March 5, 2026, 5:00 p.m. EST",
        "Alturas Police <Department>",
        "Use of force",
        "Technical Assistance Center",
        "April 1, 2026",
        MADE["sentence"],
    ):
        assert words in browser.text
    assert "<Department>" not in page.text
    assert link().rpartition("/")[2] not in page.text


async def test_a_mail_that_is_faster_than_the_page_leads_to_a_page_to_look_again(
    browser: Browser, tell: Tell
) -> None:
    page = await browser.get(link())
    assert page.status_code == 404
    assert "The offer is not here yet" in page.text

    await tell(told("offer_made", 1))
    assert "Will you take request" in (await browser.get(OFFER_PAGE)).text


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    "path",
    [
        link().replace(NOBLE, "other"),
        link(contact="other").rpartition("/")[0] + "/" + link().rpartition("/")[2],
        link(offer=f"{OFFER}1").rpartition("/")[0] + "/" + link().rpartition("/")[2],
        link()[:-1],
        f"/offer/{OFFER}/{NOBLE}/%C3%A9/token",
    ],
)
async def test_a_link_that_was_not_in_a_mail_opens_nothing(browser: Browser, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code == 404
    assert "This link is not valid" in page.text
    assert COOKIE not in browser.http.cookies
    assert (await browser.get(OFFER_PAGE)).status_code == 403


@pytest.mark.usefixtures("offered")
async def test_an_acceptance_counts_by_the_code_that_was_mailed(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.get(link())

    await decide(browser, f"{OFFER_PAGE}/accept", pool, note="We begin in April.")

    (message,) = await said(pool)
    assert message.type == "gov.cri.offer.answer.v1"
    assert (message.onbehalfof, message.actor) == (NOBLE, f"contact:{CONTACT}")
    assert message.data == {
        "offer_id": OFFER, "answer": "accept", "note": "We begin in April.",
    }  # fmt: skip
    assert "waiting for the answer" in browser.text
    await answer(pool, "applied")
    await browser.post(f"{OFFER_PAGE}/accept", {**hidden(browser), "step": "send"})
    assert "You accepted this offer" in browser.text


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("code", ["", "00000000", "x"])
async def test_without_the_code_nothing_is_answered(
    browser: Browser, pool: "Pool[Any]", code: str
) -> None:
    path = f"{OFFER_PAGE}/accept"
    await browser.get(link())
    await browser.get(path)
    await browser.post(path)
    await browser.post(path, {**hidden(browser), "step": "code"})

    page = await browser.post(path, {**hidden(browser), "step": "send", "code": code})

    assert page.status_code == 422
    assert 'id="code-error"' in page.text
    assert await said(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM provider_acts") == 0


@pytest.mark.usefixtures("offered")
async def test_the_code_is_for_the_contact_of_the_link_and_the_offer(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/accept"
    await browser.get(link())
    await browser.get(path)
    await browser.post(path)
    await browser.post(path, {**hidden(browser), "step": "code"})

    (message,) = await sent(pool)
    assert (message.type, message.onbehalfof) == ("gov.cri.code.send.v1", NOBLE)
    assert (message.data["contact_id"], message.data["about"]) == (CONTACT, OFFER)
    assert message.data["purpose"] == "act"


@pytest.mark.usefixtures("offered")
async def test_the_session_is_renewed_by_the_code(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get(link())
    before = browser.http.cookies[COOKIE]

    await decide(browser, f"{OFFER_PAGE}/accept", pool)

    assert browser.http.cookies[COOKIE] != before
    assert (await browser.get("/provider")).url.path == "/provider"
    browser.http.cookies.set(COOKIE, before, domain="help.example")
    assert (await browser.get("/provider")).url.path == "/provider/code"


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("by_link", [True, False])
async def test_two_clicks_are_one_answer(
    browser: Browser, pool: "Pool[Any]", *, by_link: bool
) -> None:
    path, code = f"{OFFER_PAGE}/decline", ""
    await (browser.get(link()) if by_link else sign_in(browser, pool))
    await browser.get(path)
    await browser.post(path, {"reason_code": "timing"})
    if by_link:
        await browser.post(path, {**hidden(browser), "step": "code"})
        code = await mailed(pool)
    form = {**hidden(browser), "step": "send", "code": code}

    clicks = await asyncio.gather(browser.send(path, form), browser.send(path, form))

    assert [each.status_code for each in clicks] == [200, 200]
    assert all("waiting for the answer" in each.text for each in clicks)
    assert len(await said(pool)) == 1


@pytest.mark.usefixtures("offered")
async def test_other_terms_are_proposed(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get(link())
    dates = {"from": "2026-05-01", "until": "2026-06-30"}

    await decide(browser, f"{OFFER_PAGE}/counter", pool, service_forms=["consultation"], **dates)

    (message,) = await said(pool)
    assert message.data["counter"] == {**dates, "service_forms": ["consultation"]}
    await answer(pool, "applied")
    assert "You proposed other terms" in (await browser.get(OFFER_PAGE)).text


@pytest.mark.usefixtures("offered")
async def test_what_is_wrong_is_at_its_field_before_anything_is_sent(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    await browser.get(path)

    page = await browser.post(path, {"note": "He is 123-45-6789."})

    assert page.status_code == 422
    assert "<title>Please correct: Decline the offer" in page.text
    for field in ("reason_code", "note"):
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}-error"' in page.text
    assert await sent(pool) == []


@pytest.mark.usefixtures("offered")
async def test_a_refusal_is_shown_in_place_with_what_was_written(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    await decide(browser, path, pool, reason_code="timing", note="In May.")
    reasons = [{"path": "/data/reason_code", "message": "The offer has lapsed.", "fix": "Wait."}]
    await answer(pool, "refused", reasons)

    page = await browser.post(path, {**hidden(browser), "step": "send"})

    assert page.status_code == 422
    assert "This was not accepted" in browser.text
    assert 'id="reason_code-error">The offer has lapsed. Wait.' in page.text
    assert "In May." in page.text
    assert len(await said(pool)) == 1


@pytest.mark.usefixtures("offered")
async def test_the_words_of_an_answer_are_in_its_message_alone(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.get(link())
    await decide(browser, f"{OFFER_PAGE}/decline", pool, reason_code="other", note="canary")
    await pool.execute("DELETE FROM outbox")

    tables = await pool.fetch(READABLE)
    for (table,) in tables:
        rows = await pool.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t')
        assert not any("canary" in row[0] for row in rows), table


async def test_an_expired_offer_says_so_and_takes_no_answer(
    browser: Browser, pool: "Pool[Any]", tell: Tell, time: Time
) -> None:
    await tell(told("offer_made", 1))
    await browser.get(link())
    await browser.get(f"{OFFER_PAGE}/accept")
    time.now = datetime.fromisoformat(EXPIRES)

    page = await browser.post(f"{OFFER_PAGE}/accept")

    assert page.status_code == 409
    assert "This is no longer possible" in page.text
    await browser.get(OFFER_PAGE)
    assert "The time to answer this offer has passed" in browser.text
    assert await sent(pool) == []


@pytest.mark.parametrize("kind", ["offer_lapsed", "offer_withdrawn"])
async def test_an_ended_offer_says_so(browser: Browser, tell: Tell, kind: str) -> None:
    await tell(told("offer_made", 1), told(kind, 2))

    await browser.get(link())

    assert "This offer has ended." in browser.text
    assert browser.shown is not None
    assert "/accept" not in browser.shown.text
    assert (await browser.get(f"{OFFER_PAGE}/accept")).status_code == 409


async def test_a_clock_that_moved_and_an_amendment_are_on_the_page(
    browser: Browser, tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("offer_changed", 2), told("clock_moved", 3))

    await browser.get(link())

    assert "March 6, 2026, 5:00 p.m. EST" in browser.text
    assert "mental_health" in browser.text


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


async def test_a_link_shows_its_offer_alone_until_a_code_is_entered(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(
        told("offer_made", 1),
        told("offer_made", 2, {**MADE, "offer_id": f"{NUMBER}-O3"}),
        told("engagement_opened", 3),
    )
    await browser.get(link())

    paths = ("/provider", f"/provider/offers/{NUMBER}-O3", WORK_PAGE, "/provider/capacity")
    for path in paths:
        assert (await browser.get(path)).url.path == "/provider/code", path
    await browser.post("/provider/code", {"step": "code"})
    await browser.post("/provider/code", {"code": await mailed(pool)})
    for path in paths:
        assert (await browser.get(path)).url.path == path


async def test_the_work_is_reported_and_closed(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("engagement_opened", 2))
    await sign_in(browser, pool)
    await browser.get(WORK_PAGE)
    assert "You have not reported any yet." in browser.text
    assert "Close the work as completed" not in browser.text

    await decide(browser, f"{WORK_PAGE}/report", pool, milestone="delivered", on="2026-03-01")
    await answer(pool, "applied")
    await browser.get(WORK_PAGE)
    assert "The result is with the agency." in browser.text
    assert "Close the work as completed" in browser.text
    await decide(browser, f"{WORK_PAGE}/complete", pool)
    await answer(pool, "applied")

    report, close = await said(pool)
    assert report.data == {
        "engagement_id": ENGAGEMENT, "milestone": "delivered", "on": "2026-03-01",
    }  # fmt: skip
    assert (close.type, close.data["reason"]) == ("gov.cri.engagement.close.v1", "completed")
    await browser.get(WORK_PAGE)
    assert "The work is closed as completed." in browser.text
    assert (await browser.get(f"{WORK_PAGE}/report")).status_code == 409


async def test_who_cannot_go_on_says_why(browser: Browser, pool: "Pool[Any]", tell: Tell) -> None:
    await tell(told("engagement_opened", 1))
    await sign_in(browser, pool)

    await decide(browser, f"{WORK_PAGE}/give-up", pool, note="Our staff left.")

    (message,) = await said(pool)
    assert message.data == {
        "engagement_id": ENGAGEMENT, "reason": "cannot_go_on", "note": "Our staff left.",
    }  # fmt: skip
    assert message.onbehalfof == NOBLE


async def test_capacity_is_declared_until_a_day_and_shown(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)

    await decide(
        browser, "/provider/capacity", pool,
        can_take="2", valid_until="2026-06-30", topics=["use_of_force"], states=["US-CA", "US-NV"],
    )  # fmt: skip

    (message,) = await said(pool)
    assert (message.type, message.subject) == ("gov.cri.capacity.declare.v1", NOBLE)
    assert message.onbehalfof == NOBLE
    assert message.data["entries"] == [
        {
            "topics": ["use_of_force"], "agency_types": [], "states": ["US-CA", "US-NV"],
            "service_forms": [], "can_take": 2,
        }
    ]  # fmt: skip
    assert datetime.fromisoformat(message.data["valid_until"]) == datetime.fromisoformat(
        "2026-07-01T00:00:00-04:00"
    )
    await answer(pool, "applied")
    await browser.get("/provider/capacity")
    assert "2 more, valid through June 30, 2026" in browser.text


async def test_a_code_alone_signs_in_and_says_nothing_of_who_is_known(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    pages = []
    for contact in (CONTACT, "nobody"):
        each = new_browser()
        await each.get("/provider/sign-in")
        page = await each.post("/provider/sign-in", {"provider": NOBLE, "contact": contact})
        assert page.url.path == "/provider/code"
        pages.append(each.text)

    assert pages[0] == pages[1]


async def test_a_stranger_who_guesses_does_not_keep_the_provider_out(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    named = {"provider": NOBLE, "contact": CONTACT}
    await browser.get("/provider/sign-in")
    await browser.post("/provider/sign-in", named)
    code = await mailed(pool)
    stranger = new_browser(address="198.51.100.7")
    await stranger.get("/provider/sign-in")
    await stranger.post("/provider/sign-in", named)

    guesses = [f"{number:08}" for number in range(MOST_TRIES + 1)]
    for guess in (*guesses, code):
        assert (await stranger.post("/provider/code", {"code": guess})).status_code == 422

    assert (await browser.post("/provider/code", {"code": code})).url.path == "/provider"


@pytest.mark.usefixtures("offered")
async def test_strangers_cannot_use_up_the_codes_of_who_has_the_link(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    for number in range(OF_ADDRESS + 1):
        stranger = new_browser(address=f"198.51.{number}.7")
        await stranger.get("/provider/sign-in")
        await stranger.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})
    await browser.get(link())

    await decide(browser, f"{OFFER_PAGE}/accept", pool)

    assert [each.type for each in await said(pool)] == ["gov.cri.offer.answer.v1"]


@pytest.mark.parametrize(
    "values", [{"provider": "", "contact": "a"}, {"provider": "NOBLE", "contact": "a"},
               {"provider": "noble", "contact": ""}, {"provider": "noble", "contact": "a\nb"},
               {"provider": "noble", "contact": "x" * 101}],
)  # fmt: skip
async def test_who_signs_in_is_named_as_ids_are(
    browser: Browser, pool: "Pool[Any]", values: dict[str, str]
) -> None:
    await browser.get("/provider/sign-in")

    page = await browser.post("/provider/sign-in", values)

    assert page.status_code == 422
    assert await sent(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0


async def test_an_idle_session_is_over_and_an_old_one_is_erased(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)
    await pool.execute("UPDATE provider_sessions SET seen_at = now() - interval '31 minutes'")
    assert (await browser.get("/provider")).status_code == 403
    await pool.execute(
        "UPDATE provider_sessions SET seen_at = now(), started_at = now() - $1::interval",
        projection.SESSION_LASTS + timedelta(seconds=1),
    )
    assert (await browser.get("/provider")).status_code == 403

    await projection.sweep_work(pool)

    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0


async def test_who_leaves_is_out(browser: Browser, pool: "Pool[Any]") -> None:
    await sign_in(browser, pool)

    await browser.post("/provider/leave")

    assert (await browser.get("/provider")).status_code == 403
    left = "SELECT count(*) FROM provider_sessions WHERE confirmed_at IS NOT NULL"
    assert await pool.fetchval(left) == 0


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


async def test_an_old_page_is_sent_again_under_the_new_sign_in(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1))
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    old = await browser.get(path)
    await browser.get("/provider/code")
    await browser.post("/provider/code", {"step": "code"})
    await browser.post("/provider/code", {"code": await mailed(pool)})
    browser.shown = old

    page = await browser.post(path, {"reason_code": "timing", "note": "In May."})

    assert page.status_code == 403
    assert "In May." in page.text
    assert await said(pool) == []


async def test_pages_work_without_keys_and_say_whom_to_call(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.codes, site.links = None, None

    assert (await browser.get(link())).status_code == 404
    await browser.get("/provider/sign-in")
    page = await browser.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})

    assert page.status_code == 503
    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0


def test_a_token_says_nothing_of_the_key() -> None:
    assert LINK_KEY not in repr(LINKS)
    assert json.dumps(link()).isascii()
