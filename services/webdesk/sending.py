"""Puts messages into the outbox: the two of a draft, which is marked, or one of a subscription."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.webdesk import store
from services.webdesk.acts import (
    IN_TOPIC,
    SUBSCRIPTIONS,
    AboutSubscription,
    about_subscription,
    message_of,
)
from services.webdesk.decide import Judged
from services.webdesk.proving import end_codes, of_draft
from services.webdesk.store import Sending
from shared.business_clock import BusinessClock
from shared.delivery import sequences
from shared.delivery.relay import outbox


class NotComplete(Exception):
    """A draft holds too little for a request, or something that is wrong."""


async def send(
    connection: Any,
    draft_id: UUID,
    *,
    judge: Callable[[Sending], Judged],
    clock: BusinessClock,
    kept: timedelta = store.KEPT,
) -> Judged | None:
    """
    Send an open draft, in the caller's transaction; the caller wakes the relay after the commit.

    Return what was sent; None if there is nothing to send: it has been sent, or erased. Raise
    `NotComplete`, and change nothing, if what is stored makes no request.
    """
    async with connection.transaction():
        sending = await store.mark_sent(connection, draft_id, kept=kept)
        if sending is None:
            return None
        judged = judge(sending)
        if judged.contact is None or judged.submission is None:
            raise NotComplete
        await end_codes(connection, of_draft(sending.reference))
        numbers = await sequences.lock(connection, [(IN_TOPIC, sending.reference)])
        contact, request = (
            message_of(
                data,
                reference=sending.reference,
                times_sent=sending.times_sent,
                at=clock.at(sending.sent_at),
                number=numbers.next(IN_TOPIC, sending.reference),
            )
            for data in (judged.contact, judged.submission)
        )
        await outbox.append(connection, [contact, request])
        await sequences.save(connection, numbers)
        await store.name_messages(
            connection, draft_id, contact=contact.event_id, request=request.event_id
        )
    return judged


async def send_about_subscription(
    connection: Any, data: AboutSubscription, message_id: str, *, at: datetime
) -> None:
    """
    Append a message about a subscription in the caller's transaction; the caller wakes the relay.

    This needs only the database: while Kafka is away, the message waits in the outbox.
    """
    numbers = await sequences.lock(connection, [(IN_TOPIC, SUBSCRIPTIONS)])
    number = numbers.next(IN_TOPIC, SUBSCRIPTIONS)
    message = about_subscription(data, message_id, at=at, number=number)
    await outbox.append(connection, [message])
    await sequences.save(connection, numbers)
