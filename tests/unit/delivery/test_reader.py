"""Parsing of records of other services."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter

from shared.contracts.intake import TOPIC, RequestAccepted, WithdrawalRequested
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import parse_event

SAMPLE = Path(__file__).parents[2] / "contracts/samples/log/intake.withdrawal_requested.v1.json"
EVENTS: TypeAdapter[Any] = TypeAdapter(WithdrawalRequested)
UNION: TypeAdapter[Any] = TypeAdapter(
    Annotated[WithdrawalRequested | RequestAccepted, Field(discriminator="type")]
)
OTHER = "gov.cri.intake.capacity_declared.v1"


def parsed(*, data: Any = None, **changes: Any) -> Any:
    sample = {**json.loads(SAMPLE.read_text()), **changes}
    sample["data"] |= data or {}
    value = json.dumps(sample).encode()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return parse_event(Record(TOPIC, 0, 0, b"key", value, (), at), EVENTS)


def test_a_frozen_sample_is_an_item() -> None:
    assert isinstance(parsed(), Item)


@pytest.mark.parametrize(
    "changes",
    [{"id": "CRI-2026-000217-5"}, {"id": ""}, {"sequence": "first"}, {"subject": "a\0b"}],
    ids=["no UUID", "no id", "no number", "a NUL"],
)
def test_an_envelope_that_cannot_be_stored_is_malformed(changes: dict[str, str]) -> None:
    found = parsed(**changes)

    assert isinstance(found, Malformed)
    assert found.reason == "envelope"


def test_a_request_that_cannot_be_stored_is_malformed() -> None:
    found = parsed(data={"request_id": "CRI-2026-000217-5"})

    assert isinstance(found, Malformed)
    assert found.reason == "schema"


def test_a_passed_over_type_is_read_by_type_subject_and_number_only() -> None:
    kept = {"type": OTHER, "subject": "A", "sequence": "7"}

    found = parsed_as_other(kept)

    assert isinstance(found, PassedOver)
    assert found.gate == Gate(TOPIC, "A", 7)
    for name in kept:
        rest = {key: value for key, value in kept.items() if key != name}
        assert isinstance(parsed_as_other(rest), Malformed)


def parsed_as_other(body: dict[str, str]) -> Any:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    record = Record(TOPIC, 0, 0, b"key", json.dumps(body).encode(), (), at)
    return parse_event(record, UNION)
