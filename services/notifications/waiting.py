"""Holds repeats and notes until the answer that they depend on exists."""

from services.notifications.audiences.audience import View
from services.notifications.audiences.repeats import Answer, WaitingRepeat
from services.notifications.audiences.table import InputEvent, answers_a_record
from services.notifications.batch_state import BatchState, WaitingNote
from services.notifications.decide import decide
from services.notifications.messages import NumberNotices
from shared.contracts import intake, routing
from shared.contracts.outbound import TYPES
from shared.delivery.records import Outgoing

_SETTLES_NOTES = frozenset((routing.MessageApplied, routing.MessageRefused))


def take_repeat(
    state: BatchState, event: intake.AnswerRepeated, key: bytes, number_notices: NumberNotices
) -> tuple[Outgoing, ...]:
    """Repeat the first answer, or hold the repeat until there is one."""
    assert event.inreplyto is not None
    first = state.answers.get(event.data.of)
    if first is not None:
        return _repeat(state, event, first, key, number_notices)
    waiting = WaitingRepeat(event.inreplyto, event.data.of, key, event.encode())
    state.repeats_held[event.data.of].append(waiting)
    return ()


def take_note(
    state: BatchState, event: intake.NoteStated, key: bytes, number_notices: NumberNotices
) -> tuple[Outgoing, ...]:
    """Forward a note, or hold it until the message that contained it is answered."""
    assert event.inreplyto is not None
    answer = state.answers.get(event.inreplyto)
    if answer is None:
        state.notes_held[event.inreplyto] = WaitingNote(event.inreplyto, key, event.encode())
        return ()
    return _hand_on(
        state, event, key, number_notices, applied=answer.message_type == TYPES["applied"]
    )


def release(
    state: BatchState, event: InputEvent, number_notices: NumberNotices
) -> tuple[Outgoing, ...]:
    """Return the messages that waited for the answer that *event* caused, if any."""
    if event.inreplyto is None or not answers_a_record(event):
        return ()
    outgoing = _release_repeats(state, event.inreplyto, number_notices)
    if type(event) in _SETTLES_NOTES:
        outgoing += _release_note(state, event, event.inreplyto, number_notices)
    return outgoing


def _release_repeats(
    state: BatchState, coordinate: str, number_notices: NumberNotices
) -> tuple[Outgoing, ...]:
    kept = state.repeats.pop(coordinate, [])
    if kept:
        state.repeats_released.append(coordinate)
    outgoing: tuple[Outgoing, ...] = ()
    for repeat in [*kept, *state.repeats_held.pop(coordinate, [])]:
        event = intake.AnswerRepeated.model_validate_json(repeat.event)
        outgoing += _repeat(state, event, state.answers[coordinate], repeat.key, number_notices)
    return outgoing


def _release_note(
    state: BatchState, answer: InputEvent, coordinate: str, number_notices: NumberNotices
) -> tuple[Outgoing, ...]:
    held = state.notes_held.pop(coordinate, None)
    if held is None:
        held = state.notes_waiting.pop(coordinate, None)
        if held is None:
            return ()
        state.notes_settled.append(coordinate)
    event = intake.NoteStated.model_validate_json(held.event)
    return _hand_on(
        state, event, held.key, number_notices, applied=type(answer) is routing.MessageApplied
    )


def _repeat(
    state: BatchState,
    event: intake.AnswerRepeated,
    first: Answer,
    key: bytes,
    number_notices: NumberNotices,
) -> tuple[Outgoing, ...]:
    notices = decide(event, View(state.at, state.directory, first=first))
    return number_notices(state, event, notices, key=key)


def _hand_on(
    state: BatchState,
    event: intake.NoteStated,
    key: bytes,
    number_notices: NumberNotices,
    *,
    applied: bool,
) -> tuple[Outgoing, ...]:
    notices = decide(event, View(state.at, state.directory, applied=applied))
    outgoing = number_notices(state, event, notices, key=key)
    if applied:
        state.keep_note(event)
    return outgoing
