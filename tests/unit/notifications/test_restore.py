"""Published messages keep their numbers, and no record is answered twice."""

import json
from typing import Any

from services.notifications.audiences.audience import View
from services.notifications.audiences.evolve import evolve
from services.notifications.batch_state import BatchState, known
from services.notifications.decide import decide
from services.notifications.directory import EMPTY_DIRECTORY
from services.notifications.messages import number_notices, out_topic
from services.notifications.restore.number_notices import NoticeRestorer
from services.notifications.restore.published_log import read_published_log
from shared.contracts import intake, notifications
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Outgoing, Record
from shared.delivery.restore.own_log import parse_published
from shared.delivery.sequences import Numbers
from tests.examples.facts import AGENCY, AT, NUMBER, Log

UNKNOWN = View(AT, EMPTY_DIRECTORY)
"""The view of a question about a request that does not exist."""


def new_state() -> BatchState:
    return BatchState(
        at=AT,
        directory=EMPTY_DIRECTORY,
        numbers=Numbers({(out_topic(AGENCY), AGENCY): 0, (notifications.TOPIC, AGENCY): 0}),
        requests={},
        published={},
        needs={},
        contacts={},
        answers={},
        repeats={},
        listings={},
    )


def question() -> intake.StatusAsked:
    event = Log().asked(NUMBER, AGENCY)
    assert isinstance(event, intake.StatusAsked)
    return event


def on_log(message: Outgoing) -> PublishedEvent:
    event = parse_published(Record(message.topic, 0, 0, message.key, message.value, (), AT))
    assert event is not None
    return event


def restored(
    event: intake.StatusAsked, view: View, log: list[PublishedEvent], *, end: int = 1
) -> tuple[Any, ...]:
    """
    NumberNotices *event* as *view* has it now, with *log* published; return what else is written.

    *end* is the last number on the topic of the agency.
    """
    restorer = NoticeRestorer(read_published_log({event.id: log}), {out_topic(AGENCY): end})
    state = new_state()
    written = restorer.number_notices(state, event, decide(event, view), key=b"key")
    assert restorer.contradictions == []
    return state, written


def test_a_published_message_is_not_written_again() -> None:
    event = question()
    published = number_notices(new_state(), event, decide(event, UNKNOWN), key=b"key")

    state, written = restored(event, UNKNOWN, [on_log(message) for message in published])

    assert written == ()
    assert [row.participantsequence for row in state.notices] == [1]


def test_a_question_keeps_its_published_answer_even_if_another_would_be_given_now() -> None:
    event = question()
    then, *_ = number_notices(new_state(), event, decide(event, UNKNOWN), key=b"key")
    now = View(AT, EMPTY_DIRECTORY, known=known(evolve(None, Log().accepted(), EMPTY_DIRECTORY)))

    state, written = restored(event, now, [on_log(then)])

    (notice,) = [json.loads(message.value or b"") for message in written]
    (decided,) = notice["data"]["notices"]
    assert (decided["message_id"], decided["participantsequence"]) == (then.event_id, 1)
    assert decided["message_type"] == "gov.cri.message.refused.v1"
    (row,), (answer,) = state.notices, state.answered
    assert row.message_id == answer.message_id == then.event_id
    assert state.numbers.changed.keys() == {(notifications.TOPIC, AGENCY)}


def test_a_lost_answer_that_differs_now_keeps_its_number() -> None:
    event = question()
    then, notice = number_notices(new_state(), event, decide(event, UNKNOWN), key=b"key")
    now = View(AT, EMPTY_DIRECTORY, known=known(evolve(None, Log().accepted(), EMPTY_DIRECTORY)))

    state, written = restored(event, now, [on_log(notice)], end=0)

    (answer,) = [json.loads(message.value or b"") for message in written]
    assert (answer["type"], int(answer["participantsequence"])) == ("gov.cri.status.told.v1", 1)
    assert [row.message_id for row in state.notices] == [then.event_id]
    assert state.numbers.changed == {}
