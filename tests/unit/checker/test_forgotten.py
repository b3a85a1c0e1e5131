"""The checker finds what a service keeps of a person who is forgotten."""

from typing import Any

import pytest

from shared.contracts import intake
from shared.contracts.event import Event
from tests.examples.facts import Log
from tests.proofs.checker.forgotten import forgotten_are_erased
from tests.proofs.checker.run import Record, Run

ADDRESS = "canary@agency.example"
KEPT: dict[str, Any] = {"contact_id": "c-1", "email": ADDRESS}


def run(*events: tuple[str, Event], **tables: Any) -> Run:
    topics: dict[str, list[Record]] = {}
    for topic, event in events:
        records = topics.setdefault(topic, [])
        records.append(Record(topic, 0, len(records), None, event.encode()))
    return Run(topics=topics, ends={}, tables={"notifications": tables})


def wrong(found: Run) -> list[str]:
    return [each for each in forgotten_are_erased(found) if each is not None]


def said(log: Log, *, forgotten: bool = True, again: str | None = None) -> list[Any]:
    events: list[Any] = [(intake.CONFIDENTIAL_TOPIC, log.contact(email=ADDRESS))]
    if forgotten:
        events.append((intake.TOPIC, log.forgotten(up_to=1)))
    if again is not None:
        events.append((intake.CONFIDENTIAL_TOPIC, log.contact(again, email=ADDRESS, offset=51)))
    return events


def test_a_row_with_the_address_of_a_forgotten_person_is_found() -> None:
    found = wrong(run(*said(Log()), contacts=[KEPT], mails=[]))

    assert found == ["notifications.contacts holds 1 texts of forgotten people"]


@pytest.mark.parametrize(
    "events",
    [said(Log(), forgotten=False), said(Log(), again="c-1"), said(Log(), again="c-2"), []],
)
def test_what_was_said_later_or_of_another_may_be_held(events: list[Any]) -> None:
    assert wrong(run(*events, contacts=[KEPT])) == []


def test_a_message_that_kafka_has_not_taken_may_hold_it() -> None:
    assert wrong(run(*said(Log()), outbox=[KEPT], contacts=[])) == []
