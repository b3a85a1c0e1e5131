"""
The answers to the public desk about subscriptions.

They are the same for every address, so they reveal nothing about it.
"""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts.intake import (
    SubscriptionAskReceived,
    SubscriptionConfirmReceived,
    SubscriptionEndReceived,
    SubscriptionSetReceived,
)
from shared.contracts.outbound import Applied, Refused


def asked(_: SubscriptionAskReceived, __: View) -> Applied:
    return Applied(what="subscription.ask", about="subscriptions")


def confirmed(event: SubscriptionConfirmReceived, view: View) -> Applied | None:
    if view.refusal is not None:
        return None
    return Applied(what="subscription.confirm", about=event.data.subscription_id)


def unknown(
    _: SubscriptionConfirmReceived | SubscriptionSetReceived, view: View
) -> Refused | None:
    if view.refusal is None:
        return None
    return Refused(
        refused_by="notifications",
        reasons=[view.refusal.reason("/subscription_id")],
        elsewhere=render.ASK_THE_OFFICE,
    )


def chosen(event: SubscriptionSetReceived, view: View) -> Applied | None:
    if view.refusal is not None:
        return None
    return Applied(what="subscription.set", about=event.data.subscription_id)


def ended(event: SubscriptionEndReceived, _: View) -> Applied:
    return Applied(what="subscription.end", about=event.data.subscription_id)
