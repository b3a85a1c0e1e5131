"""What waits for an answer: repeats, to be given it again, and notes, to be handed on with it."""

from services.notifications.audiences.audience import View
from services.notifications.audiences.repeats import Answer, WaitingRepeat
from services.notifications.audiences.table import Fact, answers_a_record
from services.notifications.decide import decide
from services.notifications.messages import Announce
from services.notifications.working import WaitingNote, Working
from shared.contracts import intake, routing
from shared.contracts.outbound import TYPES
from shared.delivery.records import Outgoing

_SETTLES_NOTES = frozenset((routing.MessageApplied, routing.MessageRefused))


def take_repeat(
    state: Working, event: intake.AnswerRepeated, key: bytes, announce: Announce
) -> tuple[Outgoing, ...]:
    """Give the first answer again, or keep the repeat until there is one."""
    assert event.inreplyto is not None
    first = state.answers.get(event.data.of)
    if first is not None:
        return _repeat(state, event, first, key, announce)
    waiting = WaitingRepeat(event.inreplyto, event.data.of, key, event.encode())
    state.held_back[event.data.of].append(waiting)
    return ()


def take_note(
    state: Working, event: intake.NoteStated, key: bytes, announce: Announce
) -> tuple[Outgoing, ...]:
    """Hand a note on, or keep it until the message that it came with is answered."""
    assert event.inreplyto is not None
    answer = state.answers.get(event.inreplyto)
    if answer is None:
        state.notes_held[event.inreplyto] = WaitingNote(event.inreplyto, key, event.encode())
        return ()
    return _hand_on(state, event, key, announce, applied=answer.message_type == TYPES["applied"])


def release(state: Working, event: Fact, announce: Announce) -> tuple[Outgoing, ...]:
    """Write what waited for the answer that *event* has just been, if it was one."""
    if event.inreplyto is None or not answers_a_record(event):
        return ()
    outgoing = _release_repeats(state, event.inreplyto, announce)
    if type(event) in _SETTLES_NOTES:
        outgoing += _release_note(state, event, event.inreplyto, announce)
    return outgoing


def _release_repeats(state: Working, coordinate: str, announce: Announce) -> tuple[Outgoing, ...]:
    kept = state.repeats.pop(coordinate, [])
    if kept:
        state.sent_late.append(coordinate)
    outgoing: tuple[Outgoing, ...] = ()
    for repeat in [*kept, *state.held_back.pop(coordinate, [])]:
        event = intake.AnswerRepeated.model_validate_json(repeat.event)
        outgoing += _repeat(state, event, state.answers[coordinate], repeat.key, announce)
    return outgoing


def _release_note(
    state: Working, answer: Fact, coordinate: str, announce: Announce
) -> tuple[Outgoing, ...]:
    held = state.notes_held.pop(coordinate, None)
    if held is None:
        held = state.notes_waiting.pop(coordinate, None)
        if held is None:
            return ()
        state.notes_settled.append(coordinate)
    event = intake.NoteStated.model_validate_json(held.event)
    return _hand_on(
        state, event, held.key, announce, applied=type(answer) is routing.MessageApplied
    )


def _repeat(
    state: Working, event: intake.AnswerRepeated, first: Answer, key: bytes, announce: Announce
) -> tuple[Outgoing, ...]:
    notices = decide(event, View(state.at, state.directory, first=first))
    return announce(state, event, notices, key=key)


def _hand_on(
    state: Working, event: intake.NoteStated, key: bytes, announce: Announce, *, applied: bool
) -> tuple[Outgoing, ...]:
    notices = decide(event, View(state.at, state.directory, applied=applied))
    return announce(state, event, notices, key=key)
