"""Applies the table of audiences: who is sent a message, who is not and why. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from services.notifications.audiences.audience import (
    NO_OFFICE,
    NoMessage,
    Notice,
    NotNeeded,
    RepeatAnswer,
    Send,
    To,
    View,
    author,
    requester,
    sender,
)
from services.notifications.audiences.repeats import repeated
from services.notifications.audiences.table import InputEvent, rows_of
from services.notifications.audiences.withheld import without_words
from services.notifications.mail.obligations import is_for_requester
from shared.contracts import reference
from shared.contracts.event import Classification, Facts
from shared.contracts.outbound import TYPES
from shared.contracts.reporting import AboutRequest, ReturnReasonTold
from shared.contracts.services import WEB_DESK
from shared.mail.mailed import is_mailed

NO_RECORD = "no record of theirs led to this"
AS_REQUESTER = "it made the request for a caller, and is told as the agency would be"
_REFERENCE = frozenset(get_args(reference.ReferenceEvent))


def decide(event: InputEvent, view: View) -> tuple[Notice, ...]:
    """Return what each audience of *event* receives, or why it receives nothing."""
    notices: list[Notice] = []
    for row in rows_of(event):
        match row:
            case To():
                notices += _sent(event, view, row)
            case NoMessage():
                notices += [NotNeeded(each, row.because) for each in row.audience(event, view)]
            case RepeatAnswer():
                notices.append(_repeat_answer(event, view))
    return _once(notices)


def _sent(event: InputEvent, view: View, row: To[Any]) -> Sequence[Notice]:
    content = row.content(event, view)
    if content is None:
        return ()
    answer = row.audience is sender
    if answer and event.inreplyto is None:
        return [NotNeeded(each, NO_RECORD) for each in author(event, view)]
    audience = row.audience(event, view)
    if isinstance(content, str):
        return [NotNeeded(each, content) for each in audience]
    kind, subject = TYPES[row.message], _subject(event)
    classification: Classification = "restricted" if row.restricted else "confidential"
    data = content if isinstance(content, Mapping) else dict.fromkeys(audience, content)
    call = view.must_call and row.audience is requester and is_mailed(kind)
    return [
        Send(
            each, kind, subject, _shown(data[each], each, view, row), answer, classification, call
        )
        for each in audience
    ]


def _shown(data: Facts, audience: str, view: View, row: To[Any]) -> Facts:
    """Return *data* as *audience* receives it: the public desk must ask for confidential text."""
    is_withheld = row.restricted and view.directory.reader_of(audience) == WEB_DESK
    return without_words(data) if is_withheld else data


def _once(notices: list[Notice]) -> tuple[Notice, ...]:
    """
    Return one notice for each audience: its message, or else its first reason.

    An office that entered a request for a caller is an audience twice. It gets the message for
    the requester; a notice for `NO_OFFICE` records that it gets none as the office.
    """
    found: dict[str, Notice] = {}
    is_told_as_requester = False
    for notice in notices:
        before = found.setdefault(notice.audience, notice)
        if before is notice or isinstance(notice, NotNeeded):
            continue
        is_told_as_requester = is_told_as_requester or isinstance(before, Send)
        if isinstance(before, NotNeeded) or not is_for_requester(before.type):
            found[notice.audience] = notice
    if is_told_as_requester:
        found.setdefault(NO_OFFICE, NotNeeded(NO_OFFICE, AS_REQUESTER))
    return tuple(found.values())


def _repeat_answer(event: InputEvent, view: View) -> Send:
    """Return the first answer again."""
    assert view.first is not None
    (audience,) = sender(event, view)
    first = view.first
    return Send(audience, first.message_type, first.subject, repeated(first.data), answer=True)


def _subject(event: InputEvent) -> str:
    """Return the subject of messages about *event*: an entry of reference data, or a request."""
    data: Any = event.data
    if isinstance(event, AboutRequest | ReturnReasonTold):
        return str(data.tracking_number)
    return data.id if type(event) in _REFERENCE else event.subject
