"""Sends acts: each is a row and a message in the outbox, written together."""

from typing import Any

from services.desk import store
from services.desk.acts import IN_TOPIC, Act, message_of
from shared.business_clock import REAL_TIME, BusinessClock
from shared.delivery import sequences
from shared.delivery.relay import outbox


async def send(connection: Any, act: Act, *, actor: str, clock: BusinessClock = REAL_TIME) -> str:
    """
    Store *act* of the person *actor* and append its message, in the caller's transaction.

    Return the message's id. A form that was sent before changes nothing. The caller wakes the
    relay after the commit.
    """
    message_id = act.message_id(actor)
    at = await store.begin_act(
        connection,
        message_id=message_id,
        actor=actor,
        kind=act.kind,
        tracking_number=act.tracking_number,
        item_id=act.item_id,
        reason=act.reason,
    )
    if at is None:
        return message_id
    if act.purpose is not None and act.tracking_number is not None:
        await store.begin_case_file(
            connection,
            message_id=message_id,
            tracking_number=act.tracking_number,
            actor=actor,
            purpose=act.purpose,
        )
    numbers = await sequences.lock(connection, [(IN_TOPIC, act.subject)])
    number = numbers.next(IN_TOPIC, act.subject)
    message = message_of(act, actor=actor, at=clock.at(at), number=number)
    await outbox.append(connection, [message])
    await sequences.save(connection, numbers)
    return message_id
