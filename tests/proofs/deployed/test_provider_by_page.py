"""A provider without a system, on everything that is deployed: by mail, page and code."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from typing import Any

import pytest

from deploy.demo.topic_reader import reading
from deploy.local.mail.kept import KeptMail, list_kept, read_kept
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from shared.contracts import intake
from tests.proofs.introduced import entry, until
from tests.proofs.office import Browser

AGENCY, NOBLE, OFFICE = "california-agencies", "noble", "program-office"
CANARY = "Calls of people in crisis end in arrests."
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_CODE = re.compile(r"Your code is (\d{8})")
_LINK = re.compile(r"(http://127\.0\.0\.1:\d+)(/offer/\S+)")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with closing(Browser()) as opened:
        yield opened


class Pages:
    """The provider's browser at the public desk, and its mailbox."""

    def __init__(self, stack: Stack, address: str, browser: Browser) -> None:
        assert stack.mail is not None
        self._folder = stack.mail.folder
        self.address = address
        self.browser = browser
        self.html = ""

    def mails(self) -> list[KeptMail]:
        return [read_kept(self._folder, name) for name in list_kept(self._folder)]

    async def found_in_mail(self, pattern: re.Pattern[str], *, after: int = 0) -> re.Match[str]:
        """Return where *pattern* is in the mails, without the first *after* ones."""

        async def look() -> re.Match[str] | None:
            texts = (mail.text for mail in self.mails()[after:])
            return next((found for text in texts if (found := pattern.search(text))), None)

        return await until(look)

    async def get(self, path: str) -> str:
        """Open *path*, follow where it leads, and return the page."""
        response = await asyncio.to_thread(self.browser.get, self.address, path)
        if response.has_redirect_location:
            return await self.get(response.headers["location"])
        self.html = response.text
        return self.html

    async def post(self, path: str, **fields: str) -> str:
        """Send the form of the page that is shown, and return what follows."""
        response = await asyncio.to_thread(self.browser.post, self.address, path, fields)
        if response.has_redirect_location:
            return await self.get(response.headers["location"])
        self.html = response.text
        return self.html

    async def act(self, path: str, **fields: str) -> str:
        """Fill in and confirm the form at *path*, with a code from a mail if one is needed."""
        await self.get(path)
        await self.post(path, **fields)
        code = ""
        if "Send a code" in self.html:
            before = len(self.mails())
            await self.post(path, **self._hidden(), step="code")
            code = (await self.found_in_mail(_CODE, after=before))[1]
        await self.post(path, **self._hidden(), step="send", code=code)

        async def answered() -> str | None:
            if "Sent, waiting for the answer" in self.html:
                await self.post(path, **self._hidden(), step="send")
            return None if "Sent, waiting for the answer" in self.html else self.html

        return await until(answered)

    def _hidden(self) -> dict[str, str]:
        form = self.html.rpartition('<form method="post"')[2]
        found = {name: unescape(value) for name, value in _HIDDEN.findall(form)}
        found.pop("csrf", None)
        return found


async def said(client: Client, kind: str, data: dict[str, Any], subject: str) -> dict[str, Any]:
    """Send a message and return its answer."""
    sent = await client.send(kind, data, subject=subject)

    async def answer() -> dict[str, Any] | None:
        return sent.answer

    return await until(answer)


@pytest.mark.timeout(300)
async def test_e35_a_provider_without_a_system_takes_a_request_on_by_page_and_code(
    stack: Stack, browser: Browser
) -> None:
    connection = stack.connection
    access = connection.model_dump(by_alias=True)
    office, agency, noble = (Client(Access.of(access, each)) for each in (OFFICE, AGENCY, NOBLE))
    await asyncio.gather(office.start(), agency.start(), noble.start())
    # Given noble, whose contact is on file, and which gives its system up.
    contact = {"contact_id": "desk", "name": "Desk", "email": "desk@noble.example"}
    await said(noble, "contact.set", contact, "desk")
    await said(noble, "preference.set", {"contact_id": "desk", "quiet": None}, "desk")
    await said(office, "participant.register", entry("desks", "web-desk"), "web-desk")
    reached = {**entry("participants", NOBLE), "reached_by": "desk"}
    await said(office, "participant.register", reached, NOBLE)
    assert connection.webdesk is not None
    pages = Pages(stack, connection.webdesk, browser)

    # It comes in by a code, and declares how much it can take.
    await pages.get("/provider/sign-in")
    await pages.post("/provider/sign-in", provider=NOBLE, contact="desk")
    code = (await pages.found_in_mail(_CODE))[1]
    await pages.post("/provider/code", code=code)
    assert "Your work" in pages.html
    declared = await pages.act("/provider/capacity", can_take="1", valid_until="2099-12-31")
    assert "Your current capacity" in declared
    await pages.post("/provider/leave")

    # When its offer is accepted on the page with the mailed code,
    request = {
        "reference": "CA-35",
        "agency": {"name": "Alturas Police Department", "cri_type": "local",
                   "agency_class": "city", "state": "US-CA", "ori": "CA0250100"},
        "requested_by": {"role": "chief"},
        "program": "cri-tac",
        "topics": ["crisis_intervention"],
        "need": {"issue": CANARY},
    }  # fmt: skip
    accepted = await said(agency, "request.submit", request, "CA-35")
    number = accepted["data"]["tracking_number"]
    link = await pages.found_in_mail(_LINK)
    assert link[1] == pages.address

    async def asked() -> str | None:
        page = await pages.get(link[2])
        return page if "Will you take request" in page else None

    offer = await until(asked)  # the mail may be faster than the desk
    assert number in offer
    assert "Alturas Police Department" in offer
    taken = await pages.act(f"/provider/offers/{number}-O1/accept")
    assert "You accepted this offer" in taken

    # then OfferAnswered names noble,
    user, password = stack.credentials.kafka("routing")
    async with reading([intake.TOPIC], stack.kafka.servers, user=user, password=password) as topic:
        events = [event for _, event in await topic.read_on()]
    answers = (each for each in events if each["type"].endswith("offer_answered.v1"))
    answered = [each for each in answers if each["subject"] == number]
    assert [(each["data"]["provider"], each["data"]["answer"]) for each in answered] == [
        (NOBLE, "accept")
    ]
    assert answered[0]["actor"] == "contact:desk"

    # its work is on its page, and the need in no mail.
    async def work() -> str | None:
        page = await pages.get(f"/provider/engagements/{number}-E1")
        return page if "Your work on" in page else None

    await until(work)
    await asyncio.gather(office.stop(), agency.stop(), noble.stop())
    assert not any(CANARY in mail.text + mail.html for mail in pages.mails())
