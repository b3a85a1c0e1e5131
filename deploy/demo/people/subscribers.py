"""People who want news by mail: they ask, confirm by a link, and some end it by one click."""

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus

from deploy.demo.browsing.browser import Browser
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.progress import Stuck
from services.webdesk.site.visits import LEAST_SECONDS

_NEWS = "/subscriptions"
_CONFIRM = re.compile(r"https?://\S+/subscriptions/confirm/\S+")
_SCANS = 3
"""How often a mail program looks at where a link leads, before the person does."""


@dataclass(slots=True)
class Subscriber:
    """Somebody who asks for news; not everybody ``confirms``, and not everybody ``stays``."""

    address: str
    confirms: bool
    stays: bool
    browser: Browser
    mailboxes: Mailboxes
    subscription: str = ""
    """The id of the subscription, from the link in this person's mail."""
    scanned: int = 0
    """How often a mail program opened one of its links."""
    has_confirmed: bool = False
    has_ended: bool = False

    async def subscribe(self) -> None:
        """Ask for news, and confirm it if this person does."""
        page = await self.browser.open(_NEWS)
        await asyncio.sleep(LEAST_SECONDS)
        wishes = {"kinds": ["solicitations"], "cadence": "at_once"}
        page = await self.browser.send(page.form(_NEWS), {"address": self.address, **wishes})
        if not page.path.endswith("/asked"):
            raise Stuck(f"{self.address} asked for news, and sees {page.heading}")
        mail = await self.mailboxes.first(self.address, lambda each: _link(each.text) != "")
        link = _link(mail.text)
        self.subscription = link.split("/subscriptions/confirm/")[1].partition("/")[0]
        await self._is_scanned(link)
        if self.confirms:
            page = await self.browser.open(link)
            page = await self.browser.send(page.form(f"{_NEWS}/confirm"))
            self.has_confirmed = page.path.endswith("/confirmed")
            if not self.has_confirmed:
                raise Stuck(f"{self.address} confirmed, and sees {page.heading}")

    async def read_news(self) -> None:
        """Wait for news, and end it by one click if this person does not stay."""
        mail = await self.mailboxes.first(
            self.address, lambda each: "List-Unsubscribe" in each.message
        )
        link = str(mail.message["List-Unsubscribe"]).strip("<>")
        await self._is_scanned(link)
        if not self.stays:
            self.has_ended = await self.browser.click_once(link) == HTTPStatus.OK

    async def _is_scanned(self, link: str) -> None:
        """Have a mail program open a link a few times; it holds no cookies, and sends no form."""
        for _ in range(_SCANS):
            scanner = Browser(self.browser.address)
            await scanner.open(link)
            await scanner.close()
            self.scanned += 1


def _link(text: str) -> str:
    found = _CONFIRM.search(text)
    return found[0] if found else ""
