"""Gives first answers again, at once or as soon as there is one."""

from services.notifications.messages import Letter, send_all
from services.notifications.repeats import Answer, WaitingRepeat, repeated
from services.notifications.working import Working
from shared.contracts import intake
from shared.contracts.event import participant_of
from shared.messaging.records import Outgoing


def repeat(state: Working, event: intake.AnswerRepeated, key: bytes) -> tuple[Outgoing, ...]:
    """Give the first answer again, or keep the repeat until there is one."""
    assert event.inreplyto is not None
    first = state.answers.get(event.data.of)
    if first is not None:
        return _again(state, event, first, key)
    waiting = WaitingRepeat(event.inreplyto, event.data.of, key, event.encode())
    state.held_back[event.data.of].append(waiting)
    return ()


def _again(
    state: Working, event: intake.AnswerRepeated, first: Answer, key: bytes
) -> tuple[Outgoing, ...]:
    assert event.inreplyto is not None
    letter = Letter(
        audience=participant_of(event.inreplyto),
        type=first.message_type,
        subject=first.subject,
        data=repeated(first.data),
        answer=True,
        classification="confidential",
    )
    return send_all(state, event, [letter], key=key)


def send_held_back(state: Working, coordinate: str | None) -> tuple[Outgoing, ...]:
    """Answer the repeats that waited for the answer to the record at *coordinate*."""
    if coordinate is None:
        return ()
    kept = state.repeats.pop(coordinate, [])
    if kept:
        state.sent_late.append(coordinate)
    outgoing: tuple[Outgoing, ...] = ()
    for repeat in [*kept, *state.held_back.pop(coordinate, [])]:
        event = intake.AnswerRepeated.model_validate_json(repeat.event)
        outgoing += _again(state, event, state.answers[coordinate], repeat.key)
    return outgoing
