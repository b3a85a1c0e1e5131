"""Ends a subscription whose address does not exist."""

from datetime import datetime
from typing import Any

from services.notifications.mail.life import Mail
from services.notifications.subscriptions import store
from services.notifications.subscriptions.subscriber import BOUNCE, audience_of
from services.notifications.subscriptions.subscribing import Change, announcement
from shared.contracts.notifications import TOPIC, SubscriptionEnded, SubscriptionEndedFacts
from shared.delivery import sequences
from shared.delivery.relay import outbox


async def end_bounced(connection: Any, mail: Mail, *, at: datetime) -> None:
    """Erase the address to which *mail* went, and announce it, in the caller's transaction."""
    kinds = await store.end_subscriber(connection, mail.audience)
    if not kinds:
        return
    identity = mail.audience.removeprefix(audience_of(""))
    facts = SubscriptionEndedFacts(subscription_id=identity, kinds=kinds, by=BOUNCE)
    numbers = await sequences.lock(connection, [(TOPIC, mail.audience)])
    event = announcement(
        Change(mail.audience, SubscriptionEnded, facts),
        cause=mail.notice,
        correlation=mail.correlation,
        at=at,
        number=numbers.next(TOPIC, mail.audience),
    )
    await sequences.save(connection, numbers)
    await outbox.append(connection, [outbox.outgoing(TOPIC, event, key=mail.audience)])
