"""A person who asks for help on the public pages, one page after the other."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus

from deploy.demo.browsing.browser import Browser
from deploy.demo.browsing.shown_page import Page
from deploy.demo.people.askers import Asker, Values
from deploy.demo.progress import Stuck
from services.webdesk.site.visits import LEAST_SECONDS

_HERE = "/request"
_NUMBER = re.compile(r"Its number is (CRI-[0-9A-Z-]+)")
_REFERENCE = re.compile(r"Your request (WEB-[0-9A-Z]+)")
_LOOKS, _LOOK_SECONDS = 30, 2.0
"""How often a person looks for the number, and the pause (seconds): as the page itself does."""


@dataclass(slots=True)
class Visitor:
    """Writes down what *asker* asks for, corrects what the pages ask for, and sends it."""

    asker: Asker
    browser: Browser
    reference: str = ""
    """What the pages call the request before it has a number."""
    number: str | None = None
    """The number that the page showed."""
    corrected: int = 0
    """How many pages came back with what was to be corrected."""
    unsaid: list[str] = field(default_factory=list)
    """The pages that came back without naming each mistake, or with other ones."""

    async def ask(self) -> None:
        """Ask for help, until the page shows a number. Raises Stuck if it never does."""
        await self.browser.open("/")
        await self._send("/start")
        await self._choose_agency()
        if self.asker.hurry:
            await self.browser.open(f"{_HERE}/review")
            await self._send(f"{_HERE}/send")
            self._is_asked_for(self.asker.hurry)
        for name in self.asker.pages:
            await self._fill_in(name)
        await self.browser.open(f"{_HERE}/review")
        page = await self._send(f"{_HERE}/send")
        for _ in range(_LOOKS):
            if page.path != _HERE:
                raise Stuck(f"{self.asker.name} sent a request, and sees {page.heading}")
            self.reference = _said(_REFERENCE, page) or self.reference
            self.number = _said(_NUMBER, page)
            if self.number is not None:
                return
            await asyncio.sleep(_LOOK_SECONDS)
            page = await self.browser.open(_HERE)
        raise Stuck(f"{self.asker.name} was told no number")

    async def _choose_agency(self) -> None:
        path, asker = f"{_HERE}/page/agency", self.asker
        if asker.ori is None:
            await self.browser.follow("Our agency is not in the list")
            kind = {"cri_type": "local", "agency_class": "city"}
            await self._send(path, {"agency": asker.name, "state": asker.state, **kind})
            return
        search = next(form for form in self.browser.page.forms if form.is_search)
        await self.browser.send(search, {"name": asker.name, "in": asker.state})
        await self._send(path, {"ori": asker.ori})

    async def _fill_in(self, name: str) -> None:
        """Fill in a page, at first with the mistakes that are made there."""
        path = f"{_HERE}/page/{name}"
        await self.browser.open(path)
        if (mistake := self.asker.mistakes.get(name)) is not None:
            await self._send(path, mistake.written)
            self._is_asked_for(mistake.wrong)
        page = await self._send(path, self.asker.pages[name])
        if page.status != HTTPStatus.OK:
            raise Stuck(f"{self.asker.name} wrote {name}, and sees {page.text[:200]}")

    async def _send(self, path: str, values: Values | None = None) -> Page:
        """Send the form of the page that is shown, once a person can have filled it in."""
        await asyncio.sleep(LEAST_SECONDS)
        form = next(
            each
            for each in self.browser.page.forms
            if each.action.endswith(path) and not each.is_search
        )
        return await self.browser.send(form, values)

    def _is_asked_for(self, wrong: Collection[str]) -> None:
        """Note that a page came back, and whether it names everything that is *wrong* at once."""
        page = self.browser.page
        self.corrected += 1
        if page.status != HTTPStatus.UNPROCESSABLE_ENTITY or page.wrong != set(wrong):
            named = ", ".join(sorted(page.wrong))
            self.unsaid.append(
                f"{page.path} asks {self.asker.name} to correct {named or 'nothing'}"
            )


def _said(pattern: re.Pattern[str], page: Page) -> str | None:
    found = pattern.search(page.text)
    return found[1] if found else None
