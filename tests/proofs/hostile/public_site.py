"""The public desk's pages as somebody attacks them, beside a person who asks for help there."""

import asyncio
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence

import httpx
from starlette.routing import Route

from services.webdesk.draft.agencies import Agencies
from services.webdesk.draft.pages import PAGES
from services.webdesk.lists import Lists
from services.webdesk.settings import Settings
from services.webdesk.site import web
from services.webdesk.site.visits import Site as Pages
from shared.web.tokens import stamp
from tests.examples.webdesk import SETTINGS
from tests.proofs.hostile.site import Site
from tests.proofs.office import Browser

COOKIE = "__Host-request"
NEED, REVIEW, LATER = "/request/page/need", "/request/review", "/request/later"
_LINK = re.compile(r'href="(http[^"]*?)(/continue/[^"]+)"')
_TOKEN = re.compile(rb'name="csrf" value="[^"]*"')
_PLACE = re.compile(r"\{[^}]+\}")
_PERSON = "127.9.9.1"
_SECONDS = 2.0
_WORDS = "Calls of people in crisis end in arrests, number {}."


class PublicSite(Site):
    """
    The pages with a person on another network, who has begun a request and goes on with it.

    ``forms`` and ``pages`` are the paths that take forms and that show pages, each with values in
    the places of the fields that it names. Attackers know how tokens of forms are made from
    their own cookie, and need not wait.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._networks = iter(range(10, 250))
        self._saved = 0
        self.forms, self.pages = paths("POST"), paths("GET")
        self.person = self.new_browser(client=_PERSON)
        self.begin(self.person)
        self.check_person()

    def newcomers(self, number: int) -> Sequence[Browser]:
        """Return browsers of one network, which no other attack uses, each of its own address."""
        network = next(self._networks)
        hosts = range(1, number + 1)
        return [self.new_browser(client=f"127.{network}.0.{host}") for host in hosts]

    def beginner(self) -> Browser:
        """Return a browser from a network of its own that has begun a request."""
        (browser,) = self.newcomers(1)
        self.begin(browser)
        return browser

    def begin(self, browser: Browser) -> httpx.Response | None:
        """Begin a request."""
        self.ask("GET", "/", by=browser, expected={200})
        return self.post(browser, "/start", {}, expected={303})

    def post(
        self,
        by: Browser,
        path: str,
        fields: Mapping[str, str],
        *,
        expected: Collection[int],
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        """Send a form as *by*, with the right token and origin unless others are given."""
        form = {"csrf": stamp(by.cookies.get(COOKIE, ""), 0), **fields}
        own = {"origin": self.address, **(headers or {})}
        return self.ask("POST", path, expected=expected, by=by, data=form, headers=own)

    def make_link(self, browser: Browser) -> str:
        """Make a link to the request of *browser*; return its path, empty if there is none."""
        page = self.post(browser, LATER, {}, expected={200})
        found = None if page is None else _LINK.search(page.text)
        if found is None or found[1] != self.address:
            self.note("no link, or one that leads elsewhere")
            return ""
        return found[2]

    def compare(self, answers: Iterable[httpx.Response | None]) -> None:
        """Note if the *answers* to different guesses can be told apart, by more than tokens."""
        found = [
            (each.status_code, _TOKEN.sub(b"", each.content))
            for each in answers
            if each is not None
        ]
        if len(set(found)) > 1:
            self.note("guesses are told apart")

    def check_person(self) -> None:
        """Have the person save and read a page: it must work, soon, and show the own words."""
        begun = time.monotonic()
        self._saved += 1
        words = _WORDS.format(self._saved)
        self.post(self.person, NEED, {"issue": words}, expected={303})
        page = self.ask("GET", REVIEW, by=self.person, expected={200})
        if page is not None and words not in page.text:
            self.note("the person's request does not hold what the person wrote")
        if (took := time.monotonic() - begun) > _SECONDS:
            self.note(f"the person waited {took:.0f} s for two pages")


def paths(method: str) -> Sequence[str]:
    """Return every path of the public desk that takes *method*, also of pages to come."""
    pages = Pages(Settings(**SETTINGS), Lists(Agencies(()), {}, {}), relay_wake=asyncio.Event())
    routes = [each for each in web.routes(pages) if isinstance(each, Route)]
    paths = [each.path for each in routes if method in (each.methods or ())]
    names = [page.name for page in PAGES]
    named = [path.replace("{page}", name) for path in paths for name in names]
    return list(dict.fromkeys(_PLACE.sub("unknown", path) for path in named))
