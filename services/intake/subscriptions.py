"""The events that pass on what the public desk says of subscriptions."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.event import Facts
from shared.contracts.inbound import (
    SubscriptionChoice,
    SubscriptionConfirmation,
    SubscriptionEnding,
    SubscriptionRequest,
)
from shared.contracts.intake import (
    CONFIDENTIAL_TOPIC,
    SubscriptionAskFacts,
    SubscriptionConfirmFacts,
    SubscriptionEndFacts,
    SubscriptionSetFacts,
)

AboutSubscription = (
    SubscriptionRequest | SubscriptionConfirmation | SubscriptionChoice | SubscriptionEnding
)


def subscription_subject(message: Message) -> str:
    """Return the one subject of all subscriptions of a desk: their messages keep their order."""
    return f"subscriptions:{message.participant}"


def subscription_event(message: Message, batch: BatchState) -> Published:
    """Return the event that passes *message* on; only one of them has an address."""
    kind, facts = _facts(message)
    subject = subscription_subject(message)
    return next_event(
        message, batch, topic=CONFIDENTIAL_TOPIC, kind=kind, subject=subject, facts=facts
    )


def _facts(message: Message) -> tuple[str, Facts]:
    data: AboutSubscription = message.data
    who = message.participant
    match data:
        case SubscriptionRequest():
            asked = SubscriptionAskFacts(participant=who, **dict(data))
            return "gov.cri.intake.subscription_ask_received.v1", asked
        case SubscriptionConfirmation():
            confirmed = SubscriptionConfirmFacts(participant=who, **dict(data))
            return "gov.cri.intake.subscription_confirm_received.v1", confirmed
        case SubscriptionChoice():
            chosen = SubscriptionSetFacts(participant=who, **dict(data))
            return "gov.cri.intake.subscription_set_received.v1", chosen
        case SubscriptionEnding():
            ended = SubscriptionEndFacts(participant=who, **dict(data))
            return "gov.cri.intake.subscription_end_received.v1", ended
