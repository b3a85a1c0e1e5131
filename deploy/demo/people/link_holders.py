"""People whose mails have a link to their request: they read there, and act by a code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from deploy.demo.browsing.browser import Browser
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.visitor import Visitor
from deploy.local.mail.kept import KeptMail

Does = Literal["reads", "withdraws", "replaces"]
_LINK = re.compile(r"https?://\S+/s/[A-Za-z0-9_-]+")
_CODE = re.compile(r"Your code is (\d{8})")
_SCANS = 3
_WRONG_CODE = "00000000"
_ACTS: Mapping[Does, tuple[str, str]] = {
    "withdraws": ("/status/withdraw", "gov.cri.request.withdraw.v1"),
    "replaces": ("/status/contact", "gov.cri.contact.set.v1"),
}
"""The page of each act, and the message that it leads to."""


@dataclass(slots=True)
class LinkHolder:
    """Somebody who has asked for help by web form, and what this person does by the link."""

    visitor: Visitor
    does: Does
    browser: Browser
    mailboxes: Mailboxes
    opened: int = 0
    """How often mail programs opened the link by themselves."""
    by_code: str | None = None
    """The type of the message that a code has led to."""
    replaced: int = 0
    """How many of its links ended because somebody else is to be reached now."""
    wrong: list[str] = field(default_factory=list)
    """What the pages should not have done."""

    @property
    def addresses(self) -> tuple[str, str]:
        """The address of this person, and that of the contact that takes over from them."""
        own = self.visitor.asker.email
        return own, f"new.{own}"

    async def use(self) -> None:
        """Read the status of the request, and act if this person is to."""
        link = await self._link(self.visitor.asker.email)
        for _ in range(_SCANS):
            scanner = Browser(self.browser.address)
            await scanner.open(link)
            await scanner.close()
            self.opened += 1
        page = await self.browser.open(link)
        if self.visitor.number is None or self.visitor.number not in page.text:
            self.wrong.append(f"the link to {self.visitor.number} shows {page.heading}")
        if self.does == "withdraws":
            await self._act({})
        elif self.does == "replaces":
            _, email = self.addresses
            await self._act({"name": "New front office", "email": email})
            await self._is_replaced(link, by=await self._link(email))

    async def _act(self, values: Mapping[str, str]) -> None:
        """Act by the code of a mail; a code that nobody has sent does nothing."""
        path, message = _ACTS[self.does]
        page = await self.browser.open(path)
        page = await self.browser.send(page.form(path), {**values, "code": _WRONG_CODE})
        if page.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            self.wrong.append(f"{path} is done without a code: {page.heading}")
            return
        page = await self.browser.send(page.form(f"{path}/code"))
        mail = await self.mailboxes.first(self.visitor.asker.email, lambda each: _code(each) != "")
        page = await self.browser.send(page.form(path), {**values, "code": _code(mail)})
        if page.status == HTTPStatus.OK:
            self.by_code = message
        else:
            self.wrong.append(f"{path} is not done by a code: {page.text[:200]}")

    async def _is_replaced(self, link: str, *, by: str) -> None:
        """See that the old link opens nothing any more, and that the new one does."""
        for each, status in ((link, HTTPStatus.NOT_FOUND), (by, HTTPStatus.OK)):
            person = Browser(self.browser.address)
            page = await person.open(each)
            await person.close()
            if page.status != status:
                self.wrong.append(f"a link to {self.visitor.number} shows {page.heading}")
        self.replaced += 1

    async def _link(self, address: str) -> str:
        """Return the link in the first mail to *address* that has one."""
        mail = await self.mailboxes.first(
            address, lambda each: _LINK.search(each.text) is not None
        )
        found = _LINK.search(mail.text)
        assert found is not None
        return found[0]


def links_in(mail: KeptMail) -> set[str]:
    """Return the links to requests in a mail."""
    return set(_LINK.findall(mail.text))


def _code(mail: KeptMail) -> str:
    found = _CODE.search(mail.text)
    return found[1] if found else ""
