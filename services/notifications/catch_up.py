"""
Brings a restored database of notifications up to what was told.

The facts that came after the dump are read again and decided again, for what is held of each
request follows from them. But who was told what, under which number, is taken from the log, and
what stands there is not sent again.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from asyncpg.pool import PoolConnectionProxy

from services.notifications.audiences.repeats import Answer
from services.notifications.handlers import NotificationsReader, counted
from services.notifications.messages import NOTICE_DECIDED, out_topic
from services.notifications.working import NoticeRow, Working
from shared.contracts import intake, notifications
from shared.contracts.outbound import TYPES
from shared.messaging.catch_up import Announcements, fold_sequences, read_announced
from shared.messaging.own_log import Announced, OwnTopics
from shared.messaging.positions import Refusal
from shared.messaging.reader import Reader
from shared.messaging.records import Item, Malformed, Outgoing, PassedOver, Record, Taken
from shared.messaging.sequences import Numbers
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_KINDS = frozenset(TYPES.values())
"""The messages of this build; what a later release has told beside them stays told."""
_SQL = load_statements(__package__)


OWN = OwnTopics(
    r"^cri\.(out\.[a-z][a-z0-9-]{1,40}|int\.notifications)\.v1$",
    {notifications.TOPIC: _SQL["read_published"]},
)


class AgainNumbers(Numbers):
    """Numbers that fill the gaps first, and may be taken back."""

    def __init__(self, numbers: Numbers, gaps: Mapping[str, list[int]]) -> None:
        super().__init__(numbers._last)
        self._gaps = gaps
        self.filled: list[tuple[str, int]] = []

    def next(self, topic: str, subject: str) -> int:
        if self._gaps.get(topic):
            number = self._gaps[topic].pop(0)
            self.filled.append((topic, number))
            return number
        return super().next(topic, subject)

    def take_back(self, topic: str, subject: str, number: int) -> None:
        """Take back the number that was given last of all of *subject*."""
        if (topic, number) in self.filled:
            self.filled.remove((topic, number))
            self._gaps[topic].insert(0, number)
        else:
            self._last[topic, subject] = self.changed[topic, subject] = number - 1


@dataclass(slots=True)
class AgainWorking:
    """
    A batch, and what the log says its facts have led to.

    ``notices`` are the notices decided, by fact; ``messages`` the ids of what stands on
    participants' topics, ``answers`` those of them that are answers, by what they answer;
    ``published`` says how far each of those topics goes.
    """

    working: Working
    numbers: AgainNumbers
    announced: Announcements
    published: Mapping[str, int]
    notices: dict[str, list[NoticeRow]] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)


class AgainReader:
    """Takes facts in again: what was told of them is told already."""

    def __init__(self) -> None:
        self._reader = NotificationsReader()
        self._published: Mapping[str, int] | None = None

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> None:
        """All it reads comes from our own services."""

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> AgainWorking:
        """Load what the batch needs, and what its facts have led to."""
        working = await self._reader.load(connection, items, at=at)
        facts = {item.message.id for item in items}
        for waiting in working.repeats.values():
            facts.update(json.loads(repeat.event)["id"] for repeat in waiting)
        facts.update(json.loads(note.event)["id"] for note in working.notes_waiting.values())
        announced = await read_announced(connection, facts)
        if self._published is None:
            self._published = dict(await connection.fetch(_SQL["read_announced_ends"]))
        new = [i.message.subject for i in items if type(i.message) is intake.RequestAccepted]
        working.published |= dict(await connection.fetch(_SQL["count_announced"], new))
        gaps: dict[str, list[int]] = defaultdict(list)
        for topic, number in await connection.fetch(_SQL["read_gaps"]):
            gaps[topic].append(number)
        numbers = AgainNumbers(working.numbers, gaps)
        again = AgainWorking(working, numbers, announced, self._published)
        working.numbers, working.settled = numbers, _settled(again)
        return again

    def decide(self, again: AgainWorking, item: Item) -> Taken:
        """Decide a fact, as of when it was decided, and bring the outcome to what was told."""
        working, now = again.working, again.working.at
        told, answered = len(working.notices), len(working.answered)
        known = again.announced.get(item.message.id)
        try:
            if known:
                working.at = known[0].at
            taken = self._reader.decide(working, item)
        finally:
            working.at = now
        rows = working.notices[told:]
        outgoing = _not_told(again, rows, taken.outgoing)
        working.notices[told:] = _as_told(again, rows)
        for place in range(answered, len(working.answered)):
            working.answered[place] = answer = _as_answered(again, working.answered[place])
            working.answers[answer.inreplyto] = answer
        return Taken(taken.outcome, outgoing, counted(working.notices[told:]))

    async def save(self, connection: "PoolConnectionProxy[Any]", again: AgainWorking) -> None:
        if again.contradictions:
            raise Refusal(
                "what is on the log cannot be decided again, and nothing may be decided"
                f" otherwise: {'; '.join(again.contradictions[:5])}"
            )
        await self._reader.save(connection, again.working)
        filled = again.numbers.filled
        if filled:
            await connection.execute(
                _SQL["fill_gaps"], [t for t, _ in filled], [number for _, number in filled]
            )


class Again:
    """
    Notifications' part of `shared.messaging.catch_up`.

    Questions come last: whoever asks has been told of what it asks about.
    """

    order = (
        r"cri\.int\.reference\.",
        r"cri\.int\.(intake|confidential)\.",
        r"cri\.int\.routing\.",
        r"cri\.int\.answers\.",
    )

    def __init__(self) -> None:
        self.reader: Reader[Any] = AgainReader()

    async def fold(self, connection: Any) -> None:
        """Raise all numbers to what was given out, on the log or in a notice."""
        await connection.execute(_SQL["fold_gaps"])
        await fold_sequences(connection)
        await connection.execute(_SQL["fold_published"])

    async def finish(self, connection: Any) -> None:
        """Bring what is still to be sent into the order of its numbers."""
        await connection.execute(_SQL["restore_moments"])
        await connection.execute(_SQL["order_outbox"])
        left = await connection.fetch(_SQL["read_gaps"])
        if left:
            log.error("catch_up.numbers_lost", numbers=[f"{topic} {n}" for topic, n in left[:20]])


def _settled(again: AgainWorking) -> dict[str, int]:
    """Return the numbers that are given out, by id; keep what they belong to in *again*."""
    settled: dict[str, int] = {}
    for fact, events in again.announced.items():
        for event in events:
            settled[event.id] = event.number
            said = json.loads(event.value)
            if event.type != NOTICE_DECIDED:
                again.messages.add(event.id)
                if "inreplyto" in said:
                    again.answers[said["inreplyto"]] = _answer(event, said)
                continue
            notices = said["data"]["notices"]
            again.notices[fact] = [_row(event.subject, fact, notice) for notice in notices]
            settled |= {
                row.message_id: row.participantsequence
                for row in again.notices[fact]
                if row.message_id is not None and row.participantsequence is not None
            }
    return settled


def _row(subject: str, fact: str, notice: Mapping[str, Any]) -> NoticeRow:
    return NoticeRow(
        subject,
        fact,
        notice["audience"],
        notice.get("message_type"),
        notice.get("message_id"),
        notice.get("participantsequence"),
        notice.get("because"),
    )


def _not_told(
    again: AgainWorking, rows: Sequence[NoticeRow], outgoing: Sequence[Outgoing]
) -> tuple[Outgoing, ...]:
    """Return those of *outgoing* that were never published and still are to be."""
    settled = again.working.settled
    on_log = {event.id for events in again.announced.values() for event in events}
    by_message = {row.message_id: row for row in rows if row.message_id is not None}
    left: list[Outgoing] = []
    for message in reversed(outgoing):
        row = by_message.get(message.event_id)
        if message.event_id in on_log:
            continue
        if row is None or row.participantsequence is None:
            left.append(message)
        elif row.fact in again.notices and message.event_id not in settled:
            # It was decided otherwise then: nobody else is told now.
            again.numbers.take_back(message.topic, row.audience, row.participantsequence)
        elif row.participantsequence > again.published.get(message.topic, 0):
            left.append(message)
    return tuple(reversed(left))


def _as_told(again: AgainWorking, rows: Sequence[NoticeRow]) -> list[NoticeRow]:
    """Return the notices as they were decided, where the log says so."""
    told: list[NoticeRow] = []
    by_fact: dict[str, list[NoticeRow]] = defaultdict(list)
    for row in rows:
        by_fact[row.fact].append(row)
    for fact, decided in by_fact.items():
        ids = {row.message_id for row in decided}
        then = again.notices.get(fact)
        for row in then or ():
            topic, number = out_topic(row.audience), row.participantsequence or 0
            if row.message_id and row.message_id not in ids:
                if row.message_id in again.messages or number <= again.published.get(topic, 0):
                    continue
                if row.message_type not in _KINDS:
                    continue  # a later release would have sent it: its number goes to another
                again.contradictions.append(f"{row.message_type} {row.message_id} to {topic}")
        if then is None:
            for event in again.announced.get(fact, ()):
                if event.id not in ids and event.type in _KINDS:
                    again.contradictions.append(f"{event.type} {event.id} on {event.topic}")
        told += decided if then is None else then
    return told


def _as_answered(again: AgainWorking, answer: Answer) -> Answer:
    """Return the answer as it was given, where it is still on the log."""
    return again.answers.get(answer.inreplyto, answer)


def _answer(event: Announced, said: Mapping[str, Any]) -> Answer:
    data = json.dumps(said["data"], ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(said["inreplyto"], event.type, said["subject"], data, event.id)
