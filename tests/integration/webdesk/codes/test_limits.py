"""How many codes may be asked for, by whom, and who cannot use up those of others."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.webdesk import proving
from services.webdesk.proving import MOST_TRIES, Codes
from tests.integration.webdesk.codes.conftest import (
    ASK,
    MATTER,
    NETWORK,
    another,
    ask,
    contact,
    prove,
)
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent

Pool = asyncpg.Pool


async def test_an_address_gets_three_codes_an_hour_in_any_notation_and_nothing_tells(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    addresses = ["chief@a.example", "Chief@a.example", "chief@A.example", "CHIEF@a.example"]
    answered = [
        await ask(
            codes,
            pool,
            MATTER._replace(contact_id=f"c-{number}"),
            contact=contact(address, f"c-{number}"),
        )
        for number, address in enumerate(addresses)
    ]

    assert answered == [True] * 4
    assert len(await sent(pool)) == 2 * 3
    await pool.execute("UPDATE codes_asked SET asked_at = now() - interval '1 hour'")
    await ask(codes, pool, MATTER, contact=contact(addresses[0]))
    assert len(await sent(pool)) == 2 * 4


async def test_a_contact_asks_for_so_many_codes_an_hour_whatever_its_addresses(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_CONTACT", 2)
    for number in range(3):
        assert await ask(codes, pool, contact=contact(f"a{number}@a.example"))

    assert len(await sent(pool)) == 2 * 2


@pytest.mark.parametrize("limit", ["OF_NETWORK", "OF_ALL"])
async def test_a_network_and_all_ask_for_so_many_codes_an_hour(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(proving, limit, 2)
    monkeypatch.setattr(proving, "FIRST", 0)
    asked = [
        await ask(
            codes,
            pool,
            MATTER._replace(contact_id=f"c-{number}"),
            network=NETWORK if limit == "OF_NETWORK" else str(number).encode(),
        )
        for number in range(3)
    ]

    assert asked == [True, True, False]
    assert len(await sent(pool)) == 2


async def test_a_few_networks_cannot_use_up_what_all_share(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, number in (("OF_ALL", 4), ("FIRST", 2), ("OF_ALL_FIRST", 6)):
        monkeypatch.setattr(proving, limit, number)
    networks = ("a", "a", "a", "a", "a", "b", "b", "b", "c")

    asked = [
        await ask(codes, pool, MATTER._replace(contact_id=f"c-{number}"), network=name.encode())
        for number, name in enumerate(networks)
    ]

    assert asked == [True, True, True, True, False, True, True, False, False]


async def test_strangers_cannot_use_up_the_codes_of_who_has_the_link(
    codes: Codes, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    by_link = MATTER._replace(from_link=True)
    for number in range(proving.OF_ADDRESS + 1):
        await ask(codes, pool, MATTER._replace(browsers=(f"b-{number}",)), network=b"elsewhere")
    monkeypatch.setattr(proving, "OF_ALL", 0)
    before = len(await sent(pool))

    for _ in range(proving.OF_ADDRESS + 1):
        assert await ask(codes, pool, by_link)

    asked = (await sent(pool))[before:]
    assert [each.data["from_link"] for each in asked] == [True] * proving.OF_ADDRESS
    assert await prove(codes, pool, await mailed(pool), by_link) is not None


async def test_another_browser_neither_replaces_a_code_nor_uses_up_its_tries(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    own, other = (MATTER._replace(browsers=(name,)) for name in ("own", "other"))
    await ask(codes, pool, own)
    code = await mailed(pool)

    await ask(codes, pool, other, network=b"elsewhere")
    for _ in range(MOST_TRIES + 1):
        assert await prove(codes, pool, another(code), other) is None

    assert await prove(codes, pool, code, other) is None
    assert await prove(codes, pool, code, own) is not None


async def test_asks_at_once_do_not_pass_the_limit_together(
    codes: Codes, pool: "Pool[Any]"
) -> None:
    await asyncio.gather(
        *(
            ask(
                codes,
                pool,
                MATTER._replace(contact_id=f"c-{number}"),
                contact=contact("chief@a.example", f"c-{number}"),
            )
            for number in range(8)
        )
    )

    assert len(await sent(pool)) == 2 * 3


async def test_above_the_limit_of_its_network_a_page_says_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "OF_NETWORK", 0)
    await browser.fill_in()
    await browser.get(ASK)

    page = await browser.post(ASK)

    assert page.status_code == 429
    assert "202-555-0100" in page.text
