"""What the writer writes is what the models write, byte for byte, and what it always was."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from services.notifications.heartbeats import heartbeats
from shared.contracts import envelope
from shared.contracts.event import derived_id
from shared.contracts.outbound import Message
from tests.contracts.test_samples import ANY_EVENT, files

AT = datetime(2026, 11, 29, 8, 0, 0, 250_000, UTC)
EVERYTHING: dict[str, Any] = {
    "kind": "gov.cri.x.v1",
    "source": "urn:cri:x",
    "subject": 'a "subject"',
    "at": AT,
    "cause": "cri.in.a.v1/0/7",
    "correlation": "c",
    "identity": "i",
    "inreplyto": "cri.in.a.v1/0/7",
    "inreplytoid": "own",
    "received_at": AT,
    "traceparent": "t",
}


def given(original: Any) -> dict[str, Any]:
    """Return the arguments for the attributes that *original*, an event or a message, has."""
    return {
        "kind": original.type,
        "source": original.source,
        "subject": original.subject,
        "at": original.time,
        "cause": original.causationid,
        "correlation": original.correlationid,
        "identity": original.id,
        "classification": original.dataclassification,
        "inreplyto": original.inreplyto,
        "inreplytoid": original.inreplytoid,
        "traceparent": original.traceparent,
    }


@pytest.mark.parametrize("file", files("log"), ids=lambda file: file.stem)
def test_an_event_is_written_as_its_model_writes_it(file: Path) -> None:
    event: Any = ANY_EVENT.validate_json(file.read_bytes())

    about = envelope.attributes(
        **given(event),
        participant=event.participant,
        actor=event.actor,
        number=event.number,
        received_at=event.receivedat,
    )

    assert envelope.write(about, event.data.encode()) == event.encode()
    assert ANY_EVENT.validate_python({**about, "data": event.data}) == event


@pytest.mark.parametrize("file", files("outbound"), ids=lambda file: file.stem)
def test_a_message_is_written_as_its_model_writes_it(file: Path) -> None:
    message = Message.model_validate_json(file.read_bytes())
    number = None if message.participantsequence is None else int(message.participantsequence)

    about = envelope.attributes(**given(message), participant_number=number)

    assert envelope.write(about, to_json(message.data)) == message.encode()
    sent = envelope.write(about, to_json(message.data), order=envelope.MESSAGE_ORDER)
    assert Message.model_validate_json(sent) == message


def test_a_message_has_the_bytes_that_it_had_in_every_release() -> None:
    about = envelope.attributes(**{**EVERYTHING, "received_at": None}, participant_number=3)

    value = envelope.write(about, b"{}", order=envelope.MESSAGE_ORDER)

    assert value == (
        rb'{"id":"i","type":"gov.cri.x.v1","subject":"a \"subject\"",'
        b'"dataclassification":"internal","participantsequence":"00000000000000000003",'
        b'"inreplyto":"cri.in.a.v1/0/7","inreplytoid":"own","specversion":"1.0",'
        b'"source":"urn:cri:x","time":"2026-11-29T08:00:00.250000Z",'
        b'"datacontenttype":"application/json","correlationid":"c",'
        b'"causationid":"cri.in.a.v1/0/7","traceparent":"t","data":{}}'
    )


def test_a_notice_has_the_bytes_that_it_had_in_every_release() -> None:
    about = envelope.attributes(**{**EVERYTHING, "inreplytoid": None}, number=4)

    value = envelope.write(about, b"{}", order=envelope.NOTICE_ORDER)

    assert value == (
        b'{"specversion":"1.0","source":"urn:cri:x","time":"2026-11-29T08:00:00.250000Z",'
        b'"datacontenttype":"application/json","correlationid":"c",'
        b'"causationid":"cri.in.a.v1/0/7","traceparent":"t","id":"i","type":"gov.cri.x.v1",'
        rb'"subject":"a \"subject\"","dataclassification":"internal",'
        b'"sequence":"00000000000000000004","inreplyto":"cri.in.a.v1/0/7",'
        b'"receivedat":"2026-11-29T08:00:00.250000Z","data":{}}'
    )


def test_a_heartbeat_has_the_bytes_that_it_had_in_every_release() -> None:
    (beat,) = heartbeats([("cri.out.a.v1", "a", 7)], at=AT, oldest={"cri.out.a.v1": 2})

    assert beat.value == (
        b'{"specversion":"1.0","id":"ID","source":"urn:cri:continuum:notifications",'
        b'"type":"gov.cri.heartbeat.v1","subject":"a","time":"2026-11-29T08:00:00.250000Z",'
        b'"datacontenttype":"application/json","dataclassification":"confidential",'
        b'"correlationid":"ID","causationid":"ID","data":{"head":7,"first":2}}'
    ).replace(b'"ID"', b'"%b"' % beat.event_id.encode())


def test_an_id_follows_from_cause_kind_subject_and_place_alone() -> None:
    known = {**EVERYTHING, "identity": None}

    first, again, second = (
        envelope.attributes(**known, number=number, ordinal=ordinal)["id"]
        for number, ordinal in ((1, 0), (2, 0), (3, 1))
    )

    assert first == again == derived_id("cri.in.a.v1/0/7", "gov.cri.x.v1", 'a "subject"')
    assert second == derived_id("cri.in.a.v1/0/7", "gov.cri.x.v1", 'a "subject"', 1)


def test_no_attribute_is_lost_in_another_order() -> None:
    of_messages = {"participantsequence", "audience", "inreplytoid"}
    original = envelope.attributes(
        **EVERYTHING, number=1, participant_number=1, audience="a"
    ).keys()

    assert {*envelope.MESSAGE_ORDER} == original - {"sequence", "receivedat"}
    assert {*envelope.NOTICE_ORDER} == original - of_messages


def test_an_event_that_another_caused_keeps_who_acted() -> None:
    cause = next(ANY_EVENT.validate_json(file.read_bytes()) for file in files("log"))
    by_a_person = cause.model_copy(update={"actor": "staff:k7f2"})

    about = envelope.caused_by(
        by_a_person, kind="gov.cri.x.v1", source="urn:cri:x", at=AT, number=1
    )

    assert about["actor"] == "staff:k7f2"
