"""Sends an act of a provider: its row and its message in the outbox are written together."""

from datetime import UTC, datetime
from typing import Any

from services.webdesk import provider_store as store
from services.webdesk.acts import IN_TOPIC
from services.webdesk.provider_acts import ActData, Person, made, message_of
from shared.business_clock import BusinessClock
from shared.delivery import sequences
from shared.delivery.relay import outbox


async def send(
    connection: Any, data: ActData, person: Person, *, token: str, clock: BusinessClock
) -> None:
    """
    Store what *person* does and append its message, in the caller's transaction.

    A form that was sent before, known by its *token*, changes nothing. The caller wakes the relay
    after the commit.
    """
    act = made(data, person, token=token, at=clock.at(datetime.now(UTC)))
    if not await store.begin_act(connection, act):
        return
    numbers = await sequences.lock(connection, [(IN_TOPIC, act.about)])
    message = message_of(act, data, number=numbers.next(IN_TOPIC, act.about))
    await outbox.append(connection, [message])
    await sequences.save(connection, numbers)
