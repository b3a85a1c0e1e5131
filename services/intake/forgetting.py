"""The event that makes every service erase what it holds about a person."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.inbound import Forgetting
from shared.contracts.intake import CONFIDENTIAL_TOPIC, TOPIC, ForgettingFacts

_FORGOTTEN = "gov.cri.intake.person_forgotten.v1"


def forgotten_subject(data: Forgetting) -> str:
    """Return the subject of the event: the contact or the subscription."""
    if data.contact_id is None:
        return f"subscription:{data.subscription_id}"
    return f"contact:{data.participant}:{data.contact_id}"


def said_subject(data: Forgetting) -> str:
    """Return the subject of the confidential events that contain the person's data."""
    if data.contact_id is None:
        return f"subscriptions:{data.participant}"
    return forgotten_subject(data)


def forgotten_event(message: Message, batch: BatchState) -> Published:
    """Return the event; it covers the confidential events up to now (``up_to``)."""
    data: Forgetting = message.data
    facts = ForgettingFacts(
        **dict(data), up_to=batch.numbers[CONFIDENTIAL_TOPIC, said_subject(data)]
    )
    return next_event(
        message,
        batch,
        topic=TOPIC,
        kind=_FORGOTTEN,
        subject=forgotten_subject(data),
        facts=facts,
    )
