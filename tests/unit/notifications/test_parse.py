from pathlib import Path

import pytest

from services.notifications.parse import parse
from shared.contracts import intake, reference, reporting, routing
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record
from tests.examples.facts import (
    AGENCY,
    AT,
    NUMBER,
    OFFER,
    Log,
    engagement,
    inbound,
    made,
    opened,
    request_facts,
)

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples" / "log"
ACCEPTED = Gate(intake.TOPIC, NUMBER, 1)
NEED = Gate(intake.CONFIDENTIAL_TOPIC, NUMBER, 1)


def needs(topic: str, name: str, subject: str, data: dict[str, object]) -> tuple[Gate, ...]:
    log = Log()
    found = parse(log.record(topic, log.event(topic, name, subject, data, inreplyto=inbound(1))))
    assert isinstance(found, Item)
    return found.needs


def test_an_accepted_request_needs_the_reference_data_it_was_accepted_with() -> None:
    data = request_facts(reference_version=7)

    assert needs(intake.TOPIC, "request_accepted", NUMBER, data) == (
        Gate(reference.TOPIC, reference.SUBJECT, 7),
    )


def test_an_event_of_routing_needs_its_request() -> None:
    assert needs(routing.TOPIC, "offer_made", NUMBER, made()) == (ACCEPTED,)


@pytest.mark.parametrize(("stated", "expected"), [(True, (ACCEPTED, NEED)), (False, (ACCEPTED,))])
def test_an_engagement_waits_for_the_need_if_one_was_stated(
    stated: bool, expected: tuple[Gate, ...]
) -> None:
    data = opened(need_stated=stated)

    assert needs(routing.TOPIC, "engagement_opened", NUMBER, data) == expected


@pytest.mark.parametrize("subject", [AGENCY, OFFER])
def test_an_answer_about_no_request_needs_nothing(subject: str) -> None:
    data: dict[str, object] = {"participant": AGENCY, "what": "offer.answer", "about": subject}

    assert needs(routing.TOPIC, "message_applied", subject, data) == ()


def test_a_report_to_check_needs_the_request_of_its_assessment() -> None:
    value = (SAMPLES / "reporting.fact_check_asked.v1.json").read_bytes()

    found = parse(Record(reporting.TOPIC, 0, 0, b"k", value, (), AT))

    assert isinstance(found, Item)
    assert found.needs == (Gate(intake.TOPIC, found.message.data.tracking_number, 1),)


def test_a_note_needs_its_request() -> None:
    log = Log()

    found = parse(log.record(intake.CONFIDENTIAL_TOPIC, log.note()))

    assert isinstance(found, Item)
    assert found.needs == (ACCEPTED,)
    assert found.gate is not None
    assert found.gate.stands_alone


def test_an_unknown_type_is_passed_over_and_its_gate_moves() -> None:
    log = Log()
    value = log.event(
        routing.TOPIC,
        "engagement_closed",
        NUMBER,
        engagement("closed", reason="completed"),
    ).encode()
    value = value.replace(b"engagement_closed", b"engagement_sung_of")

    found = parse(Record(routing.TOPIC, 0, 0, b"k", value, (), AT))

    assert isinstance(found, PassedOver)
    assert found.gate == Gate(routing.TOPIC, NUMBER, 1)


def test_of_what_is_published_plans_and_replies_are_no_news() -> None:
    value = (SAMPLES / "reporting.release_published.v1.json").read_bytes()
    other = (SAMPLES / "reporting.reply_stated.v1.json").read_bytes()

    read, left = (
        parse(Record(reporting.RELEASES_TOPIC, 0, 0, b"k", each, (), AT))
        for each in (value, other)
    )

    assert isinstance(read, Item)
    assert read.message.data.release.month == "2026-06"
    assert isinstance(left, PassedOver)
    assert left.unknown is None


@pytest.mark.parametrize("topic", [intake.TOPIC, reporting.RELEASES_TOPIC])
@pytest.mark.parametrize("value", [None, b"", b"{", b"{}", b"[]", b'{"type": 1}'])
def test_an_unparsable_value_is_malformed_and_never_raises(
    topic: str, value: bytes | None
) -> None:
    found = parse(Record(topic, 0, 0, b"k", value, (), AT))

    assert isinstance(found, Malformed)
