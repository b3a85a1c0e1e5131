"""What strangers try with codes that go by mail: guesses, and asks in numbers."""

from collections.abc import Iterable

import httpx

from services.webdesk.proving import MOST_TRIES, OF_ADDRESS, OF_NETWORK
from shared.web.tokens import stamp
from tests.proofs.hostile.public_site import PublicSite
from tests.proofs.office import Browser

_CODE, _ENTER = "/request/code", "/request/code/enter"
_OF_NETWORK = 12
"""How many browsers of one network ask for codes to their own addresses."""
MOST_MESSAGES = 2 * OF_NETWORK
"""Each code that is asked for is a message, after one that sets its contact."""
_WORK = "__Host-work"
_SIGN_IN, _PROVIDER_CODE, _PROVIDER = "/provider/sign-in", "/provider/code", "/provider"
_STRANGERS = 4
MOST_OF_PROVIDERS = OF_ADDRESS + 1
"""A contact gets so many codes, however many strangers ask; an unknown one gets one message."""


def guess_codes(site: PublicSite) -> None:
    """Guess a code that went to the address of another; each answer must be the same."""
    browser = site.beginner()
    _reach(site, browser, "guessed@agency.example")
    site.post(browser, _CODE, {}, expected={303})
    guesses = ("", "x" * 3000, "\N{SNOWMAN}", *(f"{n:08}" for n in range(MOST_TRIES + 3)))
    site.compare([site.post(browser, _ENTER, {"code": g}, expected={422}) for g in guesses])


def guess_codes_of_providers(site: PublicSite) -> None:
    """
    Ask from several networks for codes to sign in as a provider, and guess them.

    Each answer must be the same, whether or not there is such a contact, and none may sign in.
    """
    strangers = [site.newcomers(1)[0] for _ in range(_STRANGERS)]
    guesses = ("", "x" * 3000, "\N{SNOWMAN}", *(f"{n:08}" for n in range(MOST_TRIES + 3)))
    asked, answers = [], []
    for stranger in strangers:
        asked.append(_sign_in(site, stranger, "desk"))
        answers += [_enter(site, stranger, guess) for guess in guesses]
        site.ask("GET", _PROVIDER, by=stranger, expected={303})
    other = strangers[-1]
    asked.append(_sign_in(site, other, "nobody"))
    answers.append(_enter(site, other, guesses[-1]))
    site.compare(asked)
    site.compare(answers)


def _sign_in(site: PublicSite, browser: Browser, contact: str) -> httpx.Response | None:
    """Have a code mailed to a contact of a provider."""
    site.ask("GET", _SIGN_IN, by=browser, expected={200})
    named = {"provider": "noble", "contact": contact, **_csrf(browser)}
    return site.post(browser, _SIGN_IN, named, expected={303})


def _enter(site: PublicSite, browser: Browser, code: str) -> httpx.Response | None:
    return site.post(browser, _PROVIDER_CODE, {"code": code, **_csrf(browser)}, expected={422})


def _csrf(browser: Browser) -> dict[str, str]:
    return {"csrf": stamp(browser.cookies.get(_WORK, ""), 0)}


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
