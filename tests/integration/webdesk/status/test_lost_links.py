"""Lost links are mailed to the contact alone, and nobody uses up its codes."""

import re
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from services.webdesk import proving
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.status.conftest import (
    CHIEF,
    DEPUTY,
    NUMBER,
    WITHDRAW,
    reference_of,
    withdrawals,
)

Pool = asyncpg.Pool


async def ask_for_link(browser: Browser, number: str, email: str) -> Any:
    await browser.get("/lost")
    return await browser.post("/lost", {"number": number, "email": email})


async def use_up_tries(stranger: Browser, link: str, code: str) -> None:
    """Have somebody with the link enter wrong codes until no code counts there any more."""
    await stranger.get(link)
    await stranger.get(WITHDRAW)
    for _ in range(proving.MOST_TRIES):
        await stranger.post(WITHDRAW, {"code": another(code)})


async def test_a_lost_link_is_sent_to_the_contact_alone_and_the_answer_is_the_same(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    before = len(await sent(pool))
    pages = []
    for number, email in (
        (NUMBER, DEPUTY),
        ("CRI-2026-000043-K", CHIEF),
        ("", ""),
        (NUMBER.lower(), CHIEF.upper()),
    ):
        assert len(await sent(pool)) == before
        page = await ask_for_link(new_browser(), number, email)
        shown = re.sub(r'value="[^"]*"', "", page.text)
        pages.append((page.status_code, shown))

    assert len(set(pages)) == 1
    asked = (await sent(pool))[before:]
    assert [each.data["contact_id"] for each in asked] == [await reference_of(pool)]


async def test_asking_for_links_is_limited_alike_whether_or_not_there_is_a_request(
    new_browser: Callable[..., Browser], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_NETWORK", 2)

    found = [
        (await ask_for_link(new_browser(), NUMBER, email)).status_code
        for email in (DEPUTY, DEPUTY, CHIEF)
    ]

    assert found == [200, 200, 429]


async def test_nor_does_asking_without_end_tell_of_a_request(
    new_browser: Callable[..., Browser], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = proving.OF_ADDRESS + 2
    monkeypatch.setattr(proving, "OF_NETWORK", most)

    found = [
        [
            (await ask_for_link(new_browser(address=client), NUMBER, email)).status_code
            for _ in range(most + 1)
        ]
        for client, email in (("198.51.100.1", CHIEF), ("192.0.2.1", DEPUTY))
    ]

    assert found == [[200] * most + [429]] * 2


async def test_a_stranger_who_asks_for_links_does_not_keep_the_contact_from_acting(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    code = await mailed(pool)
    for number in range(proving.OF_ADDRESS + 1):
        await ask_for_link(new_browser(address=f"198.51.{number}.7"), NUMBER, CHIEF)

    await person.post(WITHDRAW, {"code": code})

    assert (await sent(pool))[-1].type == "gov.cri.request.withdraw.v1"


async def test_the_code_beside_a_new_link_counts_on_its_page(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await ask_for_link(new_browser(), NUMBER, CHIEF)
    person = new_browser()
    await person.get(link)
    await person.get(WITHDRAW)

    await person.post(WITHDRAW, {"code": await mailed(pool)})

    assert (await sent(pool))[-1].type == "gov.cri.request.withdraw.v1"


@pytest.mark.parametrize("asks", [False, True])
async def test_who_has_a_forwarded_link_cannot_use_up_the_tries_of_its_owner(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", *, asks: bool
) -> None:
    person, stranger = new_browser(), new_browser(address="198.51.100.1")
    await person.get(link)
    await person.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")
    code = await mailed(pool)
    if asks:  # a code of one's own replaces nobody else's
        await stranger.get(link)
        await stranger.get(WITHDRAW)
        await stranger.post(f"{WITHDRAW}/code")
    await use_up_tries(stranger, link, code)

    await person.post(WITHDRAW, {"code": code})

    assert await withdrawals(pool) == [{"tracking_number": NUMBER}]


async def test_nor_those_of_the_code_beside_a_new_link_where_it_was_asked_for(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    await ask_for_link(person, NUMBER, CHIEF)
    code = await mailed(pool)
    await use_up_tries(new_browser(), link, code)
    elsewhere = new_browser()
    await elsewhere.get(link)
    await elsewhere.get(WITHDRAW)
    page = await elsewhere.post(WITHDRAW, {"code": code})
    assert page.status_code == 422
    await person.get(link)
    await person.get(WITHDRAW)

    await person.post(WITHDRAW, {"code": code})

    assert await withdrawals(pool) == [{"tracking_number": NUMBER}]


async def test_a_code_asked_for_on_the_page_counts_in_no_other_browser(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person, stranger = new_browser(), new_browser()
    for each in (person, stranger):
        await each.get(link)
        await each.get(WITHDRAW)
    await person.post(f"{WITHDRAW}/code")

    page = await stranger.post(WITHDRAW, {"code": await mailed(pool)})

    assert page.status_code == 422
    assert await withdrawals(pool) == []
