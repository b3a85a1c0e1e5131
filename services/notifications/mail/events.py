"""Puts the events about mails into the outbox."""

from collections.abc import Iterable
from typing import Any

from services.notifications.mail.life import Mail, Step
from shared.contracts.notifications import MAIL_TOPIC
from shared.delivery.relay import outbox


async def announce(connection: Any, steps: Iterable[tuple[Mail, Step]]) -> None:
    """Append the events of *steps*, in the caller's transaction."""
    await outbox.append(
        connection,
        [
            outbox.outgoing(MAIL_TOPIC, step.event, key=mail.key.decode())
            for mail, step in steps
            if step.event is not None
        ],
    )
