"""Events that forward the public desk's messages about subscriptions."""

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
    """Return the subject that a desk's subscriptions share, which keeps their events in order."""
    return f"subscriptions:{message.participant}"


def subscription_event(message: Message, batch: BatchState) -> Published:
    """Return the event that forwards *message*; only that of a request has an address."""
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
