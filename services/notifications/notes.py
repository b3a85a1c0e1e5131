"""Hands on the notes of providers, each once the message that it came with has been applied."""

from services.notifications.audiences.audience import Decision, Notice, NotNeeded, Send
from services.notifications.audiences.request import Directory
from services.notifications.messages import announce
from services.notifications.working import WaitingNote, Working
from shared.contracts import intake, routing
from shared.contracts.outbound import TYPES, Note
from shared.messaging.records import Outgoing

_NAMES = {"accept": "acceptance", "decline": "decline", "counter": "counter-offer"}
_REFUSED = "the message that it came with was refused"
_OFFICE_ALONE = "a note with such an answer is for the program office alone"


def told(event: intake.NoteStated, directory: Directory, *, applied: bool) -> Decision:
    """
    Decide who receives a note: the program office, and the requester if the provider helps.

    Why a provider declines, or on what terms it would help, is not for the requester.
    """
    facts = event.data
    if not applied:
        return Decision((NotNeeded(facts.participant, _REFUSED),))
    provider = directory.participant(facts.participant)
    what = "report" if facts.answer is None else _NAMES.get(facts.answer, "answer")
    note = Note(
        tracking_number=facts.tracking_number,
        about=facts.about,
        provider=facts.participant,
        answer=facts.answer,
        note=facts.note,
        sentence=f"{provider} wrote this with its {what}.",
    )

    def send(audience: str) -> Notice:
        number = facts.tracking_number
        return Send(audience, "note_stated", number, note, classification="restricted")

    notices = [send(office) for office in directory.offices]
    notices = notices or [NotNeeded("program_office", "no program office is registered")]
    if facts.requester is not None:
        helps = facts.answer in (None, "accept")
        requester = facts.requester
        notices.append(send(requester) if helps else NotNeeded(requester, _OFFICE_ALONE))
    return Decision(tuple(notices))


def take_in(state: Working, event: intake.NoteStated, key: bytes) -> tuple[Outgoing, ...]:
    """Hand a note on, or keep it until the message that it came with is answered."""
    assert event.inreplyto is not None
    answer = state.answers.get(event.inreplyto)
    if answer is None:
        state.notes_held[event.inreplyto] = WaitingNote(event.inreplyto, key, event.encode())
        return ()
    applied = answer.message_type == TYPES["applied"]
    return announce(state, event, told(event, state.directory, applied=applied), key=key)


def send_held_back(
    state: Working, answer: routing.MessageApplied | routing.MessageRefused
) -> tuple[Outgoing, ...]:
    """Hand on the note that waited for *answer*."""
    if answer.inreplyto is None:
        return ()
    held = state.notes_held.pop(answer.inreplyto, None)
    if held is None:
        held = state.notes_waiting.pop(answer.inreplyto, None)
        if held is None:
            return ()
        state.notes_settled.append(answer.inreplyto)
    event = intake.NoteStated.model_validate_json(held.event)
    applied = isinstance(answer, routing.MessageApplied)
    return announce(state, event, told(event, state.directory, applied=applied), key=held.key)
