"""What the messages to ``web-desk`` tell those who asked for help. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.contracts.outbound import TYPES, Message
from shared.contracts.routing import TERMINAL
from shared.contracts.services import WEB_DESK
from shared.mail.mailed import is_mailed

_STAGES: Mapping[str, str] = {
    TYPES["fact_check_asked"]: "fact_check",
    TYPES["reply_asked"]: "published",
}
"""Type of a message → what the agency may do with the report that it is about."""

_ENDS: Mapping[str, Sequence[str]] = {
    "returned": ["fact_check"],
    "withdrawn": ["fact_check", "published"],
}
"""New status of a report → what the agency can no longer do with it; see `report_ends_in`."""


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


class OpenReport(NamedTuple):
    """A report that may be checked, or replied to, ``until`` then, in the order of the columns."""

    engagement_id: str
    report_id: str
    stage: str
    tracking_number: str
    version: int
    hash: str
    until: datetime
    number: int


class ReportEnd(NamedTuple):
    """A report that nobody can check, or reply to, after ``at``, in the order of the columns."""

    engagement_id: str
    report_id: str
    stage: str
    at: datetime
    number: int


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


def report_in(message: Message) -> OpenReport | None:
    """Return the report that *message* asks the agency about; None if it asks about none."""
    stage = _STAGES.get(message.type)
    if stage is None or not _is_ours(message):
        return None
    data = message.data
    return OpenReport(
        data["engagement_id"],
        data["report_id"],
        stage,
        data["tracking_number"],
        data["version"],
        data["hash"],
        _moment(data["due_at"]),
        int(message.participantsequence or 0),
    )


def report_ends_in(message: Message) -> list[ReportEnd]:
    """
    Return what the agency can no longer do with the report that *message* is about.

    A report that is published is no longer checked, until its next version is drafted.
    """
    data, number = message.data, int(message.participantsequence or 0)
    stages: Sequence[str] = ()
    if _is_ours(message) and message.type == TYPES["reply_asked"]:
        stages = ["fact_check"]
    elif _is_ours(message) and message.type == TYPES["report_status"]:
        stages = _ENDS.get(data["status"], ())
    return [
        ReportEnd(data["engagement_id"], data["report_id"], stage, message.time, number)
        for stage in stages
    ]


def text_in(message: Message) -> tuple[str, dict[str, Any]] | None:
    """Return the id of the question that *message* answers, and the report; None without one."""
    question, report = message.inreplytoid, message.data.get("report")
    if message.type != TYPES["report_told"] or question is None or report is None:
        return None
    return question, report


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
