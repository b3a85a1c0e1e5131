"""The public desk beside the services: E1, from the first page to the number; and E38."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence

import httpx
import pytest

from deploy.local.stack import Stack
from deploy.participants.client import Access, Client, envelope
from services.webdesk.acts import WEB_DESK
from services.webdesk.site.visits import LEAST_SECONDS
from tests.examples.webdesk import ANSWERS
from tests.proofs.introduced import answered, entry, until
from tests.proofs.office import Browser
from tests.proofs.public_desk import public_desk

_NUMBER = re.compile(r"CRI-[0-9]{4}-[0-9]{6}-[0-9A-Z]")


async def register(stack: Stack) -> None:
    """Register the public desk, as the program office."""
    connection = stack.connection.model_dump(by_alias=True)
    office = Client(Access.of(connection, "program-office"))
    await office.start()
    await office.send("participant.register", entry("desks", WEB_DESK), subject=WEB_DESK)
    await until(lambda: answered(office))
    await office.stop()


class Person:
    """Somebody who asks for help, as fast as a person may."""

    def __init__(self, address: str) -> None:
        self._browser = Browser(seconds=30)
        self._address = address
        self.text = ""
        """The page that is shown."""

    def open(self, path: str) -> None:
        """Open a page, and follow where it leads."""
        self._show(self._browser.get(self._address, path))

    async def send(self, path: str, data: Mapping[str, Sequence[str]] | None = None) -> None:
        """Send a form of the page that is shown, and follow where it leads."""
        await asyncio.sleep(LEAST_SECONDS + 0.1)  # the page takes no form that comes sooner
        form = {"csrf": self._browser.csrf, **(data or {})}
        headers = {"origin": self._address}
        self._show(self._browser.send("POST", self._address + path, data=form, headers=headers))

    def close(self) -> None:
        self._browser.close()

    def _show(self, answer: httpx.Response) -> None:
        while answer.has_redirect_location:
            answer = self._browser.get(self._address, answer.headers["location"])
        self.text = answer.text


@pytest.mark.timeout(300)
async def test_e1_the_page_shows_the_number_of_the_request(stack: Stack) -> None:
    await register(stack)
    assert stack.connection.webdesk is not None
    person = Person(stack.connection.webdesk)

    person.open("/")
    await person.send("/start")
    for page, values in ANSWERS.items():
        await person.send(f"/request/page/{page}", values)
    await person.send("/request/send")

    async def number() -> re.Match[str] | None:
        person.open("/request")
        return _NUMBER.search(person.text)

    assert await until(number)
    assert "We have your request" in person.text
    person.close()


@pytest.mark.timeout(300)
async def test_e38_the_credentials_of_the_public_desk_direct_nothing(stack: Stack) -> None:
    await register(stack)
    thief = public_desk(stack)
    await thief.start()
    direction = {"tracking_number": "CRI-2026-000042-J", "action": "assign", "provider": "iacp",
                 "reason": "agency_called"}  # fmt: skip
    message = {
        **envelope("request.direct", direction, source=f"urn:cri:{WEB_DESK}", subject="x"),
        "actor": "staff:somebody",
    }

    as_itself = await thief.send_bytes(json.dumps(message).encode(), what="request.direct")
    for_office = {**message, "id": "for the office", "onbehalfof": "program-office"}
    as_office = await thief.send_bytes(json.dumps(for_office).encode(), what="request.direct")
    await until(lambda: answered(thief))
    thief_code, office_code = as_itself.code, as_office.code
    await thief.stop()

    assert (thief_code, office_code) == ("role_not_authorized", "role_not_authorized")
