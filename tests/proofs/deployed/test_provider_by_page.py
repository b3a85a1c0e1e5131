"""Those without a system, on everything that is deployed: by mail, page and code."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from html import unescape
from typing import Any

import pytest

from deploy.demo.topic_reader import reading
from deploy.local.mail.kept import KeptMail, list_kept, read_kept
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client, envelope
from services.webdesk.acts import WEB_DESK
from services.webdesk.site.visits import LEAST_SECONDS
from shared.contracts import intake
from shared.contracts.assessments import PROGRAM
from tests.examples.webdesk import ANSWERS
from tests.proofs.deployed.test_assessments import TODAY, known_to_reporting, received, say
from tests.proofs.introduced import answered, entry, until
from tests.proofs.office import Browser
from tests.proofs.public_desk import public_desk

AGENCY, NOBLE, OFFICE = "california-agencies", "noble", "program-office"
IACP = "iacp"
TOWN = {"agency": "Upper Town Police Department", "state": "US-CA", "cri_type": "local",
        "agency_class": "city"}  # fmt: skip
SLUG = "upper-town-police-department-ca"
FINDING, DISPUTE = "Reports of force are late.", "They are reviewed in time."
REPLY = "Since May, we review each report within five days."
CANARY = "Calls of people in crisis end in arrests."
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_CODE = re.compile(r"Your code is (\d{8})")
_NUMBER = re.compile(r"CRI-[0-9]{4}-[0-9]{6}-[0-9A-Z]")
_REFERENCE = re.compile(r"WEB-[0-9A-Z]{10}")
_TO_CHECK = re.compile(r"read the draft report.*?(http://127\.0\.0\.1:\d+)(/s/\S+)", re.S)
_REPORT = re.compile(r'<a href="(/status/reports/[^"]+)">([^<]+)</a>')
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
            await self.post(path, **self.hidden(), step="code")
            code = (await self.found_in_mail(_CODE, after=before))[1]
        await self.post(path, **self.hidden(), step="send", code=code)

        async def answered() -> str | None:
            if "Sent, waiting for the answer" in self.html:
                await self.post(path, **self.hidden(), step="send")
            return None if "Sent, waiting for the answer" in self.html else self.html

        return await until(answered)

    def hidden(self) -> dict[str, str]:
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
    offers = [each for each in answers if each["subject"] == number]
    assert [(each["data"]["provider"], each["data"]["answer"]) for each in offers] == [
        (NOBLE, "accept")
    ]
    assert offers[0]["actor"] == "contact:desk"

    # its work is on its page, and the need in no mail.
    async def work() -> str | None:
        page = await pages.get(f"/provider/engagements/{number}-E1")
        return page if "Your work on" in page else None

    await until(work)
    await asyncio.gather(office.stop(), agency.stop(), noble.stop())
    assert not any(CANARY in mail.text + mail.html for mail in pages.mails())


async def asked_for_help(
    pages: Pages, answers: Mapping[str, Mapping[str, str]]
) -> tuple[str, str]:
    """Ask for help as a person does; return the reference of the request, and its number."""
    await pages.get("/")
    await asyncio.sleep(LEAST_SECONDS + 0.1)  # the page takes no form that comes sooner
    await pages.post("/start")
    for page, fields in answers.items():
        await asyncio.sleep(LEAST_SECONDS + 0.1)  # as above
        await pages.post(f"/request/page/{page}", **fields)
    await pages.get("/request/review")
    await asyncio.sleep(LEAST_SECONDS + 0.1)  # as above
    await pages.post("/request/send")

    async def number() -> re.Match[str] | None:
        await pages.get("/request")
        return _NUMBER.search(pages.html)

    found = (await until(number))[0]
    reference = _REFERENCE.search(pages.html)
    assert reference is not None
    return reference[0], found


async def mail_at_any_hour(stack: Stack, reference: str) -> None:
    """Have the contact's mails sent at once, as the public desk would."""
    desk = public_desk(stack)
    await desk.start()
    data = {"contact_id": reference, "quiet": None}
    message = envelope("preference.set", data, source=f"urn:cri:{WEB_DESK}", subject=reference)
    message["actor"] = f"contact:{reference}"
    sent = await desk.send_bytes(json.dumps(message).encode(), what="preference.set")
    await until(lambda: answered(desk))
    await desk.stop()
    assert sent.code is None


async def read_by_code(pages: Pages, link: str, words: str) -> str:
    """Open the page of a report from that of its request, and read it; return its address."""

    async def listed() -> re.Match[str] | None:
        await pages.get(link)
        return next((each for each in _REPORT.finditer(pages.html) if words in each[2]), None)

    path = (await until(listed))[1]
    await pages.get(path)
    before = len(pages.mails())
    await pages.post(f"{path}/code")
    code = (await pages.found_in_mail(_CODE, after=before))[1]
    await pages.post(f"{path}/enter", code=code)

    async def shown() -> bool:
        await pages.get(path)
        return "Continue to review" in pages.html

    await until(shown)
    return path


@pytest.mark.timeout(300)
async def test_an_agency_without_a_system_disputes_a_draft_by_page_and_replies(
    stack: Stack, browser: Browser
) -> None:
    connection = stack.connection
    access = connection.model_dump(by_alias=True)
    office, provider = (Client(Access.of(access, each), received=[]) for each in (OFFICE, IACP))
    await asyncio.gather(office.start(), provider.start())
    await said(office, "participant.register", entry("desks", "web-desk"), "web-desk")
    assert connection.webdesk is not None
    assert connection.reporting is not None
    site = connection.reporting
    pages = Pages(stack, connection.webdesk, browser)
    program = {"id": PROGRAM, "name": "Organizational Assessment", "status": "open"}
    await said(office, "program.define", program, PROGRAM)
    for staff, role in (("staff:w1", "worker"), ("staff:b3", "approver")):
        person = {"id": staff, "participant": OFFICE, "roles": [role]}
        await said(office, "staff.set", person, staff)

    # Given a request by page, whose provider has drafted a report,
    written = {page: {name: each[0] for name, each in of.items()} for page, of in ANSWERS.items()}
    reference, number = await asked_for_help(pages, {**written, "agency": TOWN})
    await mail_at_any_hour(stack, reference)
    of_request = {"tracking_number": number}
    await received(office, "referral.made", **of_request)
    confirmed = {**of_request, "action": "confirm_authority",
                 "basis": "call_back", "reason": "chief_called_back"}  # fmt: skip
    assert (await say(office, "request.direct", confirmed)).code is None
    assign = {**of_request, "action": "assign", "program": PROGRAM,
              "provider": IACP, "reason": "agency_called"}  # fmt: skip

    async def assigned() -> bool:
        return (await say(office, "request.direct", assign)).code is None

    await until(assigned)
    offer = await received(provider, "offer.made", **of_request)
    accepted = {"offer_id": offer["offer_id"], "answer": "accept"}
    assert (await say(provider, "offer.answer", accepted)).code is None
    opened = await received(provider, "engagement.opened", **of_request)
    engagement = opened["engagement_id"]
    await known_to_reporting(stack, engagement)
    of = {"engagement_id": engagement}
    report = {**of, "report_id": "initial"}
    draft = {**report, "version": 1, "kind": "initial", "as_of": TODAY, "title": "First report",
             "summary": "What was found.", "items": ["1.1"]}  # fmt: skip
    plan = {**of, "kind": "initial", "every": "once", "first_due_on": "2099-04-30"}
    finding = {**of, "finding": "1.1", "text": FINDING, "version": 1}
    for client, kind, data, actor in (
        (office, "publication.plan", plan, "staff:b3"),
        (provider, "focus_area.set", {**of, "number": 1, "title": "Use of force"}, None),
        (provider, "finding.record", finding, None),
        (provider, "report.draft", draft, "staff:d1"),
    ):
        assert (await say(client, kind, data, actor=actor)).code is None, kind

    # when its contact disputes a finding on the page to which the mail leads,
    link = await pages.found_in_mail(_TO_CHECK)
    assert link[1] == pages.address
    path = await read_by_code(pages, link[2], "check")
    assert FINDING in pages.html
    disputed = {"answer-1.1": "dispute", "words-1.1": DISPUTE}
    await pages.post(path, **disputed, step="review")
    await pages.post(path, **pages.hidden(), step="send")
    hash_ = (await received(office, "fact_check.asked", **of_request))["hash"]
    approval = {**report, "version": 1, "hash": hash_}

    async def approved() -> bool:
        answer = await say(office, "publication.approve", approval, actor="staff:b3")
        assert answer.code in (None, "fact_check_open")
        return answer.code is None

    await until(approved)

    # then the words stand in the public report, and so does the reply.
    path = await read_by_code(pages, link[2], "Reply")
    await pages.post(path, item="1.1", text=REPLY, step="review")
    await pages.post(path, **pages.hidden(), step="send")

    async def public() -> bool:
        shown = await asyncio.to_thread(browser.get, site, f"/sites/{SLUG}/initial")
        return DISPUTE in shown.text and REPLY in shown.text

    assert await until(public)
    assert not any(FINDING in mail.text + mail.html for mail in pages.mails())
    await asyncio.gather(office.stop(), provider.stop())
