"""What the messages to ``web-desk`` tell those who asked for help. Pure."""

from datetime import datetime
from typing import NamedTuple

from shared.contracts.outbound import TYPES, Message
from shared.contracts.routing import TERMINAL
from shared.contracts.services import WEB_DESK
from shared.mail.mailed import is_mailed


class Status(NamedTuple):
    """What a message says of a request's status, in the order of the columns."""

    tracking_number: str
    number: int
    status: str
    since: datetime
    sentence: str
    program: str | None
    provider: str | None
    next_what: str | None
    next_by: datetime | None
    has_ended: bool


class Sentence(NamedTuple):
    """What a message says in words, in the order of the columns."""

    message_id: str
    tracking_number: str
    number: int
    at: datetime
    sentence: str
    by_mail: bool


def status_in(message: Message) -> Status | None:
    """Return the status that *message* tells the requester; None if it tells none."""
    if message.type != TYPES["status_changed"] or not _is_ours(message):
        return None
    data = message.data
    next_ = data.get("next") or {}
    return Status(
        data["tracking_number"],
        int(message.participantsequence or 0),
        data["status"],
        _moment(data["since"]),
        data["sentence"],
        data.get("program"),
        data.get("provider"),
        next_.get("what"),
        None if next_.get("by") is None else _moment(next_["by"]),
        data["status"] in TERMINAL,
    )


def sentence_in(message: Message) -> Sentence | None:
    """Return what *message* tells the requester in words; None if it tells nothing."""
    data = message.data
    if not _is_ours(message) or not {"tracking_number", "sentence"} <= data.keys():
        return None
    number = int(message.participantsequence or 0)
    return Sentence(
        message.id,
        data["tracking_number"],
        number,
        message.time,
        data["sentence"],
        is_mailed(message.type),
    )


def _is_ours(message: Message) -> bool:
    """Tell whether it is for the requester: not for a provider that the desk acts for."""
    return message.audience in (None, WEB_DESK)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
