"""The messages of the public desk are inbound messages, and their answers are read."""

from datetime import UTC, datetime
from typing import Any

from services.webdesk.acts import IN_TOPIC, Sent, answer_in, forgotten_in, message_of, sent_in
from shared.contracts.inbound import Contact, Inbound
from shared.contracts.outbound import TYPES, Message
from tests.unit.webdesk.test_decide import REFERENCE, judged

AT = datetime(2026, 3, 2, 20, 4, tzinfo=UTC)


def sent(times: int = 1) -> Any:
    submission = judged().submission
    assert submission is not None
    return message_of(submission, reference=REFERENCE, times_sent=times, at=AT, number=2)


def test_a_request_is_a_message_of_the_participant_in_the_name_of_a_person() -> None:
    message = sent()
    read = Inbound.model_validate_json(message.value)

    assert message.topic == IN_TOPIC
    assert read.type == "gov.cri.request.submit.v1"
    assert read.source == "urn:cri:web-desk"
    assert read.subject == REFERENCE
    assert read.actor == f"contact:{REFERENCE}"
    assert read.data["reference"] == REFERENCE


def test_the_same_sending_has_the_same_id_and_the_next_one_another() -> None:
    assert sent(1).event_id == sent(1).event_id != sent(2).event_id


def test_what_was_sent_is_known_from_the_own_topic() -> None:
    contact = message_of(
        Contact(contact_id=REFERENCE, name="A. Chief"),
        reference=REFERENCE, times_sent=1, at=AT, number=1,
    )  # fmt: skip

    assert sent_in(sent().value) == Sent(REFERENCE, sent().event_id, AT)
    assert contact.value is not None
    assert sent_in(contact.value) is None
    assert sent_in(b"{}") is None


def answer(kind: str, data: dict[str, Any], *, to: str | None = "m-1") -> Message:
    return Message.model_validate(
        {
            "specversion": "1.0",
            "id": "fe55e3a9-235d-5890-b264-5f550b7783c2",
            "source": "urn:cri:notifications",
            "type": TYPES[kind],
            "subject": "CRI-2026-000042-J",
            "time": AT,
            "correlationid": "c-1",
            "causationid": "c-1",
            "participantsequence": "1".zfill(20),
            "inreplytoid": to,
            "data": data,
        }
    )


def test_an_acceptance_has_the_tracking_number() -> None:
    found = answer_in(answer("accepted", {"tracking_number": "CRI-2026-000042-J"}))

    assert found is not None
    assert found[:2] == ("m-1", "accepted")
    assert found.tracking_number == "CRI-2026-000042-J"


def test_a_refusal_has_its_reasons() -> None:
    reasons = [{"code": "unknown_topic", "path": "/data/topics/0"}]
    found = answer_in(answer("refused", {"reasons": reasons}))

    assert found is not None
    assert (found.state, list(found.reasons)) == ("refused", reasons)


def test_what_answers_nothing_is_no_answer() -> None:
    assert answer_in(answer("accepted", {}, to=None)) is None


def test_who_is_forgotten_is_known_by_the_reference_of_the_draft() -> None:
    ours = {"participant": "web-desk", "contact_id": REFERENCE}
    of_another = {"participant": "ca-post", "contact_id": REFERENCE}

    assert forgotten_in(answer("person_forgotten", ours, to=None)) == REFERENCE
    assert forgotten_in(answer("person_forgotten", of_another, to=None)) is None
    assert forgotten_in(answer("applied", ours)) is None
