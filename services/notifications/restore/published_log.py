"""The messages and notices already published for the events of a batch. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifications.audiences.repeats import Answer
from services.notifications.batch_state import NoticeRow
from services.notifications.messages import NOTICE_DECIDED
from shared.contracts.notifications import MAIL_TOPIC, TOPIC
from shared.contracts.outbound import TYPES
from shared.delivery.published import PublishedEvent
from shared.delivery.restore.catch_up import PublishedByCause

KINDS = frozenset(TYPES.values()) - {TYPES["contact_changed"], TYPES["person_forgotten"]}
"""
The messages of this build that a restore decides again; others stay as sent.

Which providers work with a contact when it is set or forgotten depends on the order of two topics,
which a restore does not keep. So a lost message about that is not missed; its number is free.
"""


@dataclass(slots=True)
class PublishedLog:
    """
    The published messages and notices.

    ``notices`` are the decisions on the log, by event; ``messages`` those on participants' topics,
    by event; ``ids`` all ids on the log; ``answers`` by the record answered; ``numbers`` by the id
    of the message or notice.
    """

    notices: dict[str, list[NoticeRow]] = field(default_factory=dict)
    messages: dict[str, list[PublishedEvent]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


def read_published_log(published: PublishedByCause) -> PublishedLog:
    found = PublishedLog()
    for fact, events in published.items():
        for event in events:
            if event.topic == MAIL_TOPIC:
                continue
            message = json.loads(event.value)
            found.ids.add(event.id)
            found.numbers[event.id] = event.number
            if event.topic == TOPIC and event.type != NOTICE_DECIDED:
                continue
            if event.type != NOTICE_DECIDED:
                found.messages.setdefault(fact, []).append(event)
                if "inreplyto" in message:
                    found.answers[message["inreplyto"]] = _answer(event, message)
                continue
            rows = [_row(event.subject, fact, notice) for notice in message["data"]["notices"]]
            found.notices[fact] = rows
            for row in rows:
                if row.message_id is not None and row.participantsequence is not None:
                    found.numbers[row.message_id] = row.participantsequence
    return found


def _row(subject: str, fact: str, notice: Mapping[str, Any]) -> NoticeRow:
    return NoticeRow(
        subject,
        fact,
        notice["audience"],
        notice.get("message_type"),
        notice.get("message_id"),
        notice.get("participantsequence"),
        notice.get("because"),
        notice.get("call", False),
        notice.get("through"),
    )


def _answer(event: PublishedEvent, message: Mapping[str, Any]) -> Answer:
    data = json.dumps(message["data"], ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(message["inreplyto"], event.type, message["subject"], data, event.id)
