"""Events that store a contact and its choice of mails, and that ask to send it a code."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.intake import (
    CONFIDENTIAL_TOPIC,
    CodeFacts,
    ContactFacts,
    PreferenceFacts,
    QuietFacts,
)
from shared.contracts.services import WEB_DESK

_SET = "gov.cri.intake.contact_set.v1"
_PREFERENCE_SET = "gov.cri.intake.preference_set.v1"
_CODE_ASKED = "gov.cri.intake.code_asked.v1"


def contact_subject(message: Message) -> str:
    """Return the subject of the contact that *message* is about."""
    return f"contact:{message.participant}:{message.data.contact_id}"


def contact_event(message: Message, batch: BatchState) -> Published:
    """Return the event that stores a contact."""
    subject = contact_subject(message)
    stated = dict(message.data)
    # The public desk is not one organization: its contacts must not get each other's mail.
    stated["of_caller"] = stated["of_caller"] or message.participant == WEB_DESK
    facts = ContactFacts(participant=message.participant, **stated)
    return next_event(
        message, batch, topic=CONFIDENTIAL_TOPIC, kind=_SET, subject=subject, facts=facts
    )


def code_event(message: Message, batch: BatchState) -> Published:
    """Return the event that asks for a code; it has the contact's subject, so it follows it."""
    facts = CodeFacts(participant=message.participant, **dict(message.data))
    return next_event(
        message,
        batch,
        topic=CONFIDENTIAL_TOPIC,
        kind=_CODE_ASKED,
        subject=contact_subject(message),
        facts=facts,
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
