"""Decides which items of work the events about mails open and close. Pure."""

from services.desk.work import words
from services.desk.work.items import NOTHING, Changes, Settling, WorkItem, working_days_after
from shared.contracts.notifications import (
    AddressStateChanged,
    MailEvent,
    NoticeOutcomeUnknown,
    ParticipantReachable,
    ParticipantUnreachable,
)

_UNKNOWN_DAYS, _NO_CONTACT_DAYS = 1, 2


def changes_of(event: MailEvent) -> Changes:
    """
    Return what *event* changes: a mail whose outcome is unknown waits until it is known.

    An address that died is no work by itself: the mail goes to another contact, if there is one.
    A participant with open work that no mail reaches waits for an address.
    """
    if isinstance(event, AddressStateChanged):
        return NOTHING
    if isinstance(event, ParticipantUnreachable | ParticipantReachable):
        return _reach(event)
    data = event.data
    item_id = f"unknown_outcome:{data.mail}"
    if not isinstance(event, NoticeOutcomeUnknown):
        because = event.type.split(".")[3]
        return Changes([Settling(item_id, "unknown_outcome", event.time, because)])
    item = WorkItem(
        item_id=item_id,
        kind="unknown_outcome",
        request_id=event.correlationid,
        participant=audience_of(data.contact),
        about=data.mail,
        why=words.UNKNOWN_OUTCOME,
        otherwise=words.UNKNOWN_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=working_days_after(event.time, _UNKNOWN_DAYS),
    )
    return Changes((), [item])


def _reach(event: ParticipantUnreachable | ParticipantReachable) -> Changes:
    participant, kind = event.data.participant, "no_living_contact"
    item_id = f"{kind}:{participant}"
    if isinstance(event, ParticipantReachable):
        return Changes([Settling(item_id, kind, event.time, event.type.split(".")[3])])
    item = WorkItem(
        item_id=item_id,
        kind=kind,
        request_id=None,
        participant=participant,
        about=None,
        why=words.NO_LIVING_CONTACT,
        otherwise=words.NO_LIVING_CONTACT_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=working_days_after(event.time, _NO_CONTACT_DAYS),
    )
    return Changes((), [item])


def audience_of(contact: str) -> str:
    """Return the participant of a contact's key, ``contact:<participant>:<contact id>``."""
    return contact.split(":", 2)[1]
