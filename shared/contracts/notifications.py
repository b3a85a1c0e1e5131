"""What notifications publishes: what was decided about telling people."""

from typing import Literal

from shared.contracts.event import Event, Facts

TOPIC = "cri.int.notifications.v1"


class Notice(Facts):
    """
    What was decided for one audience of one fact.

    ``outcome``: ``sent`` (``message_id`` is on the audience's topic, at least once under this
    id) or ``not_needed`` (``because`` says why).
    """

    audience: str
    channel: Literal["topic", "none"]
    outcome: str
    message_type: str | None = None
    message_id: str | None = None
    participantsequence: int | None = None
    because: str | None = None


class NoticeFacts(Facts):
    """The decisions for every audience of the event ``fact`` (its type is ``fact_type``)."""

    fact: str
    fact_type: str
    notices: list[Notice]


class NoticeDecided(Event):
    """Subject is the subject of the fact; its sequence is counted by notifications."""

    type: Literal["gov.cri.notifications.notice_decided.v1"]
    data: NoticeFacts


NotificationsEvent = NoticeDecided
