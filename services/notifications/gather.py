"""What a batch concerns, read off its events before anything is loaded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from services.notifications.audiences.audience import To, View, offices
from services.notifications.audiences.known import Question
from services.notifications.audiences.request import Directory
from services.notifications.audiences.table import answers_a_record, rows_of
from services.notifications.messages import out_topic
from services.notifications.parse import is_request
from services.notifications.working import ContactKey
from shared.contracts import intake, notifications, routing
from shared.contracts.event import participant_of
from shared.contracts.inbound import LISTS
from shared.delivery.records import Item
from shared.delivery.sequences import Subject

ABOUT_REQUESTS = frozenset(get_args(routing.RequestEvent))
_NOTHING_LOADED = View(datetime.min.replace(tzinfo=UTC), Directory({}, {}, ()))


@dataclass(slots=True)
class Concerns:
    """
    What a batch must lock and read.

    ``requests`` are there already: one is not there before it is accepted, and a need is kept
    without its request. ``participants`` may be sent messages, and so may the program offices if
    ``offices``; ``names`` says whether the directory is needed at all. ``subjects`` are those
    whose notices are counted on a number of their own: an answer may release a repeat, so the
    participants answered are among them. ``answered`` are the records answered here, ``repeated``
    those whose answer must be known, ``settled`` those answered here that a note came with.
    """

    requests: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    offices: bool = False
    names: bool = False
    subjects: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    listings: set[Question] = field(default_factory=set)
    opening: set[str] = field(default_factory=set)
    contacts: dict[str, set[ContactKey]] = field(default_factory=dict)

    def numbered(self, directory: Directory) -> list[Subject]:
        """Return every (topic, subject) that may be numbered, in key order."""
        told = self.participants.union(directory.offices if self.offices else ())
        streams = {(out_topic(participant), participant) for participant in told}
        return sorted(streams | {(notifications.TOPIC, subject) for subject in self.subjects})

    def handed_over(self) -> set[ContactKey]:
        """Return the contacts to be handed over that the batch itself names."""
        return {key for number in self.opening for key in self.contacts.get(number, ())}


def concerns(items: Sequence[Item]) -> Concerns:
    """Return what *items* concern, in one walk over them."""
    found = Concerns()
    new: set[str] = set()
    for item in items:
        event: Any = item.message
        kind = type(event)  # and not `match`: pydantic makes isinstance slow
        if kind is intake.NeedStated:
            continue
        if not is_request(event.subject):
            found.subjects.add(event.subject)
        elif kind is intake.RequestAccepted:
            new.add(event.subject)
        else:
            found.requests.add(event.subject)
        _add_audiences(found, event)
        if kind is intake.RequestAccepted or kind is intake.RequestAmended:
            facts = event.data
            keys = {(facts.participant, contact) for contact in facts.contact_ids}
            found.contacts.setdefault(facts.tracking_number, set()).update(keys)
        elif kind is intake.StatusAsked:
            _add_question(found, event)
        elif kind is intake.AnswerRepeated:
            found.repeated.add(event.data.of)
        elif kind is intake.NoteStated:
            found.names = True
            if event.inreplyto is not None:
                found.repeated.add(event.inreplyto)
        elif kind is routing.MessageApplied or kind is routing.MessageRefused:
            _add_note_released(found, event)
        elif kind in ABOUT_REQUESTS:
            found.names = True
            if kind is routing.EngagementOpened:
                found.opening.add(event.subject)
    found.requests -= new
    return found


def _add_audiences(found: Concerns, event: Any) -> None:
    for row in rows_of(event):
        if isinstance(row, To):
            if row.audience is offices:
                found.offices = True
            else:
                found.participants.update(row.audience(event, _NOTHING_LOADED))
    if answers_a_record(event):
        participant = participant_of(event.inreplyto)
        found.participants.add(participant)
        found.subjects.add(participant)
        found.answered.add(event.inreplyto)


def _add_question(found: Concerns, event: intake.StatusAsked) -> None:
    found.names = True
    if event.data.about in LISTS:
        found.listings.add(question_of(event))
    elif is_request(event.data.about):
        found.requests.add(event.data.about)


def _add_note_released(
    found: Concerns, answer: routing.MessageApplied | routing.MessageRefused
) -> None:
    """Add what the note needs that came with the message answered, if one did."""
    if answer.data.requester is not None and answer.inreplyto is not None:
        found.names = found.offices = True
        found.participants.add(answer.data.requester)
        found.settled.add(answer.inreplyto)


def question_of(event: intake.StatusAsked) -> Question:
    """Return what *event* asks for, if it is a list."""
    return Question(event.data.participant, event.data.about, event.data.after)
