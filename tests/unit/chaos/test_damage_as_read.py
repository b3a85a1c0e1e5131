"""The outcome that the ledger expects of a damaged record is the one in each reader."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from services.desk.parse import parse as parse_of_desk
from services.intake.ended_requests import parse_routing_event
from services.notifications.parse import parse
from services.reporting.handlers import ReportingReader
from services.routing.handlers import RoutingReader
from shared.contracts import assessments, intake, publications, reference, reporting, routing
from shared.delivery.records import Item, Malformed, PassedOver, Record
from tests.proofs.chaos.damage import KINDS, READERS, damaged

SAMPLES = Path(__file__).parents[2] / "contracts/samples/log"
READ: Mapping[str, Callable[[Record], Item | PassedOver | Malformed]] = {
    "intake": parse_routing_event,
    "routing": RoutingReader().parse,
    "notifications": parse,
    "reporting": ReportingReader().parse,
    "desk": parse_of_desk,
}
UNIONS: Mapping[str, Any] = {
    intake.TOPIC: intake.IntakeEvent
    | assessments.AssessmentEvent
    | publications.PublicationMessage,
    intake.ANSWERS_TOPIC: intake.AnswerEvent,
    intake.CONFIDENTIAL_TOPIC: intake.ConfidentialEvent,
    reference.TOPIC: reference.ReferenceEvent,
    routing.TOPIC: routing.RoutingEvent,
    reporting.TOPIC: reporting.ReportingEvent,
    reporting.TEXTS_TOPIC: reporting.TextEvent,
}
DRAWS = 60


def samples() -> Iterator[tuple[str, str]]:
    for topic, union in UNIONS.items():
        for event in get_args(union):
            yield topic, get_args(event.model_fields["type"].annotation)[0]


@pytest.mark.parametrize(("topic", "kind"), list(samples()))
def test_every_reader_treats_a_damaged_record_as_the_ledger_expects(topic: str, kind: str) -> None:
    value = (SAMPLES / f"{kind.removeprefix('gov.cri.')}.json").read_bytes()
    value = json.dumps(json.loads(value)).encode()
    at = datetime(2026, 11, 29, tzinfo=UTC)
    wrong = set()

    for damage in KINDS:
        for seed in range(DRAWS):
            for broken in damaged(topic, value, damage, Random(seed)):
                if broken.reason == "refused_by_postgres":
                    continue
                record = Record(topic, 0, 0, b"key", broken.value, (), at)
                for service in READERS[topic]:
                    found = "dead" if isinstance(READ[service](record), Malformed) else "passed"
                    expected = broken.outcomes[service]
                    if found != expected and expected != "parked":
                        wrong.add((damage, service, expected, found, sent(broken.value)))

    assert not wrong


def sent(value: bytes | None) -> str:
    """Return the field names of a record, to show what it lacks."""
    try:
        return " ".join(sorted(json.loads(value or b"")))
    except ValueError:
        return "no JSON"
