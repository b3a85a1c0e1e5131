"""Numbers messages as the log has them; those not on the log, as live batches do."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from services.notifications.audiences.audience import Mailed, Notice, NotNeeded
from services.notifications.audiences.repeats import Answer
from services.notifications.audiences.request import Request
from services.notifications.batch_state import BatchState, NoticeRow
from services.notifications.messages import (
    Draft,
    answer_in,
    file_told,
    file_told_id,
    message,
    next_notice,
    notice,
    notice_id,
    out_topic,
    prepare,
    sent,
    without_message,
)
from services.notifications.restore.published_log import KINDS, PublishedLog
from shared.contracts import intake
from shared.contracts.event import Event, derived_id
from shared.delivery.records import Outgoing
from shared.delivery.sequences import Numbers


class GapFillingNumbers(Numbers):
    """Numbers that fill the gaps of a topic before new ones are given out."""

    def __init__(self, numbers: Numbers, gaps: Mapping[str, list[int]]) -> None:
        super().__init__({})
        self.changed = numbers.changed
        self._numbers = numbers
        self._gaps = gaps
        self.filled: list[tuple[str, int]] = []

    def next(self, topic: str, subject: str) -> int:
        if self._gaps.get(topic):
            number = self._gaps[topic].pop(0)
            self.filled.append((topic, number))
            return number
        return self._numbers.next(topic, subject)


@dataclass(slots=True)
class NoticeRestorer:
    """
    Numbers notices by ``log``; ``ends`` has the last number of each participant's topic.

    ``contradictions`` are messages decided before the restore, perhaps lost, and not decided now.
    """

    log: PublishedLog
    ends: Mapping[str, int]
    contradictions: list[str] = field(default_factory=list)

    def number_notices(
        self,
        state: BatchState,
        event: Event,
        notices: Sequence[Notice | Mailed],
        *,
        key: bytes,
        after: Request | None = None,
    ) -> tuple[Outgoing, ...]:
        """
        Write the messages about *event* that were never published, under their old numbers.

        If its notice is on the log, the decisions there stand: no message is sent
        that the notice does not name.
        """
        prepared = prepare(notices)
        if after is not None:
            state.move(after)
        then = self.log.notices.get(event.id)
        rows: list[NoticeRow] = []
        outgoing: list[Outgoing] = []
        replaced: set[str | None] = set()
        for each in prepared:
            if isinstance(each, NotNeeded | Mailed):
                rows.append(without_message(event, each))
                continue
            number = self._number(event, each.type, each.audience)
            row = self._as_announced(sent(event, each, number or 0, state.directory), then)
            if each.answer:
                answer = answer_in(event, each, row)
                logged = self.log.answers.get(answer.inreplyto, answer)
                state.answer(logged)
                if logged.message_id != answer.message_id:
                    rows.append(self._logged_answer(row, logged))
                    continue
            if number is None and then is not None:
                lost = self._lost_answer(then, each)
                if lost is not None:
                    replaced.add(lost.message_id)
                    row = row._replace(
                        participantsequence=lost.participantsequence or 0, through=lost.through
                    )
                    outgoing.append(message(event, each, row, at=state.at))
                continue
            if number is None:
                number = state.numbers.next(out_topic(row.reader), row.reader)
                row = row._replace(participantsequence=number)
            rows.append(row)
            if row.message_id not in self.log.ids and self._is_missing(row):
                outgoing.append(message(event, each, row, at=state.at))
        self._compare(event, {row.message_id for row in rows} | replaced, then)
        state.notices += rows if then is None else then
        number = self._number_on_log(state, notice_id(event), event.subject)
        if notice_id(event) not in self.log.ids:
            outgoing.append(notice(event, rows, number=number, key=key, at=state.at))
        if isinstance(event, intake.CaseFileAsked):
            told = file_told_id(event)
            number = self._number_on_log(state, told, event.data.tracking_number)
            if told not in self.log.ids:
                outgoing.append(file_told(event, number=number, at=state.at))
        return tuple(outgoing)

    def _as_announced(self, row: NoticeRow, then: Sequence[NoticeRow] | None) -> NoticeRow:
        """Return *row* on the topic that its notice names: registrations may have changed."""
        for told in then or ():
            if told.message_id == row.message_id:
                return row._replace(through=told.through)
        return row

    def _logged_answer(self, row: NoticeRow, logged: Answer) -> NoticeRow:
        """Return *row* for the answer on the log: the status has changed since."""
        return row._replace(
            message_type=logged.message_type,
            message_id=logged.message_id,
            participantsequence=self.log.numbers[logged.message_id],
        )

    def _lost_answer(self, then: Sequence[NoticeRow], found: Draft) -> NoticeRow | None:
        """If *found* is an answer, return the one in *then* that was not published, if any."""
        for row in then if found.answer else ():
            if row.audience == found.audience and row.message_id not in self.log.ids:
                return row if self._is_missing(row) else None
        return None

    def _number(self, event: Event, kind: str, audience: str) -> int | None:
        """Return the number that the message was given; None if it never was."""
        return self.log.numbers.get(derived_id(event.id, kind, audience))

    def _is_missing(self, row: NoticeRow) -> bool:
        """Return whether the message is beyond the end of its topic, so not published."""
        return (row.participantsequence or 0) > self.ends.get(out_topic(row.reader), 0)

    def _compare(
        self, event: Event, ids: Set[str | None], then: Sequence[NoticeRow] | None
    ) -> None:
        """Note messages decided before the restore that are not among *ids*, those decided now."""
        published = self.log.messages.get(event.id, ())
        if then is None:
            self.contradictions += [
                f"{sent_event.type} {sent_event.id} on {sent_event.topic}"
                for sent_event in published
                if sent_event.id not in ids and sent_event.type in KINDS
            ]
            return
        on_topics = {sent_event.id for sent_event in published}
        for row in then:
            # A type that is unknown here came with a later release: its number is free.
            if (
                row.message_id not in ids
                and row.message_type in KINDS
                and row.message_id not in on_topics
                and self._is_missing(row)
            ):
                topic = out_topic(row.reader)
                self.contradictions.append(f"{row.message_type} {row.message_id} to {topic}")

    def _number_on_log(self, state: BatchState, identity: str, subject: str) -> int:
        """Return the number that our own event about *subject* has on the log, or a new one."""
        number = self.log.numbers.get(identity)
        if number is None:
            return next_notice(state, subject)
        if subject in state.requests:
            last = state.published.get(subject, 0)
            state.published[subject] = max(last, number)
            state.moved.add(subject)
        return number
