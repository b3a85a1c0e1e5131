"""A person at the office's desk, who clicks through its pages in a browser."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from deploy.demo.browsing.browser import Browser
from deploy.demo.browsing.shown_page import Link, Page
from deploy.demo.office import case_files, clicked
from deploy.demo.office.case_files import OpenedFile
from deploy.demo.office.clicked import Clicked
from deploy.demo.progress import Stuck

LOOKS, LOOK_SECONDS = 50, 0.2
"""How often somebody looks for something on its way, and how many seconds pass in between."""
_GIVE_BACK, _SEND = "/items/give-back", ("step", "send")


@dataclass(frozen=True, slots=True)
class Person:
    """Acts under the pseudonym ``alias``; ``name`` is the name at the stand-in issuer."""

    name: str
    alias: str
    browser: Browser

    async def look_over(self, case: Page, item: str, act: str, values: Mapping[str, str]) -> bool:
        """
        Fill in an act's form, up to the page that asks to confirm it.

        Without an *item*, the act is one of the case. Return False if there is nothing to do any
        more.
        """
        link = link_of(case, item, act)
        if link is None:
            return False
        page = await self.browser.open(link.address)
        if page.status != HTTPStatus.CONFLICT:
            page = await self.browser.send(page.form(link.path), values)
        return page.status != HTTPStatus.CONFLICT

    async def confirm(self) -> None:
        """Confirm the act that is shown, and look for the answer."""
        page = self.browser.page
        await self.browser.send(page.form(page.path), button=_SEND)
        await self.look_again()

    async def look_again(self) -> None:
        """Look for the answer as long as the page says that there is none yet."""
        for _ in range(LOOKS):
            page = self.browser.page
            if page.heading != clicked.WAITING or page.path.startswith(clicked.PATH):
                return
            await self.browser.send(page.form(page.path), button=_SEND)

    def sent(self, kind: str) -> Clicked:
        """Return the act whose page is shown. Raises Stuck if no act was sent."""
        page = self.browser.page
        if not page.path.startswith(clicked.PATH):
            raise Stuck(f"{self.name} sent an act, and sees {page.path}: {page.heading}")
        return Clicked(page.path.removeprefix(clicked.PATH), self.name, kind, page.heading)

    async def wait_for(self, act: Clicked) -> None:
        """Look for the answer to *act* a few times."""
        for _ in range(LOOKS):
            if act.is_answered:
                return
            await asyncio.sleep(LOOK_SECONDS)
            act.says = (await self.browser.open(act.address)).heading

    async def give_back(self, case: Page, item: str) -> None:
        """Give an item of a case back, if this person still has it."""
        page = await self.browser.open(case.address)
        for form in page.forms:
            if form.action.endswith(_GIVE_BACK) and form.value("item") == item:
                await self.browser.send(form)

    async def read_file(self, case: Page, words: str) -> OpenedFile:
        """Open the file of a case, which should say *words*."""
        values = {"purpose": case_files.TRIAGE}
        page = await self.browser.send(case.form(f"{case.path}/file"), values)
        for _ in range(LOOKS):
            if page.heading != clicked.WAITING:
                break
            await asyncio.sleep(LOOK_SECONDS)
            page = await self.browser.open(page.address)
        return OpenedFile(
            page.path.removeprefix(case_files.PATH),
            number_of(case),
            f"staff:{self.alias}",
            case_files.TRIAGE,
            words in page.text,
        )


def number_of(case: Page) -> str:
    """Return the tracking number of the case that a page shows."""
    return case.path.rpartition("/")[2]


def link_of(case: Page, item: str, act: str) -> Link | None:
    """Return the link to an act about an item; None if the page of the case has none."""
    return next(
        (
            each
            for each in case.links
            if each.path.endswith(f"/act/{act}") and each.names("item") == item
        ),
        None,
    )
