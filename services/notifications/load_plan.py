"""Determines from the events of a batch what it must lock and read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from services.notifications.audiences.audience import To, View, offices
from services.notifications.audiences.request import Directory
from services.notifications.audiences.request_status import ListQuery
from services.notifications.audiences.table import answers_a_record, rows_of
from services.notifications.batch_state import ContactKey
from services.notifications.messages import stream_of
from services.notifications.parse import is_request
from shared.contracts import intake, notifications, reporting, routing
from shared.contracts.event import participant_of, sender_of
from shared.contracts.inbound import LISTS
from shared.delivery.records import Item
from shared.delivery.sequences import Subject

_REPORTS = frozenset(get_args(reporting.AboutRequest))
REQUEST_EVENTS = frozenset(get_args(routing.RequestEvent))
_NOTHING_LOADED = View(datetime.min.replace(tzinfo=UTC), Directory({}, {}, ()))


@dataclass(slots=True)
class LoadPlan:
    """
    What a batch must lock and read.

    ``requests`` exist already, so requests that this batch creates are not among them.
    ``participants`` may be sent messages, as may the program offices if ``offices`` is set.
    ``notice_subjects`` are subjects other than requests whose notices are numbered: they include
    every sender that is answered, because an answer may release a repeat. ``answered`` are the
    records that the batch answers, ``repeated`` those whose stored answer it reads,
    ``note_answers`` those whose answer may release a note. ``engaged`` are the requests whose need
    and contacts are read: their file or their engagement opens, or their words change. ``files``
    are those whose file opens. ``contacts_set`` are the contacts that the batch sets or forgets,
    ``contacts_said`` those with a preference or a request for a code.
    """

    requests: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    offices: bool = False
    notice_subjects: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    note_answers: set[str] = field(default_factory=set)
    listings: set[ListQuery] = field(default_factory=set)
    engaged: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    contacts: dict[str, set[ContactKey]] = field(default_factory=dict)
    contacts_set: set[ContactKey] = field(default_factory=set)
    contacts_said: set[ContactKey] = field(default_factory=set)

    def numbered_subjects(self, directory: Directory) -> list[Subject]:
        """Return every (topic, subject) that may get a new number, sorted."""
        recipients = self.participants.union(directory.offices if self.offices else ())
        if self.contacts_set:  # a provider that works with one of them may have no system
            recipients |= directory.reached_by_desk
        return sorted(
            {stream_of(each, directory) for each in recipients}
            | {(notifications.TOPIC, subject) for subject in self.notice_subjects}
        )

    def contacts_handed_over(self) -> set[ContactKey]:
        """Return the contacts that this batch names for requests in ``engaged``."""
        return {key for number in self.engaged for key in self.contacts.get(number, ())}


def plan_load(items: Sequence[Item]) -> LoadPlan:
    """Return what *items* need, in one pass over them."""
    plan = LoadPlan()
    new: set[str] = set()
    for item in items:
        event: Any = item.message
        kind = type(event)  # not `match`: isinstance is slow for pydantic models
        if kind is intake.NeedStated or item.record.topic == reporting.RELEASES_TOPIC:
            continue
        if not is_request(event.subject):
            plan.notice_subjects.add(event.subject)
        elif kind is intake.RequestAccepted:
            new.add(event.subject)
        else:
            plan.requests.add(event.subject)
        _add_audiences(plan, event)
        if kind is intake.RequestAccepted or kind is intake.RequestAmended:
            data = event.data
            keys = {(data.participant, contact) for contact in data.contact_ids}
            plan.contacts.setdefault(data.tracking_number, set()).update(keys)
        elif kind is intake.StatusAsked:
            _add_question(plan, event)
        elif kind is intake.CaseFileAsked:
            number = event.data.tracking_number
            plan.requests.add(number)
            plan.engaged.add(number)
            plan.files.add(number)
        elif kind in _REPORTS:
            plan.requests.add(event.data.tracking_number)
        elif kind is intake.AnswerRepeated:
            plan.repeated.add(event.data.of)
        elif kind is intake.NoteStated:
            if event.inreplyto is not None:
                plan.repeated.add(event.inreplyto)
        elif kind is routing.MessageApplied or kind is routing.MessageRefused:
            _add_note_released(plan, event)
        elif kind in REQUEST_EVENTS:
            if kind is routing.EngagementOpened:
                plan.engaged.add(event.subject)
        elif kind is routing.RequestFactsChanged:
            if event.data.words and event.data.provider is not None:
                plan.engaged.add(event.subject)
        elif kind is intake.ContactSet or kind is intake.PersonForgotten:
            if event.data.contact_id is not None:
                plan.contacts_set.add((event.data.participant, event.data.contact_id))
        elif kind is intake.PreferenceSet or kind is intake.CodeAsked:
            plan.contacts_said.add((event.data.participant, event.data.contact_id))
    plan.requests -= new
    return plan


def _add_audiences(plan: LoadPlan, event: Any) -> None:
    for row in rows_of(event):
        if isinstance(row, To):
            if row.audience is offices:
                plan.offices = True
            else:
                plan.participants.update(row.audience(event, _NOTHING_LOADED))
    if answers_a_record(event):
        participant = sender_of(event)
        assert participant is not None
        plan.participants.add(participant)
        plan.notice_subjects.add(participant_of(event.inreplyto))
        plan.answered.add(event.inreplyto)


def _add_question(plan: LoadPlan, event: intake.StatusAsked) -> None:
    if event.data.about in LISTS:
        plan.listings.add(question_of(event))
    elif is_request(event.data.about):
        plan.requests.add(event.data.about)


def _add_note_released(
    plan: LoadPlan, answer: routing.MessageApplied | routing.MessageRefused
) -> None:
    """Add what is needed to send a note that waits for *answer*."""
    if answer.data.requester is not None and answer.inreplyto is not None:
        plan.offices = True
        plan.participants.add(answer.data.requester)
        plan.note_answers.add(answer.inreplyto)


def question_of(event: intake.StatusAsked) -> ListQuery:
    """Return the list query in *event*."""
    return ListQuery(event.data.participant, event.data.about, event.data.after)
