"""What a batch concerns, read off its events before anything is loaded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from services.notifications.audiences.audience import To, View, offices
from services.notifications.audiences.request import Directory
from services.notifications.audiences.request_status import ListQuery
from services.notifications.audiences.table import answers_a_record, rows_of
from services.notifications.batch_state import ContactKey
from services.notifications.messages import out_topic
from services.notifications.parse import is_request
from shared.contracts import intake, notifications, routing
from shared.contracts.event import participant_of
from shared.contracts.inbound import LISTS
from shared.delivery.records import Item
from shared.delivery.sequences import Subject

REQUEST_EVENTS = frozenset(get_args(routing.RequestEvent))
_NOTHING_LOADED = View(datetime.min.replace(tzinfo=UTC), Directory({}, {}, ()))


@dataclass(slots=True)
class LoadPlan:
    """
    What a batch must lock and read.

    ``requests`` are there already: one is not there before it is accepted, and a need is kept
    without its request. ``participants`` may be sent messages, and so may the program offices if
    ``offices``; ``names`` says whether the directory is needed at all. ``subjects`` are those
    whose notices are counted on a number of their own: an answer may release a repeat, so the
    participants answered are among them. ``answered`` are the records answered here, ``repeated``
    those whose answer must be known, ``note_answers`` those answered here that a note came with.
    """

    requests: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    offices: bool = False
    names: bool = False
    notice_subjects: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    note_answers: set[str] = field(default_factory=set)
    listings: set[ListQuery] = field(default_factory=set)
    engaged: set[str] = field(default_factory=set)
    contacts: dict[str, set[ContactKey]] = field(default_factory=dict)

    def numbered_subjects(self, directory: Directory) -> list[Subject]:
        """Return every (topic, subject) that may be numbered, in key order."""
        recipients = self.participants.union(directory.offices if self.offices else ())
        streams = {(out_topic(participant), participant) for participant in recipients}
        return sorted(
            streams | {(notifications.TOPIC, subject) for subject in self.notice_subjects}
        )

    def contacts_handed_over(self) -> set[ContactKey]:
        """Return the contacts to be handed over that the batch itself names."""
        return {key for number in self.engaged for key in self.contacts.get(number, ())}


def plan_load(items: Sequence[Item]) -> LoadPlan:
    """Return what *items* concern, in one walk over them."""
    plan = LoadPlan()
    new: set[str] = set()
    for item in items:
        event: Any = item.message
        kind = type(event)  # and not `match`: pydantic makes isinstance slow
        if kind is intake.NeedStated:
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
        elif kind is intake.AnswerRepeated:
            plan.repeated.add(event.data.of)
        elif kind is intake.NoteStated:
            plan.names = True
            if event.inreplyto is not None:
                plan.repeated.add(event.inreplyto)
        elif kind is routing.MessageApplied or kind is routing.MessageRefused:
            _add_note_released(plan, event)
        elif kind in REQUEST_EVENTS:
            plan.names = True
            if kind is routing.EngagementOpened:
                plan.engaged.add(event.subject)
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
        participant = participant_of(event.inreplyto)
        plan.participants.add(participant)
        plan.notice_subjects.add(participant)
        plan.answered.add(event.inreplyto)


def _add_question(plan: LoadPlan, event: intake.StatusAsked) -> None:
    plan.names = True
    if event.data.about in LISTS:
        plan.listings.add(question_of(event))
    elif is_request(event.data.about):
        plan.requests.add(event.data.about)


def _add_note_released(
    plan: LoadPlan, answer: routing.MessageApplied | routing.MessageRefused
) -> None:
    """Add what the note needs that came with the message answered, if one did."""
    if answer.data.requester is not None and answer.inreplyto is not None:
        plan.names = plan.offices = True
        plan.participants.add(answer.data.requester)
        plan.note_answers.add(answer.inreplyto)


def question_of(event: intake.StatusAsked) -> ListQuery:
    """Return what *event* asks for, if it is a list."""
    return ListQuery(event.data.participant, event.data.about, event.data.after)
