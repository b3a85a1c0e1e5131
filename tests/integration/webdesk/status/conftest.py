"""The page of a request: its link, and what the desk is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.webdesk.acts import OUT_TOPIC
from services.webdesk.handlers import WebDeskReader
from services.webdesk.site import review_pages
from services.webdesk.site.case_visits import link_token
from services.webdesk.site.visits import Site
from shared.contracts.outbound import TYPES, Message
from shared.delivery.records import Item, Record
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import sent

Pool = asyncpg.Pool
NUMBER = "CRI-2026-000042-J"
CHIEF, DEPUTY = "chief@alturas.example", "deputy@alturas.example"
SENTENCE = "Your request waits because no provider has room for it now."
WITHDRAW, CONTACT = "/status/withdraw", "/status/contact"
_ANNOUNCE = """
    INSERT INTO announced
    SELECT topic, event_id, 0, id, type, subject, row_number() OVER (ORDER BY id), '', now(), value
      FROM outbox
"""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


def told(kind: str, number: int, data: dict[str, Any], **more: Any) -> Message:
    """Return the *number*-th message to the public desk."""
    return Message.model_validate(
        {
            "id": f"fe55e3a9-235d-5890-b264-{number:012}",
            "type": TYPES[kind],
            "subject": NUMBER,
            "time": datetime(2026, 3, 2, 20, tzinfo=UTC) + timedelta(minutes=number),
            "correlationid": "c-1",
            "causationid": "c-1",
            "participantsequence": f"{number:020}",
            "data": data,
            **more,
        }
    )


def status(number: int, name: str = "waiting", sentence: str = SENTENCE, **more: Any) -> Message:
    data = {
        "tracking_number": NUMBER,
        "status": name,
        "since": "2026-03-02T20:04:00Z",
        "sentence": sentence,
        "program": "cri-tac",
        "next": {"what": "It moves on when there is room.", "by": "2026-03-09T20:04:00Z"},
    }
    return told("status_changed", number, data, **more)


async def take_in(pool: "Pool[Any]", *messages: Message) -> None:
    """Let the desk read *messages* in one batch."""
    reader = WebDeskReader()
    async with pool.acquire() as connection, connection.transaction():
        state = await reader.load(connection, [], at=datetime.now(UTC))
        for offset, message in enumerate(messages):
            record = Record(OUT_TOPIC, 0, offset, None, b"", (), message.time)
            reader.decide(state, Item(record, message, "web-desk"))
        await reader.save(connection, state)


async def reference_of(pool: "Pool[Any]") -> str:
    found: str = await pool.fetchval("SELECT reference FROM requests")
    return found


@pytest.fixture
async def link(browser: Browser, site: Site, pool: "Pool[Any]") -> str:
    """Return the link to a request that was sent and accepted."""
    await browser.fill_in()
    await browser.post("/request/send")
    reference = await reference_of(pool)
    await take_in(
        pool,
        told("accepted", 1, {"reference": reference, "tracking_number": NUMBER}),
        status(2),
    )
    return f"/s/{link_token(site, reference, CHIEF)}"


async def withdrawals(pool: "Pool[Any]") -> list[Any]:
    found = await sent(pool)
    return [each.data for each in found if each.type == "gov.cri.request.withdraw.v1"]
