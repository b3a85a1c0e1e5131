"""What strangers try with codes that go by mail: guesses, and asks in numbers."""

from collections.abc import Iterable

import httpx

from services.webdesk.proving import MOST_TRIES, OF_ADDRESS, OF_NETWORK
from tests.proofs.hostile.public_site import PublicSite
from tests.proofs.office import Browser

_CODE, _ENTER = "/request/code", "/request/code/enter"
_OF_NETWORK = 12
"""How many browsers of one network ask for codes to their own addresses."""
MOST_MESSAGES = 2 * OF_NETWORK
"""Each code that is asked for is a message, after one that sets its contact."""


def guess_codes(site: PublicSite) -> None:
    """Guess a code that went to the address of another; each answer must be the same."""
    browser = site.beginner()
    _reach(site, browser, "guessed@agency.example")
    site.post(browser, _CODE, {}, expected={303})
    guesses = ("", "x" * 3000, "\N{SNOWMAN}", *(f"{n:08}" for n in range(MOST_TRIES + 3)))
    site.compare([site.post(browser, _ENTER, {"code": g}, expected={422}) for g in guesses])


def flood_with_codes(site: PublicSite) -> None:
    """Ask for codes more often than one address, one contact and one network may."""
    browsers = site.newcomers(_OF_NETWORK)
    asked = sum(_ask_often(site, browser, number) for number, browser in enumerate(browsers))
    if asked != OF_NETWORK:
        site.note(f"one network has asked for {asked} codes")
    _ask_for_links(site)


def _ask_often(site: PublicSite, browser: Browser, number: int) -> int:
    """Ask for as many codes as an address may; return how many were asked for."""
    site.begin(browser)
    _reach(site, browser, f"victim{number}@agency.example")
    answers = [site.post(browser, _CODE, {}, expected={303, 429}) for _ in range(OF_ADDRESS)]
    return _count(answers)


def _count(answers: Iterable[httpx.Response | None]) -> int:
    return sum(each is not None and each.status_code == httpx.codes.SEE_OTHER for each in answers)


def _reach(site: PublicSite, browser: Browser, email: str) -> None:
    """Write whom to reach."""
    people = {"role": "chief", "name": "A. Chief", "email": email}
    site.post(browser, "/request/page/people", people, expected={303})


def _ask_for_links(site: PublicSite) -> None:
    """Ask for links to requests that there are not, until the network may ask no more."""
    (browser,) = site.newcomers(1)
    site.ask("GET", "/lost", by=browser, expected={200})
    asked = {"number": "CRI-2026-000042-J", "email": "chief@agency.example"}
    sent = [site.post(browser, "/lost", asked, expected={200, 429}) for _ in range(OF_NETWORK + 2)]
    if sum(each is not None and each.status_code == httpx.codes.OK for each in sent) != OF_NETWORK:
        site.note("asking for links has no limit")
