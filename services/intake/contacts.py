"""The event that stores a contact."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.intake import CONFIDENTIAL_TOPIC, ContactFacts

_SET = "gov.cri.intake.contact_set.v1"


def contact_subject(message: Message) -> str:
    """Return the subject of the contact that *message* sets."""
    return f"contact:{message.participant}:{message.data.contact_id}"


def contact_event(message: Message, batch: BatchState) -> Published:
    """Return the event that stores a contact."""
    subject = contact_subject(message)
    facts = ContactFacts(participant=message.participant, **dict(message.data))
    return next_event(
        message, batch, topic=CONFIDENTIAL_TOPIC, kind=_SET, subject=subject, facts=facts
    )
