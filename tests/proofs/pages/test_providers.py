"""E40: the pages on which providers without a system answer and report."""

from typing import Any

import asyncpg

from tests.examples.provider import CONTACT, NOBLE, told
from tests.integration.webdesk.outbox import mailed
from tests.integration.webdesk.providers import conftest as provider
from tests.integration.webdesk.providers.conftest import OFFER_PAGE, WORK_PAGE, Tell, link
from tests.proofs.pages import test_webdesk as pages
from tests.proofs.pages.test_webdesk import Person

pool, time, person, tell = pages.pool, pages.time, pages.person, provider.tell
short_wait = provider.short_wait
Pool = asyncpg.Pool
REVIEW = "Continue to review"


async def test_e40_before_a_provider_is_signed_in(person: Person) -> None:
    assert await person.look("/provider/sign-in", "provider-sign-in") == []
    assert await person.look("/provider/sign-in", "provider-unnamed", press="Send a code") == []
    assert await person.look("/provider", "provider-ended") == []
    assert await person.look(f"{link()}x", "provider-not-valid") == []


async def test_e40_an_offer_is_answered(person: Person, tell: Tell) -> None:
    await person.open(link())
    assert await person.look(OFFER_PAGE, "offer-not-yet") == []
    await tell(told("offer_made", 1))

    assert await person.look(OFFER_PAGE, "offer") == []
    for name in ("accept", "decline", "counter"):
        assert await person.look(f"{OFFER_PAGE}/{name}", f"offer-{name}") == []
    assert await person.look(f"{OFFER_PAGE}/decline", "offer-wrong", press=REVIEW) == []
    assert await person.look(f"{OFFER_PAGE}/accept", "offer-review", press=REVIEW) == []


async def test_e40_the_work_is_seen_and_reported(
    person: Person, tell: Tell, pool: "Pool[Any]"
) -> None:
    await tell(told("offer_made", 1), told("engagement_opened", 2))
    await person.open("/provider/sign-in")
    await person.type(provider=NOBLE, contact=CONTACT)
    await person.press("Send a code")
    assert await person.look("/provider/code?asked=yes", "provider-code") == []
    await person.type(code=await mailed(pool))
    await person.press("Continue")
    assert person.page.url.endswith("/provider")

    assert await person.look("/provider", "provider-work") == []
    assert await person.look("/provider/capacity", "provider-capacity") == []
    assert await person.look("/provider/capacity", "provider-capacity-wrong", press=REVIEW) == []
    assert await person.look(WORK_PAGE, "provider-engagement") == []
    for name in ("report", "give-up"):
        assert await person.look(f"{WORK_PAGE}/{name}", f"provider-{name}") == []
