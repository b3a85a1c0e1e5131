"""Encoded messages match the contracts field by field."""

import json
from datetime import timedelta

from services.notifications.audiences.audience import NotNeeded, Send
from services.notifications.audiences.request import Directory
from services.notifications.batch_state import BatchState
from services.notifications.messages import number_notices, out_topic
from shared.contracts import notifications
from shared.contracts.notifications import NoticeDecided
from shared.contracts.outbound import TYPES, Applied, Message
from shared.delivery.sequences import Numbers
from tests.examples.facts import AGENCY, AT, NUMBER, PROVIDER, Log

ODD = 'the "sender\'s" own\nwords: é'


def working() -> BatchState:
    numbered = [(out_topic(AGENCY), AGENCY), (notifications.TOPIC, NUMBER)]
    return BatchState(
        at=AT + timedelta(seconds=1),
        directory=Directory({}, {}, ()),
        numbers=Numbers(dict.fromkeys(numbered, 0)),
        requests={},
        published={},
        needs={},
        contacts={},
        answers={},
        repeats={},
        listings={},
    )


def test_messages_and_notices_match_their_contracts() -> None:
    event = (
        Log()
        .accepted()
        .model_copy(
            update={
                "correlationid": ODD,
                "traceparent": ODD,
                "receivedat": AT,
                "inreplytoid": ODD,
            }
        )
    )
    notices = (
        Send(AGENCY, TYPES["applied"], ODD, Applied(what="x", about=ODD), answer=True),
        NotNeeded(PROVIDER, ODD),
    )

    message, notice = number_notices(working(), event, notices, key=b"key")

    assert message.value is not None
    assert notice.value is not None
    parsed = Message.model_validate_json(message.value)
    assert json.loads(parsed.encode()) == json.loads(message.value)
    assert (parsed.subject, parsed.inreplyto, parsed.data["about"]) == (
        ODD,
        event.inreplyto,
        ODD,
    )
    assert (parsed.correlationid, parsed.traceparent, parsed.inreplytoid) == (
        ODD,
        ODD,
        ODD,
    )
    decided = NoticeDecided.model_validate_json(notice.value)
    assert json.loads(decided.encode()) == json.loads(notice.value)
    assert (decided.id, decided.receivedat, decided.number) == (notice.event_id, AT, 1)
    sent, not_needed = decided.data.notices
    assert (sent.message_id, sent.participantsequence) == (message.event_id, 1)
    assert (not_needed.audience, not_needed.because) == (PROVIDER, ODD)


def test_an_event_without_a_trace_causes_messages_without_one() -> None:
    notices = [Send(AGENCY, TYPES["applied"], NUMBER, Applied(what="x", about="y"))]

    message, notice = number_notices(working(), Log().accepted(), notices, key=b"key")

    for outgoing in (message, notice):
        assert outgoing.value is not None
        assert "traceparent" not in json.loads(outgoing.value)
    assert "inreplyto" not in json.loads(message.value or b"")


def test_the_answer_to_a_message_whose_id_is_not_known_names_its_record_alone() -> None:
    notices = [Send(AGENCY, TYPES["applied"], NUMBER, Applied(what="x", about="y"), answer=True)]

    message, _ = number_notices(working(), Log().accepted(), notices, key=b"key")

    encoded = json.loads(message.value or b"")
    assert encoded["inreplyto"]
    assert "inreplytoid" not in encoded
