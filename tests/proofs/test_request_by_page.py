"""Somebody asks for help on pages, on everything that is deployed: code, confirmation, link."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from deploy.local.mail.kept import list_kept, read_kept
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from services.webdesk.acts import WEB_DESK
from services.webdesk.site.visits import LEAST_SECONDS
from shared.contracts.services import PUBLIC_DESK, SERVICES
from tests.examples.webdesk import ALTURAS, ANSWERS, NEED
from tests.proofs.office import Browser
from tests.proofs.test_desk import answered, until

ROOT = Path(__file__).parents[2]
_CODE = re.compile(r"Your code is (\d{8})")
_ACT = re.compile(r"Your code is (\d{8})(?=.*/s/)", re.DOTALL)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/s/[A-Za-z0-9_-]{24})")
_NUMBER = re.compile(r"CRI-[0-9]{4}-[0-9]{6}-[0-9A-Z]")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The services and the public desk, with mail and everybody introduced."""
    with (
        TemporaryDirectory(prefix="continuum-request-") as state,
        Stack(Path(state), services=(*SERVICES, PUBLIC_DESK), mail=True) as stack,
    ):
        stack.up()
        introduce = ROOT / "docs" / "examples" / "introduce.py"
        file = Path(state) / "connection.json"
        command = [sys.executable, *map(str, (introduce, file, ROOT / "deploy" / "reference"))]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        yield stack


class Person:
    """A browser at the public desk, as fast as a person may be, and its mailbox."""

    def __init__(self, stack: Stack) -> None:
        assert stack.mail is not None
        assert stack.connection.webdesk is not None
        self._folder, self._address = stack.mail.folder, stack.connection.webdesk
        self._browser = Browser()
        self.html = ""

    async def get(self, path: str) -> str:
        """Open *path*, follow where it leads, and return the page."""
        response = await asyncio.to_thread(self._browser.get, self._address, path)
        if response.has_redirect_location:
            return await self.get(response.headers["location"])
        self.html = response.text
        return self.html

    async def post(self, path: str, **fields: str) -> str:
        """Send the form of the page that is shown, and return what follows."""
        await asyncio.sleep(LEAST_SECONDS + 0.1)  # what comes faster is sent back
        response = await asyncio.to_thread(self._browser.post, self._address, path, fields)
        if response.has_redirect_location:
            return await self.get(response.headers["location"])
        self.html = response.text
        return self.html

    async def in_mail(self, pattern: re.Pattern[str]) -> str:
        """Return what *pattern* finds in the latest mail that has it."""

        async def look() -> str | None:
            mails = [read_kept(self._folder, name).text for name in list_kept(self._folder)]
            return next((m[1] for text in reversed(mails) if (m := pattern.search(text))), None)

        return str(await until(look))


async def introduce(stack: Stack) -> None:
    """Register the public desk, and say which domain is the agency's."""
    office = Client(Access.of(stack.connection.model_dump(by_alias=True), "program-office"))
    await office.start()
    listed = yaml.safe_load((ROOT / "deploy" / "reference" / "participants.yaml").read_text())
    (entry,) = (each for each in listed["desks"] if each["id"] == WEB_DESK)
    await office.send("participant.register", entry, subject=WEB_DESK)
    known = {"id": ALTURAS, "known_domains": ["alturas.example"]}
    await office.send("agency.set", known, subject=ALTURAS)
    await until(lambda: answered(office))
    await office.stop()


@pytest.mark.timeout(300)
async def test_e1_and_e9_from_the_code_to_the_link_and_the_withdrawal(stack: Stack) -> None:
    await introduce(stack)
    person = Person(stack)
    await person.get("/")
    await person.post("/start")
    for page, values in ANSWERS.items():
        await person.post(f"/request/page/{page}", **{each: values[each][0] for each in values})
    await person.get("/request/code")
    await person.post("/request/code")
    await person.post("/request/code/enter", code=await person.in_mail(_CODE))
    assert "Your email address is confirmed" in person.html
    await person.post("/request/send")

    async def number() -> str | None:
        found = _NUMBER.search(await person.get("/request"))
        return None if found is None else found[0]

    tracking_number = str(await until(number))
    reader = Person(stack)
    await reader.get("/lost")
    await reader.post("/lost", number=tracking_number, email=ANSWERS["people"]["email"][0])
    await reader.get(await reader.in_mail(_LINK))
    for words in (tracking_number, "Alturas Police Department"):
        assert words in reader.html
    for secret in (NEED, "A. Chief"):
        assert secret not in reader.html

    async def is_told() -> bool:
        return "Nothing yet" not in await reader.get("/status")

    assert await until(is_told)
    assert "makes sure" not in reader.html  # who is confirmed is not referred
    await reader.get("/status/withdraw")
    await reader.post("/status/withdraw", code=await reader.in_mail(_ACT))

    async def is_withdrawn() -> bool:
        return "/status/withdraw" not in await reader.get("/status") and (
            "carry it out" not in reader.html
        )

    assert await until(is_withdrawn)
