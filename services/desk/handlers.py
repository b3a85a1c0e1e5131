"""Handles one batch: folds cases, notices and reference data, opens and closes work items."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.desk import project, projection
from services.desk.acts import OFFICE, OUT_TOPIC, Answer, ToldFile, answer_in, file_in
from services.desk.parse import parse
from services.desk.project import Case, Happening, MailRow, NoticeRow
from services.desk.projection import Routed
from services.desk.work import mails, notices, reports, requests, sites
from services.desk.work.assessment import ReportState, Said, assessment_of, report_states
from services.desk.work.items import Changes, Closed, Settling, WorkItem
from shared.catalog import catalog
from shared.contracts import intake, notifications, reference, routing
from shared.contracts.later import LaterEvent
from shared.contracts.outbound import Message
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.take_in.reader import Connection, unknown

_TAKEN = Taken("applied")
_IGNORED = Taken("ignored")


@dataclass(slots=True)
class Batch:
    """The changes of one batch, in memory until `DeskReader.save` writes them."""

    routed: dict[str, Routed]
    """The stored values that each case's next status depends on, by request id."""
    open: dict[str, WorkItem]
    """The open items of these cases, as stored."""
    cases: dict[str, Case] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    notices: dict[tuple[str, str], NoticeRow] = field(default_factory=dict)
    mails: dict[tuple[str, str], MailRow] = field(default_factory=dict)
    catalog: list[tuple[int, reference.ReferenceEvent]] = field(default_factory=list)
    changed: dict[str, tuple[WorkItem, Closed | None]] = field(default_factory=dict)
    settled: dict[str, Settling] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    files: dict[str, ToldFile] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    """The ids of contacts whose case files must be erased."""
    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    """The stored messages about the batch's engagements: engagement id → event id → message."""
    new: dict[str, Said] = field(default_factory=dict)
    """The messages that this batch adds or completes, by event id."""

    def say(self, said: Said) -> None:
        """Note one half of a message about an engagement: its content, or its outcome."""
        before = self.new.get(said.event_id)
        self.new[said.event_id] = said if before is None else before.completed(said)

    def changed_items(self) -> dict[str, tuple[WorkItem, Closed | None]]:
        """Return the items about engagements that this batch opens or closes."""
        found: dict[str, tuple[WorkItem, Closed | None]] = {}
        for engagement_id, said in self._changed_sites():
            before = reports.items_of(engagement_id, self.said[engagement_id].values())
            after = reports.items_of(engagement_id, said)
            found |= {name: item for name, item in after.items() if before.get(name) != item}
        return found

    def report_states(self) -> list[ReportState]:
        """Return the state of each report of the engagements that this batch changes."""
        return [
            state
            for engagement_id, said in self._changed_sites()
            for state in report_states(assessment_of(engagement_id, said))
        ]

    def _changed_sites(self) -> Iterator[tuple[str, Collection[Said]]]:
        """Yield each engagement that the batch changes, with all messages about it."""
        for engagement_id, known in self.said.items():
            new = {e.event_id: e for e in self.new.values() if e.engagement_id == engagement_id}
            if new:
                yield engagement_id, {**known, **new}.values()

    def forget(self, event: intake.PersonForgotten) -> None:
        """Note the contact that *event* forgets; it may forget a subscription instead."""
        if event.data.contact_id is not None:
            self.forgotten.add(event.data.contact_id)

    def change(self, changes: Changes) -> None:
        """Close items, then open others."""
        for closing in changes.closed:
            if isinstance(closing, Settling):
                self.settled.setdefault(closing.item_id, closing)
                continue
            closed = Closed(closing.at, closing.because)
            for item in list(self.open.values()):
                if item.request_id == closing.request_id and item.kind in closing.kinds:
                    del self.open[item.item_id]
                    self.changed[item.item_id] = item, closed
        for item in changes.opened:
            settling = self.settled.get(item.item_id)
            if settling is not None and not settling.may_come_first:
                del self.settled[item.item_id]
            before = self.open.get(item.item_id)
            is_open = item if before is None else item._replace(opened_at=before.opened_at)
            self.open[item.item_id] = is_open
            self.changed[item.item_id] = is_open, None


class DeskReader:
    """
    Folds the log into the desk's tables (see `shared.delivery.take_in.reader.Reader`).

    Topics may interleave in any order: the folds commute, so no record is ever held. Case files
    are kept for the time *files_kept*.
    """

    def __init__(self, *, files_kept: timedelta = projection.FILE_KEPT) -> None:
        self._files_kept = files_kept

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: every record comes from Continuum's own services."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        """
        Read the cases whose status the batch may change, and lock its engagements.

        Cases need no lock: only one process reads their partition.
        """
        state = Batch({}, {})
        request_ids = {
            project.request_of(item.message)[0]
            for item in items
            if item.record.topic == routing.TOPIC
        }
        engagements = {item.message.subject for item in items if sites.is_about(item.message)}
        if engagements:
            await projection.lock_sites(connection, engagements)
            state.said = await projection.read_said(connection, engagements)
        if request_ids:
            state.routed = await projection.read_routed(connection, request_ids)
            waiting = await projection.read_open_items(connection, request_ids)
            state.open = {item.item_id: item for item in waiting}
        return state

    def decide(self, state: Batch, item: Item) -> Taken:
        event, topic = item.message, item.record.topic
        if topic == OUT_TOPIC:
            return _answer(state, event)
        if topic == reference.TOPIC:
            state.catalog.append((event.number, event))
        elif topic == notifications.TOPIC:
            if isinstance(event, notifications.NoticeDecided):
                state.notices |= {row[:2]: row for row in project.notices(event)}
                state.change(notices.changes_of(event))
        elif topic == notifications.MAIL_TOPIC:
            state.change(mails.changes_of(event))
            if (row := project.mail(event)) is not None:
                state.mails[row.notice, row.audience] = row
        elif isinstance(event, intake.PersonForgotten):
            state.forget(event)
        elif sites.is_about(event):
            if (said := sites.said_by(event)) is not None:
                known = state.said[said.engagement_id].get(said.event_id)
                state.say(said if known is None else known.completed(said))
        else:
            _fold(state, event, topic)
        if type(event) is LaterEvent:
            kind = unknown(event.type)
            return Taken("ignored", counted=() if kind is None else (("schema_unknown", kind),))
        return _TAKEN

    async def save(self, connection: "Connection[Any]", state: Batch) -> None:
        if state.cases:
            await projection.save_cases(connection, state.cases.values())
            await projection.save_happenings(connection, state.happenings)
        if state.new:
            await projection.save_said(connection, state.new.values())
        if states := state.report_states():
            await projection.save_report_states(connection, states)
        changed = {**state.changed, **state.changed_items()}
        if changed:
            await projection.open_items(connection, changed.values())
        if state.settled:
            await projection.settle_items(connection, state.settled.values())
        if state.notices:
            await projection.save_notices(connection, state.notices.values())
        if state.mails:
            await projection.save_mails(connection, state.mails.values())
        if state.answers:
            await projection.record_answers(connection, state.answers.values())
        if state.files:
            await projection.keep_case_files(
                connection, state.files.values(), kept=self._files_kept
            )
        if state.forgotten:
            await projection.forget_contacts(connection, state.forgotten)
        await catalog.take_in(connection, state.catalog)


def _answer(state: Batch, message: Message) -> Taken:
    """Note an answer, and the case file in it; the desk reads everything else from the log."""
    answer = answer_in(message)
    if answer is None:
        return _IGNORED
    state.answers.setdefault(answer.message_id, answer)
    if (told := file_in(message)) is not None:
        state.files.setdefault(told.message_id, told)
    return _TAKEN


def _fold(state: Batch, event: Any, topic: str) -> None:
    request_id, tracking_number = project.request_of(event)
    case = state.cases.setdefault(request_id, Case(request_id, tracking_number))
    state.happenings.append(project.happening(event, office=OFFICE))
    status = getattr(event.data, "status", None) if topic == routing.TOPIC else None
    if status is None:
        project.fold_facts(case, event)
        return
    if case.status is None and (stored := state.routed.get(request_id)) is not None:
        case.status, case.since, case.provider = stored
    before = case.status
    project.fold_status(case, event)
    state.change(requests.changes_of(event, request_id=request_id, status=status, before=before))
