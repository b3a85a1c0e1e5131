"""Decides which items of work the events about mails open and close. Pure."""

from services.desk.work import words
from services.desk.work.items import NOTHING, Changes, Settling, WorkItem, working_days_after
from shared.contracts.notifications import (
    AddressStateChanged,
    MailEvent,
    NoticeCancelled,
    NoticeDelivered,
    NoticeFailed,
    NoticeOutcomeUnknown,
    NoticeSettled,
    NoticeUndelivered,
    ParticipantReachable,
    ParticipantUnreachable,
    SettledFacts,
)

OfMail = NoticeDelivered | NoticeFailed | NoticeOutcomeUnknown | NoticeCancelled | NoticeSettled
_UNKNOWN_DAYS, _NOT_REACHED_DAYS, _NO_CONTACT_DAYS = 1, 1, 2
_NOT_REACHED = frozenset({"no_address"})
"""Reasons for which a mail is canceled although its audience should have got it."""


def changes_of(event: MailEvent) -> Changes:
    """
    Return the items that *event* opens or closes: people were, or may have been, not reached.

    A dead address or a failed mail alone opens no item: notifications writes to another contact,
    if there is one, and publishes `NoticeUndelivered` if no contact is left and the notice must
    arrive. A participant with open work and no working address waits for an address. Mails to
    subscribers open no items.
    """
    match event:
        case AddressStateChanged():
            return NOTHING
        case ParticipantUnreachable() | ParticipantReachable():
            return _reach(event)
        case NoticeUndelivered():
            return Changes((), [_not_reached(event)])
        case NoticeOutcomeUnknown() if is_to_subscriber(event.data.contact):
            return NOTHING
        case NoticeOutcomeUnknown():
            return Changes((), [_unknown(event)])
        case _:
            return Changes(_closed(event))


def _closed(event: OfMail) -> list[Settling]:
    """Return the items that *event* closes. A call may be settled before its notice is read."""
    data, because = event.data, event.type.split(".")[3]
    of_notice = f"{data.notice}:{audience_of(event)}"
    if data.mail is None:
        return [Settling(f"call:{of_notice}", "call", event.time, because, may_come_first=True)]
    closed = [Settling(f"unknown_outcome:{data.mail}", "unknown_outcome", event.time, because)]
    if isinstance(event, NoticeFailed):
        return closed
    if isinstance(event, NoticeCancelled) and event.data.because in _NOT_REACHED:
        return closed
    closed.append(Settling(f"unreachable:{of_notice}", "unreachable", event.time, because))
    return closed


def _unknown(event: NoticeOutcomeUnknown) -> WorkItem:
    data = event.data
    return WorkItem(
        item_id=f"unknown_outcome:{data.mail}",
        kind="unknown_outcome",
        request_id=event.correlationid,
        participant=audience_of(event),
        about=data.mail,
        why=words.UNKNOWN_OUTCOME,
        otherwise=words.UNKNOWN_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=working_days_after(event.time, _UNKNOWN_DAYS),
    )


def _not_reached(event: NoticeUndelivered) -> WorkItem:
    data = event.data
    return WorkItem(
        item_id=f"unreachable:{data.notice}:{data.audience}",
        kind="unreachable",
        request_id=event.correlationid,
        participant=data.audience,
        about=data.notice,
        why=words.NOT_REACHED,
        otherwise=words.NOT_REACHED_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=working_days_after(event.time, _NOT_REACHED_DAYS),
    )


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


def audience_of(event: OfMail) -> str:
    """Return the participant that *event* is about, by itself or by its contact's key."""
    data = event.data
    if isinstance(data, SettledFacts) and data.audience is not None:
        return data.audience
    return (data.contact or "").split(":", 2)[1]


def is_to_subscriber(contact: str | None) -> bool:
    """Return whether a contact's key is that of a subscription."""
    return contact is not None and contact.startswith("subscription:")
