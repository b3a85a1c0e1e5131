"""Codes by mail: how one is asked for, mailed and entered."""

from typing import Any

import asyncpg
import pytest

from services.webdesk.proving import Codes, Matter
from services.webdesk.site import review_pages
from shared.business_clock import REAL_TIME
from shared.contracts.inbound import Contact
from tests.integration.webdesk.conftest import CODE_KEY

Pool = asyncpg.Pool
ASK, ENTER = "/request/code", "/request/code/enter"
MATTER = Matter("c-1", "CRI-2026-000042-J", "act")
NETWORK = b"network"


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


@pytest.fixture
def codes() -> Codes:
    return Codes(CODE_KEY.encode(), REAL_TIME)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


async def ask(codes: Codes, pool: "Pool[Any]", matter: Matter = MATTER, **more: Any) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        return await codes.ask(connection, matter, **{"network": NETWORK, **more})


async def prove(
    codes: Codes, pool: "Pool[Any]", code: str, matter: Matter = MATTER
) -> bytes | None:
    async with pool.acquire() as connection, connection.transaction():
        return await codes.prove(connection, matter, code)


def contact(address: str, contact_id: str = "c-1") -> Contact:
    return Contact(contact_id=contact_id, name="A. Chief", email=address)
