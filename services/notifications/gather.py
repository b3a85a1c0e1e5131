"""What a batch concerns, read off its events before anything is loaded. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from services.notifications.audiences.request import Directory, Request
from services.notifications.audiences.status import Question
from services.notifications.messages import out_topic
from services.notifications.parse import is_request
from services.notifications.working import ContactKey
from shared.catalog.catalog import Catalog
from shared.contracts import intake, notifications, reference, routing
from shared.contracts.event import participant_of
from shared.contracts.inbound import LISTS
from shared.messaging.records import Item

REFERENCE = (
    reference.ParticipantRegistered,
    reference.ProgramDefined,
    reference.TopicDefined,
    reference.ProviderListed,
    reference.RulesetApproved,
)
ANSWERS = frozenset(
    (
        intake.RequestAccepted,
        intake.RequestAmended,
        intake.SubmissionRefused,
        intake.AnswerRepeated,
        intake.StatusAsked,
        intake.ContactSet,
        routing.MessageApplied,
        routing.MessageRefused,
        *REFERENCE,
    )
)
ABOUT_REQUESTS = frozenset(get_args(routing.RequestEvent))
_ANSWERS_TO_NOTES = frozenset((routing.MessageApplied, routing.MessageRefused))
FOR_OFFICES = frozenset((routing.RequestReferred, routing.RequestWithdrawn))


def tracking_numbers(items: Sequence[Item]) -> set[str]:
    """
    Return the requests to lock: those already there.

    A request is not there before it is accepted, and a need is kept without its request.
    """
    found: set[str] = set()
    new: set[str] = set()
    for item in items:
        event = item.message
        kind = type(event)
        if kind is intake.RequestAccepted:
            new.add(event.subject)
        elif kind is intake.StatusAsked:
            found.add(event.data.about)
        elif kind is not intake.NeedStated:
            found.add(event.subject)
    return {subject for subject in found - new if is_request(subject)}


def noted(item: Item) -> bool:
    """Tell whether a note may be handed on here: it is one, or the answer to what it came with."""
    event = item.message
    if type(event) in _ANSWERS_TO_NOTES:
        return event.data.requester is not None
    return type(event) is intake.NoteStated


def named(items: Sequence[Item]) -> bool:
    """Tell whether anything here is told with names of the directory, or to its offices."""
    return any(
        type(item.message) in ABOUT_REQUESTS
        or type(item.message) is intake.StatusAsked
        or noted(item)
        for item in items
    )


def for_offices(items: Sequence[Item]) -> bool:
    """Tell whether the program offices may be told of anything here."""
    return any(type(item.message) in FOR_OFFICES or noted(item) for item in items)


def numbered(items: Sequence[Item], directory: Directory) -> set[tuple[str, str]]:
    """
    Return every (topic, subject) that may be numbered.

    The notices of a sender's own subject are among them: an answer may set free a repeat.
    """
    told: set[str] = set()
    subjects: set[str] = set()
    for item in items:
        event = item.message
        kind = type(event)
        if kind is intake.NeedStated:
            continue
        if not is_request(event.subject):
            subjects.add(event.subject)
        if noted(item):
            told.update(directory.offices)
            if event.data.requester is not None:
                told.add(event.data.requester)
        if kind in ANSWERS:
            if event.inreplyto is not None:
                sender = participant_of(event.inreplyto)
                told.add(sender)
                subjects.add(sender)
        elif kind is routing.AmendmentCameTooLate:
            told.add(event.data.participant)
        elif kind in ABOUT_REQUESTS:
            told.add(event.data.participant)
            provider = getattr(event.data, "provider", None)
            if provider is not None:
                told.add(provider)
            if kind in FOR_OFFICES:
                told.update(directory.offices)
    streams = {(out_topic(participant), participant) for participant in told}
    return streams | {(notifications.TOPIC, subject) for subject in subjects}


def answered(items: Sequence[Item]) -> set[str]:
    """Return the records that this batch answers."""
    return {
        item.message.inreplyto
        for item in items
        if type(item.message) in ANSWERS and item.message.inreplyto is not None
    }


def repeated(items: Sequence[Item]) -> set[str]:
    """Return the records whose answers must be known: to give them again, or to settle a note."""
    found = {i.message.data.of for i in items if type(i.message) is intake.AnswerRepeated}
    for item in items:
        if type(item.message) is intake.NoteStated and item.message.inreplyto is not None:
            found.add(item.message.inreplyto)
    return found


def settling_notes(items: Sequence[Item]) -> set[str]:
    """Return the records that this batch answers and that a note came with."""
    return {
        item.message.inreplyto
        for item in items
        if type(item.message) in _ANSWERS_TO_NOTES and noted(item)
    }


def listings(items: Sequence[Item]) -> set[Question]:
    """Return the questions for lists."""
    return {
        question_of(item.message)
        for item in items
        if type(item.message) is intake.StatusAsked and item.message.data.about in LISTS
    }


def question_of(event: intake.StatusAsked) -> Question:
    """Return what *event* asks for, if it is a list."""
    return Question(event.data.participant, event.data.about, event.data.after)


def opened(items: Sequence[Item]) -> set[str]:
    """Return the requests whose need and contacts are to be handed over."""
    return {i.message.subject for i in items if type(i.message) is routing.EngagementOpened}


def contacts(
    items: Sequence[Item], requests: Mapping[str, Request], opening: set[str]
) -> set[ContactKey]:
    """Return the contacts of *opening*, as held or as this batch states them."""
    keys = {
        (requests[number].participant, contact_id)
        for number in opening
        if number in requests
        for contact_id in requests[number].contact_ids
    }
    if opening:
        for item in items:
            facts = item.message.data
            if isinstance(facts, intake.RequestFacts) and facts.tracking_number in opening:
                keys.update((facts.participant, contact_id) for contact_id in facts.contact_ids)
    return keys


def directory_of(catalog: Catalog) -> Directory:
    participants = {p.id: p.name for p in catalog.participants.values()}
    offices = sorted(p.id for p in catalog.participants.values() if p.kind == "program_office")
    programs = {p.id: p.name for p in catalog.programs.values()}
    return Directory(participants, programs, tuple(offices))


def with_batch(directory: Directory, events: Iterable[Any]) -> Directory:
    """Return *directory* with what this batch itself says of participants and programs."""
    participants, programs = dict(directory.participants), dict(directory.programs)
    offices = set(directory.offices)
    for event in events:
        if isinstance(event, reference.ParticipantRegistered):
            participants[event.data.id] = event.data.name
            if event.data.kind == "program_office":
                offices.add(event.data.id)
        elif isinstance(event, reference.ProgramDefined):
            programs[event.data.id] = event.data.name
    return Directory(participants, programs, tuple(sorted(offices)))
