"""The link in mails shows how a request stands, and no more."""

from collections.abc import Callable
from typing import Any

import asyncpg
from structlog.testing import capture_logs

from services.webdesk import store
from services.webdesk.site.case_visits import link_token
from services.webdesk.site.visits import Site
from tests.examples.webdesk import NEED
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import sent
from tests.integration.webdesk.status.conftest import (
    CHIEF,
    CONTACT,
    DEPUTY,
    NUMBER,
    SENTENCE,
    WITHDRAW,
    reference_of,
    status,
    take_in,
    told,
)

Pool = asyncpg.Pool


async def test_the_link_of_mails_shows_how_the_request_stands(
    new_browser: Callable[..., Browser], link: str
) -> None:
    person = new_browser()

    page = await person.get(link)

    assert page.url.path == "/status"
    for words in (
        *(NUMBER, "Alturas Police Department", SENTENCE, "Technical Assistance Center"),
        *("It moves on when there is room.", "March 9, 2026", "March 2, 2026"),
    ):
        assert words in person.text, words


async def test_the_page_names_the_provider_that_is_asked_or_helps(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    for number, (name, provider, words) in enumerate(
        (
            ("offered", "iacp", "Provider we asked Chiefs of Police"),
            ("assigned", "iacp", "Provider Chiefs of Police"),
            ("assigned", "unlisted", "Provider unlisted"),
        )
    ):
        message = status(3 + number, name)
        told_of = {**message.data, "provider": provider}
        await take_in(pool, message.model_copy(update={"data": told_of}))

        await person.get(link)
        assert words in person.text

    await take_in(pool, status(9))
    assert "unlisted" not in (await person.get(link)).text


async def test_the_page_has_neither_need_nor_contact(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    page = await new_browser().get(link)

    for secret in (NEED, "A. Chief", CHIEF, "202 555 0100"):
        assert secret not in page.text
        for table in ("requests", "told"):
            assert secret not in str(await pool.fetch(f"SELECT * FROM {table}"))


async def test_the_token_is_exchanged_for_a_cookie_and_is_in_no_table_and_no_log(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, token = new_browser(), link.rpartition("/")[2]

    with capture_logs() as logged:
        answered = await person.http.get(link)
        page = await person.get("/status")

    assert (answered.status_code, answered.headers["location"]) == (303, "/status")
    assert answered.headers["referrer-policy"] == "no-referrer"
    assert answered.headers["cache-control"] == page.headers["cache-control"] == "no-store"
    for part in ("__host-status=", "secure", "httponly", "samesite=lax", "path=/"):
        assert part in answered.headers["set-cookie"].lower()
    assert token not in str(logged) + page.text
    assert token not in str(await pool.fetch("SELECT * FROM requests"))


async def test_links_that_are_unknown_replaced_and_too_old_look_the_same(
    new_browser: Callable[..., Browser], site: Site, link: str, pool: "Pool[Any]"
) -> None:
    reference = await reference_of(pool)
    replaced = f"/s/{link_token(site, reference, DEPUTY)}"
    unknown = [
        await new_browser().http.get(each) for each in (replaced, "/s/x", f"/s/{'x' * 999}")
    ]
    without = await new_browser().http.get("/status")
    await pool.execute("UPDATE requests SET ended_at = now() - $1::interval", store.SHOWN)
    answers = [*unknown, without, await new_browser().http.get(link)]

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1


async def test_an_expired_link_is_swept_with_what_was_told(link: str, pool: "Pool[Any]") -> None:
    await store.sweep_sessions(pool)
    assert await pool.fetchval("SELECT count(*) FROM requests") == 1
    await pool.execute("UPDATE requests SET ended_at = now() - $1::interval", store.SHOWN)

    await store.sweep_sessions(pool)

    for table in ("requests", "told"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_what_was_told_twice_or_out_of_order_is_shown_once_and_the_last_stands(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    later = status(5, "assigned", "A provider helps you from now on.")
    reminder = told("clock_late", 4, {"tracking_number": NUMBER, "sentence": "It is late."})

    await take_in(pool, later, later, status(3, "offered", "A provider is asked."), reminder)
    await take_in(pool, status(2))

    page = await new_browser().get(link)
    assert page.text.count("A provider helps you from now on.") == 2  # as it stands, and as told
    for words in ("A provider is asked.", "It is late.", SENTENCE):
        assert page.text.count(words) == 1, words


async def test_each_sentence_says_by_which_channel_it_was_told(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    """The page names no address: others may have the link. What is old says nothing."""
    answer = told("status", 3, {"tracking_number": NUMBER, "sentence": "You asked, and it waits."})
    await take_in(pool, answer, status(4, "offered", "A provider is asked."))
    await take_in(pool, status(5, "assigned", "It was told long ago."))
    await pool.execute("UPDATE told SET by_mail = NULL WHERE number = 5")

    person = new_browser()
    await person.get(link)
    text = person.text

    assert "You asked, and it waits. On this page only." in text
    assert "A provider is asked. By email and on this page." in text
    assert f"{SENTENCE} By email and on this page." in text
    assert "It was told long ago." in text
    assert "It was told long ago. By" not in text
    assert text.count("on this page.") == 2
    assert CHIEF not in text


async def test_what_a_provider_is_told_of_the_request_is_not_shown(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, status(3, "offered", "For the provider alone.", audience="noble"))

    page = await new_browser().get(link)

    assert "For the provider alone." not in page.text
    assert SENTENCE in page.text


async def test_requests_of_others_are_not_kept(link: str, pool: "Pool[Any]") -> None:
    other = status(3).model_copy(
        update={"data": {**status(3).data, "tracking_number": "CRI-2026-000043-K"}}
    )

    await take_in(pool, other)

    assert await pool.fetchval("SELECT count(*) FROM told") == 1


async def test_a_form_from_elsewhere_or_of_another_browser_does_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, other = new_browser(), new_browser()
    await person.get(link)
    await other.get("/lost")
    before = len(await sent(pool))
    for path in (WITHDRAW, CONTACT, f"{WITHDRAW}/code", f"{CONTACT}/code"):
        shown = await person.get(WITHDRAW)
        foreign = await person.post(path, headers={"origin": "https://evil.example"})
        person.shown = shown
        planted = await person.post(path, {"csrf": other.token})
        stranger = await other.send(path)
        assert (foreign.status_code, planted.status_code) == (403, 422), path
        assert stranger.status_code == 404

    assert len(await sent(pool)) == before


async def test_a_request_of_a_desk_without_mails_has_no_page(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.links = None
    await browser.fill_in()
    await browser.post("/request/send")

    assert await pool.fetchval("SELECT count(*) FROM requests") == 0
    assert (await browser.get("/s/x")).status_code == 404
