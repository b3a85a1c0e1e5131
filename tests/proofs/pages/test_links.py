"""E40: what links and codes in mails lead to, and the link to a request that was begun."""

from typing import Any

import asyncpg

from shared.contracts.links import Links
from tests.examples.webdesk import LINK_KEY
from tests.integration.webdesk.status.conftest import NUMBER, status, take_in, told
from tests.proofs.pages import test_webdesk as pages
from tests.proofs.pages.test_webdesk import Person

pool, time, person, short_wait = pages.pool, pages.time, pages.person, pages.short_wait
Pool = asyncpg.Pool
CHIEF = "chief@alturas.example"


async def test_e40_an_address_is_confirmed_by_a_code(person: Person) -> None:
    await person.fill_in()

    assert await person.look("/request/code", "code") == []
    assert await person.look("/request/code", "code-sent", press="Send a code") == []
    assert await person.look("/request/code?asked=1", "code-wrong", press="Enter the code") == []


async def test_e40_a_link_says_whose_request_it_continues(person: Person) -> None:
    await person.fill_in()
    await person.open("/request/later")
    await person.press("Make a link")
    link = await person.page.get_attribute("a[href*='/continue/']", "href")
    assert link is not None

    assert await person.look(f"/continue/{link.rpartition('/')[2]}", "continue") == []


async def test_e40_a_request_is_followed_by_its_link(person: Person, pool: "Pool[Any]") -> None:
    await person.fill_in()
    await person.press("Send the request")
    reference = await pool.fetchval("SELECT reference FROM requests")
    accepted = {"reference": reference, "tracking_number": NUMBER}
    await take_in(pool, told("accepted", 1, accepted), status(2))
    links = Links("", bytes.fromhex(LINK_KEY))
    await person.open(links.status(f"contact:web-desk:{reference}", CHIEF))

    assert await person.look("/status", "status") == []
    for name, button in (("withdraw", "Withdraw the"), ("contact", "Change the contact")):
        path = f"/status/{name}"
        assert await person.look(path, f"status-{name}") == []
        assert await person.look(f"{path}?asked=1", f"status-{name}-wrong", press=button) == []


async def test_e40_a_lost_link_is_asked_for(person: Person) -> None:
    assert await person.look("/lost", "lost") == []
    assert await person.look("/lost", "lost-sent", press="Send a link") == []
    assert await person.look("/s/unknown", "status-not-valid") == []
