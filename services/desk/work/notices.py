"""Decides which items of work a decision to notify opens. Pure."""

from services.desk.work import words
from services.desk.work.items import Changes, WorkItem, working_days_after
from shared.contracts.notifications import NoticeDecided

_CALL_DAYS = 1


def changes_of(event: NoticeDecided) -> Changes:
    """Return a call item for each audience that must call an agency that no mail reaches."""
    calls = [each.audience for each in event.data.notices if each.call]
    return Changes((), [_call(event, audience) for audience in calls])


def _call(event: NoticeDecided, audience: str) -> WorkItem:
    return WorkItem(
        item_id=f"call:{event.id}:{audience}",
        kind="call",
        request_id=event.correlationid,
        participant=audience,
        about=event.id,
        why=words.CALL,
        otherwise=words.CALL_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=working_days_after(event.time, _CALL_DAYS),
    )
