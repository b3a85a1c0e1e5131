"""Deciding one record takes little processor time, whatever it holds."""

import json

import pytest

from services.intake import json_limits
from services.intake.batch_state import Decision
from services.intake.decide import decide
from services.intake.findings import MAX_COUNTED, MAX_REASONS
from shared.delivery.records import Record
from tests.examples.inbound import AGENCY, OFFICE, PROVIDER, event, record
from tests.examples.intake import Intake, read
from tests.examples.processor_time import processor_time
from tests.examples.shapes import NAMES, shape

LIMIT = 0.025


def as_record(name: str) -> Record:
    value = shape(name)
    source = next(
        (who for who in (OFFICE, PROVIDER) if f"urn:cri:{who}:".encode() in value), AGENCY
    )
    return record(value, participant=source)


def decided(source: Record) -> Decision:
    return decide(read(source), Intake().batch)


def shortest_time(source: Record) -> float:
    """Return the shortest of three processor times of a decision; near the limit, of more."""
    times: list[float] = []
    while len(times) < 3 or (min(times) > LIMIT and len(times) < 20):
        times.append(processor_time(lambda: decided(source)))
    return min(times)


@pytest.mark.parametrize("name", NAMES)
def test_an_expensive_record_is_decided_in_milliseconds(name: str) -> None:
    source = as_record(name)

    took = shortest_time(source)

    assert took < LIMIT, f"{took * 1000:.1f} ms"
    assert len(decided(source).published) >= 1


def test_reasons_beyond_those_named_are_counted_up_to_a_thousand() -> None:
    source = as_record("unknown topics and forms")

    (published,) = decided(source).published

    refusal = json.loads(published.value)["data"]

    assert len(refusal["reasons"]) == MAX_REASONS
    assert refusal["more"] == MAX_COUNTED


def test_a_record_with_many_values_reports_the_first_wrong_entry_of_each_list() -> None:
    topics = ["?"] * json_limits.MANY_VALUES
    entries = [{"topics": topics[:100], "states": ["??"], "can_take": 1}] * 30

    few = read(record(event("capacity.declare", {"entries": entries[:2]}), participant=PROVIDER))
    many = read(record(event("capacity.declare", {"entries": entries}), participant=PROVIDER))

    assert len(few.reasons) + few.more == 1 + 2 * (100 + 1)
    assert [reason.path for reason in many.reasons] == [
        "/data/valid_until",
        "/data/entries/0/topics/0",
        "/data/entries/0/states/0",
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_other_encodings_are_recognized_without_a_byte_order_mark(encoding: str) -> None:
    message = read(record(json.dumps(event("status.ask", {"about": "all"})).encode(encoding)))

    assert [reason.code for reason in message.reasons] == ["wrong_encoding"]


def test_the_prefix_of_a_schema_registry_is_recognized() -> None:
    value = b"\x00\x00\x00\x00\x07" + json.dumps(event("status.ask", {"about": "all"})).encode()

    (reason,) = read(record(value)).reasons

    assert reason.code == "not_json"
    assert "schema registry" in reason.reason().message
