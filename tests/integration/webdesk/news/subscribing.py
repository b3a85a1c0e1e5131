"""Somebody who subscribes: the links of the mails, and what is done with them."""

import re
from typing import Any

import asyncpg

from services.webdesk.acts import IN_TOPIC
from shared.contracts.inbound import DATA, Inbound
from shared.contracts.links import Links
from tests.examples.webdesk import LINK_KEY, URL
from tests.integration.webdesk.conftest import Browser, Time

Pool = asyncpg.Pool
ADDRESS, OTHER = "chief@agency.example", "sheriff@county.example"
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
LINKS = Links(URL, bytes.fromhex(LINK_KEY))
BOTH = ["monthly_update", "solicitations"]
ALL = ["monthly_update", "reports", "solicitations"]
CONFIRM, PREFERENCES = LINKS.confirm(SUBSCRIPTION, BOTH), LINKS.preferences(SUBSCRIPTION)
END = LINKS.end(SUBSCRIPTION, "monthly_update")
PAGES = {CONFIRM: "/confirm", END: "/end", PREFERENCES: "/preferences"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def messages(pool: "Pool[Any]") -> list[tuple[str, dict[str, Any]]]:
    """Return type and data of each message in the outbox; each is a valid message."""
    found = []
    for row in await pool.fetch("SELECT topic, value FROM outbox ORDER BY id"):
        message = Inbound.model_validate_json(row["value"])
        DATA[message.type].model_validate(message.data)
        assert row["topic"] == IN_TOPIC
        found.append((message.type, message.data))
    return found


async def ask(browser: Browser, address: str = ADDRESS, **wishes: Any) -> Any:
    await browser.get("/subscriptions")
    return await browser.post(
        "/subscriptions",
        {"address": address, "kinds": BOTH, "cadence": "at_once", "program": "", **wishes},
    )


async def press(browser: Browser, link: str, **more: Any) -> Any:
    """Open *link* and press the button of its page."""
    page = await browser.get(link)
    shown = re.search(r'name="link" value="([^"]+)"', page.text)
    assert shown is not None
    return await browser.post(page.url.path, {"link": shown[1], **more}, after=0)


async def click(app: Any, time: Time, link: str, **body: Any) -> Any:
    """Do what a mail program does: it has no cookie, and sends no origin."""
    sent = await Browser(app, time).http.post(link, **(body or {"data": ONE_CLICK}))
    assert "set-cookie" not in sent.headers
    return sent
