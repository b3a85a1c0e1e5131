"""Registers participants and reference data before a measurement, by ordinary messages."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.participants import OFFICE, REFERENCE, reference
from deploy.local.connection import Connection
from deploy.participants.client import Access, Client
from deploy.stack.failure import StackFailed

_SECONDS = 60


async def introduce(
    connection: Connection, everybody: Sequence[dict[str, Any]], *, folder: Path = REFERENCE
) -> None:
    """
    Register participants and reference data, declare ample capacity, await all answers.

    A release gets the reference data of its own *folder*: it refuses what it does not know yet.
    """
    office = _client(connection, OFFICE)
    await office.start()
    try:
        for each in everybody:
            await office.send("participant.register", each, subject=each["id"])
        await _answered(office)
        for kind, name in (
            ("program.define", "programs"),
            ("topic.define", "topics"),
            ("provider.list", "providers"),
            ("ruleset.approve", "rulesets"),
        ):
            for entry in reference(name, folder=folder):
                await office.send(kind, entry, subject=entry["id"])
        await _answered(office)
    finally:
        await office.stop()
    for provider in reference("providers"):
        await _declare(_client(connection, provider["id"]))


def _client(connection: Connection, participant: str) -> Client:
    return Client(Access.of(connection.model_dump(by_alias=True), participant))


async def _declare(provider: Client) -> None:
    await provider.start()
    capacity = {
        "valid_until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        "entries": [{"can_take": 1_000_000}],
    }
    try:
        name = provider.access.participant
        await provider.send("capacity.declare", capacity, subject=name)
        await _answered(provider)
    finally:
        await provider.stop()


async def _answered(client: Client) -> None:
    """Wait until everything sent is answered; fail if anything was refused."""
    try:
        async with asyncio.timeout(_SECONDS):
            with client.changes.watched() as change:
                while client.unanswered():
                    change.clear()
                    await change.wait()
    except TimeoutError:
        missing = client.unanswered()
        raise StackFailed(
            f"{client.access.participant}: {len(missing)} of {len(client.sent)} messages have no "
            f"answer after {_SECONDS} s; the first is a {missing[0].what}"
        ) from None
    for sent in client.sent.values():
        if sent.code is not None:
            raise StackFailed(
                f"{client.access.participant}: {sent.what} was refused: {sent.answer}"
            )
