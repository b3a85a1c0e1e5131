"""A provider without a system at the public desk: what it is told, and how it acts."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from services.webdesk import projection
from services.webdesk.acts import OUT_TOPIC, Answer
from services.webdesk.handlers import WebDeskReader
from services.webdesk.site import act_pages
from shared.contracts.inbound import Inbound
from shared.contracts.links import Links
from shared.contracts.outbound import Message
from shared.delivery.take_in.take_in import take_in
from tests.examples.checkpoints import open_checkpoints
from tests.examples.provider import CONTACT, ENGAGEMENT, NOBLE, OFFER, record, told
from tests.examples.webdesk import LINK_KEY, URL
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent

Pool = asyncpg.Pool
OFFER_PAGE, WORK_PAGE = f"/provider/offers/{OFFER}", f"/provider/engagements/{ENGAGEMENT}"
LINKS = Links(URL, bytes.fromhex(LINK_KEY))
Tell = Callable[..., Awaitable[None]]


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(act_pages, "ANSWER_SECONDS", 0.0)


@pytest.fixture
async def tell(pool: "Pool[Any]") -> Tell:
    """Have the desk read what it is told, one message after the other."""
    await open_checkpoints(pool, [OUT_TOPIC])
    read = 0

    async def take(*messages: Message) -> None:
        nonlocal read
        for message in messages:
            await take_in(pool, WebDeskReader(), [record(message, read)], service="webdesk")
            read += 1

    return take


@pytest.fixture
async def offered(tell: Tell) -> None:
    await tell(told("offer_made", 1))


def link(offer: str = OFFER, provider: str = NOBLE, contact: str = CONTACT) -> str:
    return LINKS.offer(offer, provider, contact).removeprefix(URL)


async def said(pool: "Pool[Any]") -> list[Inbound]:
    """Return what the desk says beside asking for codes."""
    return [each for each in await sent(pool) if each.type != "gov.cri.code.send.v1"]


def hidden(browser: Browser) -> dict[str, Any]:
    """Return the hidden fields of the page's last form, as a browser sends them."""
    assert browser.shown is not None
    found: dict[str, Any] = {}
    form = browser.shown.text.rpartition('<form method="post" id="form">')[2]
    for part in form.split('<input type="hidden" name="')[1:]:
        name, _, rest = part.partition('" value="')
        found.setdefault(name, []).append(rest.partition('"')[0])
    found.pop("csrf", None)
    return found


async def decide(browser: Browser, path: str, pool: "Pool[Any]", **values: Any) -> None:
    """Fill in the form at *path*, ask for a code if one is needed, and send it."""
    await browser.get(path)
    shown = await browser.post(path, values)
    if 'value="code">Send a code' in shown.text:
        shown = await browser.post(path, {**hidden(browser), "step": "code"})
    code = await mailed(pool) if 'name="code"' in shown.text else ""
    await browser.post(path, {**hidden(browser), "step": "send", "code": code})


async def sign_in(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get("/provider/sign-in")
    await browser.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})
    await browser.post("/provider/code", {"code": await mailed(pool)})


async def answer(
    pool: "Pool[Any]", state: str, reasons: list[dict[str, Any]] | None = None
) -> None:
    """Note an answer to the last act."""
    message = await pool.fetchval("SELECT message_id FROM provider_acts ORDER BY sent_at DESC")
    async with pool.acquire() as connection, connection.transaction():
        work = await projection.load_work(connection, [], [message])
        work.answer(message, is_refused=state == "refused")
        await projection.record_act_answers(connection, [Answer(message, state, reasons or ())])
        await projection.save_work(connection, work)
