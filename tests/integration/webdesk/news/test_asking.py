"""Somebody asks for news: what is checked, limited, and told to nobody."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.webdesk import store
from services.webdesk.site.visits import Site
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.news.subscribing import (
    ADDRESS,
    BOTH,
    CONFIRM,
    OTHER,
    PAGES,
    ask,
    messages,
    press,
)

Pool = asyncpg.Pool


async def test_an_address_is_passed_on_with_what_is_wished(
    browser: Browser, pool: "Pool[Any]", site: Site
) -> None:
    await ask(browser, program="cri-tac", cadence="monthly")

    assert "An email is on its way" in browser.text
    (kind, data) = (await messages(pool))[0]
    assert kind == "gov.cri.subscription.ask.v1"
    assert data == {
        "address": ADDRESS, "kinds": BOTH, "cadence": "monthly", "program": "cri-tac",
    }  # fmt: skip
    assert site.relay_wake.is_set()


async def test_e23_the_answer_is_the_same_for_every_address(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    subscribed, unknown = new_browser(), new_browser()
    await press(new_browser(), CONFIRM)

    answers = [await ask(subscribed), await ask(unknown, OTHER)]

    first, second = ((each.status_code, each.headers, each.content) for each in answers)
    assert first == second
    asked = [data["address"] for kind, data in await messages(pool) if ".ask." in kind]
    assert asked == [ADDRESS, OTHER]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", ""),
        ("address", "nobody"),
        ("address", "a@b.example\r\nBcc: c@d.example"),
        ("address", "a@b.example, c@d.example"),
        ("address", f"{'a' * 250}@b.example"),
        ("kinds", []),
        ("kinds", ["gossip"]),
        ("cadence", "hourly"),
        ("program", "cri-moon"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(
    browser: Browser, pool: "Pool[Any]", field: str, value: Any
) -> None:
    page = await ask(browser, **{field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert await messages(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM asks") == 0


async def test_two_clicks_on_the_form_are_one_ask(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get("/subscriptions")
    browser._time.pass_seconds(10)
    form = {"address": ADDRESS, "kinds": BOTH}

    clicks = await asyncio.gather(*(browser.send("/subscriptions", form) for _ in range(2)))

    assert [each.headers["location"] for each in clicks] == ["/subscriptions/asked"] * 2
    assert len(await messages(pool)) == 1


async def test_one_address_is_written_to_once_in_ten_minutes_and_three_times_a_day(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    sent, answers = [], set()
    for number in range(4):
        address = ADDRESS.upper() if number else ADDRESS
        for network in (1, 2):
            browser = new_browser(address=f"198.51.{network}.{number}")
            answers.add((await ask(browser, address)).content)
            sent.append(len(await messages(pool)))
        await pool.execute("UPDATE asks SET asked_at = asked_at - interval '10 minutes'")

    assert sent == [1, 1, 2, 2, 3, 3, 3, 3]
    assert len(answers) == 1, "who asks learns that others have asked"


async def test_an_ask_that_sends_nothing_counts_for_who_sends_it(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OF_CLIENT", 3)
    await ask(new_browser(address="198.51.100.1"))
    browser = new_browser()

    statuses = [
        (await ask(browser, address)).status_code
        for address in (ADDRESS, "one@a.example", "two@a.example", "three@a.example", ADDRESS)
    ]

    assert statuses == [200, 200, 200, 429, 429]
    assert len(await messages(pool)) == 3


async def test_clients_networks_and_all_together_are_limited(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OF_CLIENT", 2)
    monkeypatch.setattr(store, "OF_NETWORK", 3)
    monkeypatch.setattr(store, "OF_ALL", 5)
    monkeypatch.setattr(store, "FIRST", 0)
    came = ["203.0.113.1"] * 3 + ["203.0.113.2"] * 2 + ["198.51.100.1"] * 2 + ["192.0.2.1"]

    statuses = [
        (await ask(new_browser(address=client), f"p{number}@a.example")).status_code
        for number, client in enumerate(came)
    ]

    assert statuses == [200, 200, 429, 200, 429, 200, 200, 429]


async def test_a_few_networks_cannot_use_up_what_all_share(
    new_browser: Callable[..., Browser], pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, number in (("OF_ALL", 2), ("FIRST", 1), ("OF_ALL_FIRST", 3)):
        monkeypatch.setattr(store, limit, number)
    came = ["203.0.113.1"] * 3 + ["198.51.100.1"] * 2 + ["192.0.2.1"]

    statuses = [
        (await ask(new_browser(address=client), f"p{number}@a.example")).status_code
        for number, client in enumerate(came)
    ]

    assert statuses == [200, 200, 429, 200, 429, 429]


async def test_asks_at_the_same_time_do_not_pass_the_limit(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    answers = await asyncio.gather(*(ask(new_browser()) for _ in range(6)))

    assert {each.status_code for each in answers} == {200}
    assert len(await messages(pool)) == 1


async def test_no_address_and_no_link_is_in_a_table_or_a_log(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    with capture_logs() as logged:
        await ask(browser)
        for link in PAGES:
            await press(browser, link, kinds=BOTH)
    stored: list[str] = []
    tables = await pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'outbox'"
        " AND has_table_privilege(tablename, 'SELECT')"
    )
    for (table,) in tables:
        stored += [str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}")]

    sent = str((await messages(pool))[1:])
    for secret in (ADDRESS, *(link.rpartition("/")[2] for link in PAGES)):
        assert secret not in str(logged)
        assert secret not in str(stored)
        assert secret not in sent
