"""Events that notifications publishes: whom it decided to notify."""

from typing import Literal

from shared.contracts.event import Event, Facts

TOPIC = "cri.int.notifications.v1"


class Notice(Facts):
    """
    The decision for one audience of one event.

    ``outcome`` is ``sent`` (the message ``message_id`` is on the audience's topic, at least once)
    or ``not_needed`` (``because`` says why).
    """

    audience: str
    channel: Literal["topic", "none"]
    outcome: str
    message_type: str | None = None
    message_id: str | None = None
    participantsequence: int | None = None
    because: str | None = None


class NoticeFacts(Facts):
    """The decisions for every audience of an event; ``fact`` is its id, ``fact_type`` its type."""

    fact: str
    fact_type: str
    notices: list[Notice]


class NoticeDecided(Event):
    """Its subject is the event's subject; notifications counts its sequence."""

    type: Literal["gov.cri.notifications.notice_decided.v1"]
    data: NoticeFacts


NotificationsEvent = NoticeDecided
