"""Puts what somebody does on a page into the outbox, as messages in their order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from services.webdesk.acts import IN_TOPIC, outgoing
from shared.delivery import sequences
from shared.delivery.relay import outbox


async def say(
    connection: Any,
    messages: Sequence[BaseModel],
    *,
    subject: str,
    at: datetime,
    actor: str | None = None,
    on_behalf_of: str | None = None,
    message_id: str | None = None,
) -> None:
    """
    Append *messages* about *subject* in the caller's transaction; the caller then wakes the relay.

    The actor is the contact with the id *subject* unless *actor* is another pseudonym. A single
    message may have its *message_id*; others get new ones.
    """
    numbers = await sequences.lock(connection, [(IN_TOPIC, subject)])
    written = [
        outgoing(
            data,
            message_id or str(uuid4()),
            subject,
            actor=actor or f"contact:{subject}",
            at=at,
            number=numbers.next(IN_TOPIC, subject),
            on_behalf_of=on_behalf_of,
        )
        for data in messages
    ]
    await outbox.append(connection, written)
    await sequences.save(connection, numbers)
