"""Links to requests: what people do by them, and how that is counted from outside."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.people import link_holders
from deploy.demo.people.askers import askers
from deploy.demo.people.link_holders import Does, LinkHolder
from deploy.demo.people.links import Links
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.visitor import Visitor

URL, NUMBER, REFERENCE, CODE = "http://127.0.0.1:1", "CRI-2027-000001-A", "WEB-1", "12345678"
OLD, NEW = f"{URL}/s/old-token", f"{URL}/s/new-token"
(ASKER, *_) = askers(today=date(2027, 3, 15))
WITHDRAWN, CONTACT = "gov.cri.request.withdraw.v1", "gov.cri.contact.set.v1"


def form(path: str) -> str:
    fields = "".join(f'<input name="{each}">' for each in ("name", "email", "code"))
    return (
        f'<form method="post" action="{path}/code"></form>'
        f'<form method="post" action="{path}">{fields}</form>'
    )


class Pages:
    """The pages of one request; its old link ends when its contact is replaced."""

    def __init__(self, *, right: str = CODE) -> None:
        self.right, self.replaced = right, False
        self.acts: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.startswith("/s/"):
            if self.replaced and path.endswith("old-token"):
                return httpx.Response(404, html="<h1>This link is not valid</h1>")
            return httpx.Response(303, headers={"location": "/status"})
        if request.method == "GET":
            return httpx.Response(200, html=f"<h1>Your request {NUMBER}</h1>{form(path)}")
        if path.endswith("/code"):
            return httpx.Response(303, headers={"location": path.removesuffix("/code")})
        if parse_qs(request.content.decode()).get("code") != [self.right]:
            return httpx.Response(422, html=f"<h1>Again</h1>{form(path)}")
        self.acts.append(path)
        self.replaced = path.endswith("contact")
        return httpx.Response(200, html="<h1>Done</h1>")


def mailed(folder: Path, address: str, text: str) -> None:
    mail = f"Delivered-To: {address}\nMessage-ID: <m@x.example>\n\n{text}"
    (folder / f"{len([*folder.iterdir()])}.eml").write_text(mail)


async def used(
    does: Does, pages: Pages, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> LinkHolder:
    """Return somebody who has used the link of a mail."""

    def browser(address: str) -> Browser:
        return Browser(address, transport=httpx.MockTransport(pages))

    monkeypatch.setattr(link_holders, "Browser", browser)
    mailed(folder, ASKER.email, f"See the status of your request: {OLD}\nThis link is for you.")
    mailed(folder, ASKER.email, f"Your code is {CODE}")
    mailed(folder, f"new.{ASKER.email}", f"See the status of your request: {NEW}")
    visitor = Visitor(ASKER, browser(URL), REFERENCE, NUMBER)
    found = LinkHolder(visitor, does, browser(URL), Mailboxes(folder))
    await found.use()
    return found


@pytest.mark.parametrize(
    ("does", "acts", "message"),
    [
        ("reads", [], None),
        ("withdraws", ["/status/withdraw"], WITHDRAWN),
        ("replaces", ["/status/contact"], CONTACT),
    ],
)
async def test_a_link_opens_and_a_code_acts(
    does: Does,
    acts: list[str],
    message: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = Pages()

    found = await used(does, pages, tmp_path, monkeypatch)

    assert (pages.acts, found.by_code, found.wrong) == (acts, message, [])
    assert found.opened == link_holders._SCANS
    assert found.replaced == (does == "replaces")


async def test_what_is_done_without_the_right_code_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await used("withdraws", Pages(right="00000000"), tmp_path, monkeypatch)

    assert any("without a code" in each for each in found.wrong)


def message(kind: str, name: str) -> dict[str, Any]:
    return {"id": name, "type": kind, "subject": REFERENCE}


@pytest.fixture
def counted(tmp_path: Path) -> Links:
    """Somebody has withdrawn a request by a code; its contact came with it."""
    visitor = Visitor(ASKER, Browser(URL), REFERENCE, NUMBER)
    holder = LinkHolder(visitor, "withdraws", Browser(URL), Mailboxes(tmp_path))
    holder.by_code, holder.opened = WITHDRAWN, 3
    found = Links([holder], issued={OLD})
    for each in (message(CONTACT, "m-1"), message(WITHDRAWN, "m-2"), message(WITHDRAWN, "m-2")):
        found.take(each)
    return found


def test_all_is_well(counted: Links) -> None:
    assert counted.faults() == []
    assert counted.summary() == (
        "1 issued, 0 replaced; 1 acts by code, 0 without, though mail programs opened links 3"
        " times"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda counted: counted.take(message(WITHDRAWN, "m-3")), "nobody entered a code"),
        (lambda counted: counted.take(message(CONTACT, "m-3")), "nobody entered a code"),
        (lambda counted: counted.sent.clear(), "was not sent"),
        (lambda counted: counted.holders[0].wrong.append("x"), "x"),
    ],
)
def test_everything_else_is_a_fault(
    counted: Links, change: Callable[[Links], None], fault: str
) -> None:
    change(counted)

    (said,) = counted.faults()
    assert fault in said
