"""The events that store a contact, and which mails it gets."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.intake import CONFIDENTIAL_TOPIC, ContactFacts, PreferenceFacts, QuietFacts

_SET = "gov.cri.intake.contact_set.v1"
_PREFERENCE_SET = "gov.cri.intake.preference_set.v1"


def contact_subject(message: Message) -> str:
    """Return the subject of the contact that *message* is about."""
    return f"contact:{message.participant}:{message.data.contact_id}"


def contact_event(message: Message, batch: BatchState) -> Published:
    """Return the event that stores a contact."""
    subject = contact_subject(message)
    facts = ContactFacts(participant=message.participant, **dict(message.data))
    return next_event(
        message, batch, topic=CONFIDENTIAL_TOPIC, kind=_SET, subject=subject, facts=facts
    )


def preference_event(message: Message, batch: BatchState) -> Published:
    """Return the event that stores which mails a contact gets."""
    subject, data = contact_subject(message), message.data
    quiet = data.quiet and QuietFacts(from_=data.quiet.from_, until=data.quiet.until)
    facts = PreferenceFacts(
        participant=message.participant,
        contact_id=data.contact_id,
        kinds=data.kinds.model_dump(exclude_none=True),
        quiet=quiet,
        zone=data.zone,
    )
    return next_event(
        message,
        batch,
        topic=CONFIDENTIAL_TOPIC,
        kind=_PREFERENCE_SET,
        subject=subject,
        facts=facts,
    )
