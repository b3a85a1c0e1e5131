"""What strangers send to the public pages in numbers: guesses, and floods up to every limit."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from services.webdesk.store import OF_CLIENT, OF_NETWORK
from tests.proofs.hostile.attacks.codes import MOST_MESSAGES as MOST_OF_CODES
from tests.proofs.hostile.attacks.codes import flood_with_codes, guess_codes
from tests.proofs.hostile.public_site import COOKIE, PublicSite
from tests.proofs.office import Browser

_GUESSES = 300
MOST_MESSAGES = MOST_OF_CODES + 1 + OF_CLIENT
"""What a flood may bring to Kafka: codes, one ask for news to one address, those of one client."""
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def guess(site: PublicSite) -> None:
    """Guess links and sessions; none may be one."""
    for _ in range(_GUESSES):
        random = secrets.token_urlsafe(32)
        site.ask("GET", f"/continue/{random}", expected={404})
        site.ask("GET", "/request", headers={"cookie": f"{COOKIE}={random}"}, expected={403})
        link = f"/subscriptions/end/{uuid4()}/monthly_update/{random[:24]}"
        site.ask("GET", link, expected={404})
        site.ask("POST", link, data=_ONE_CLICK, expected={404})
        site.ask("GET", f"/s/{random}", expected={404})
    guess_codes(site)
    for number in range(20):
        site.ask("GET", f"/continue/WEB-{number:010}", expected={404})


def flood(site: PublicSite) -> None:
    """Ask for news, codes and requests more often than one address and one network may."""
    _ask_for_news(site)
    flood_with_codes(site)
    first, *others = site.newcomers(5)
    browsers = [site.new_browser(client=first.client) for _ in range(8)]
    with ThreadPoolExecutor(len(browsers)) as pool:
        begun = sum(pool.map(lambda browser: _begin_often(site, browser), browsers))
    if begun != OF_CLIENT:
        site.note(f"one address has begun {begun} requests")
    begun += sum(_begin_often(site, browser) for browser in others)
    if begun != OF_NETWORK:
        site.note(f"one network has begun {begun} requests")
    site.beginner()  # somebody on another network may begin one


def _begin_often(site: PublicSite, browser: Browser) -> int:
    """Begin requests until that is refused, as if from behind many proxies; return how many."""
    site.ask("GET", "/", by=browser, expected={200})
    begun = 0
    for number in range(OF_CLIENT + 2):
        forged = {"x-forwarded-for": f"198.51.{number}.7"}
        answer = site.post(browser, "/start", {}, expected={303, 429}, headers=forged)
        begun += answer is not None and answer.status_code == httpx.codes.SEE_OTHER
    return begun


def _ask_for_news(site: PublicSite) -> None:
    """Ask for news to one address from many networks, and to many addresses from one."""
    for _ in range(4):
        (browser,) = site.newcomers(1)
        site.ask("GET", "/subscriptions", by=browser, expected={200})
        # Nobody learns that others have asked for the same address.
        _ask(site, browser, "victim@agency.example", expected={303})
    (browser,) = site.newcomers(1)
    site.ask("GET", "/subscriptions", by=browser, expected={200})
    asked = 0
    for number in range(OF_CLIENT + 5):
        answer = _ask(site, browser, f"victim{number}@agency.example", expected={303, 429})
        asked += answer is not None and answer.status_code == httpx.codes.SEE_OTHER
    if asked != OF_CLIENT:
        site.note(f"one address has asked for news {asked} times")


def _ask(
    site: PublicSite, browser: Browser, address: str, *, expected: set[int]
) -> httpx.Response | None:
    wish = {"address": address, "kinds": "monthly_update", "cadence": "monthly"}
    return site.post(browser, "/subscriptions", wish, expected=expected)
