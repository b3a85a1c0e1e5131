"""A producer's schema refuses what intake refuses for its form, but for the listed differences."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from deploy.contract_writer.message_types import message_types
from deploy.contract_writer.patterns import EMPTY_OR_LINE, LINE
from deploy.contract_writer.schemas import schema_of
from services.intake.checks.content import check_content
from services.intake.findings import Finding
from shared.contracts import refusals
from shared.texts.characters import has_invisible
from tests.examples.inbound import data_of, event, record, sender_of
from tests.examples.intake import Intake, read

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
NUMBER = re.compile(r"CRI-[0-9]{4}-[0-9]{6}-[0-9A-Z]")
SENT = [each for each in message_types() if each.side == "producer"]
STATE = {
    "unknown_topic", "unknown_program", "unknown_provider", "unknown_request", "unknown_offer",
    "unknown_engagement", "not_yours", "ori_not_registered_for_participant", "terminal",
    "agency_not_eligible", "dates_contradict", "reserved", "source_taken",
    "contains_protected_identifier", "version_not_next", "unknown_contact", "on_hold",
}  # fmt: skip
"""Refusals that no schema can express: they depend on state, sender, day, or meaning of a text."""
WIDER = (
    refusals.KEY_BESIDE_ORI, refusals.DECLINE_WITHOUT_REASON, refusals.COUNTER_WITHOUT_TERMS,
    refusals.MAIL_OR_NOTICE, refusals.NOT_HOW_IT_IS_SETTLED,
    refusals.ASSIGN_WITHOUT_PROVIDER, refusals.PAGE_OF_NO_LIST, refusals.RULE_ID_TWICE,
    refusals.LANE_TWICE, refusals.NOT_ONE_TEST, refusals.IMPOSSIBLE_VALUE,
    refusals.UNKNOWN_FACT_IN_BRACES, refusals.OTHER_NO_LONGER_SAID, refusals.NOT_A_URI,
    refusals.NOT_AN_EMAIL, refusals.UNKNOWN_ZONE, refusals.NOT_A_TRACEPARENT,
    refusals.UNKNOWN_STATE, refusals.CALENDAR_IS_OVER, refusals.NOT_AN_OFFICE,
    refusals.CONTACT_OR_SUBSCRIPTION, refusals.ONE_THING_HELD, refusals.UNKNOWN_PARTICIPANT,
    refusals.DISPUTE_WITHOUT_WORDS, refusals.TOO_LONG, refusals.NO_SUCH_REPORT,
    refusals.TITLE_NOT_A_LINE,
)  # fmt: skip
"""Faults in what fields mean together or by a list of others: schemas let them pass."""
POOL: tuple[Any, ...] = (
    None, True, 0, 1, -1, 1.0, 1.5, 2**53 - 1, 2**53, -(2**53), 1_000_001, "", " ", " x", "x ",
    "x", "x\ny", "x\u200by", "\u202ex", "x\x00y", "\u3000x", "x\u3164", "x" * 40, "x" * 41,
    "x" * 100,
    "x" * 101, "x" * 200, "x" * 201, "x" * 2000, "x" * 2001, "x" * 8001, "A-1", "a-1", "a_1.b",
    "2026-03-02", "2026-02-30", "2026-13-01", "2026-3-2", "1899-12-31", "1900-01-01", "2200-01-01",
    "2026-03-02T15:04:05Z", "2026-03-02t15:04:05z", "2026-03-02T15:04:05.123456789-05:00",
    "2026-03-02 15:04:05Z", "2026-03-02T15:04Z", "2026-03-02T15:04:05+0000", "2026-03-02T15:04:05",
    "2026-03-02T24:00:00Z", "2026-03-02T15:04:60Z", "2026-03-02T15:04:05+24:00", "1654646400",
    "1899-03-02T15:04:05Z", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "US-CA", "US-XX",
    "federal", "urgent", "consultation", "accept", "all", "open/CRI-2026-000106-7", "NC0260100",
    "application/json", "application/json; charset=utf-8", "text/plain", "agency.state", [], {},
    [[]], ["x"], ["x", 1], ["x"] * 21, {"x": 1}, [None],
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)  # fmt: skip


@cache
def validator(name: str) -> Draft202012Validator:
    (kind,) = [each for each in SENT if each.name == name]
    return Draft202012Validator(schema_of(kind), validate_formats=True)


def findings(message: dict[str, Any], intake: Intake) -> list[Finding]:
    """Return what intake finds wrong with the form of *message*."""
    participant = sender_of(".".join(message["type"].split(".")[2:4]))
    parsed = read(record(message, offset=9, participant=participant))
    found = list(parsed.reasons) or list(check_content(parsed, intake.batch))
    return [each for each in found if each.code not in STATE]


def is_whole_fraction(message: Any) -> bool:
    """Tell whether *message* holds a number such as 1.0, which JSON Schema calls an integer."""
    if isinstance(message, dict | list):
        parts = message.values() if isinstance(message, dict) else message
        return any(map(is_whole_fraction, parts))
    return isinstance(message, float) and message.is_integer()


def is_known(message: Any, *, valid: bool, found: list[Finding]) -> bool:
    """Tell whether intake and the schema differ about *message* in a known way."""
    if valid:
        return is_whole_fraction(message) or all(each.refusal in WIDER for each in found)
    # Narrower: a value of a fact has at most 200 characters, and a holiday is a date as others.
    return any(
        error.instance_path[1:2] in (["rules"], ["calendar"])
        for error in validator(message["type"].removeprefix("gov.cri.")).iter_errors(message)
    )


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of every value in *node*."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    for key in [*keys]:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


def mutants(whole: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    """Yield *count* changed copies of *whole*; its type stays."""
    random = Random(whole["type"])
    for _ in range(count):
        changed = deepcopy(whole)
        owner, key = random.choice([each for each in places(changed) if each[1] != "type"])
        match random.randint(0, 9):
            case 0:
                del owner[key]
            case 1 if isinstance(owner, dict):
                owner["unknown"] = 1
            case 2:
                owner[key] = [owner[key]]
            case 3 if isinstance(owner, list):
                owner *= random.choice((2, 30))
            case _:
                owner[key] = deepcopy(random.choice(POOL))
        yield changed


def complete(name: str, number: str) -> Iterator[dict[str, Any]]:
    """Yield valid messages of a type, about the request *number*: its sample, and one of tests."""
    yield json.loads(NUMBER.sub(number, (SAMPLES / "inbound" / f"{name}.json").read_text()))
    kind = name.removesuffix(".v1")
    yield event(kind, data_of(kind, number))


@pytest.mark.parametrize("name", [each.name for each in SENT])
def test_schema_and_intake_agree_on_samples_and_their_mutants(name: str) -> None:
    intake = Intake()
    intake.send("request.submit")
    differing = []
    for whole in complete(name, intake.number):
        assert validator(name).is_valid(whole)
        for message in mutants(whole, 400):
            valid, found = validator(name).is_valid(message), findings(message, intake)
            if valid == bool(found) and not is_known(message, valid=valid, found=found):
                differing.append((valid, found, json.dumps(message)[-700:]))

    assert differing == []


@pytest.mark.parametrize("pattern", [LINE, EMPTY_OR_LINE])
def test_a_line_excludes_the_characters_that_intake_calls_invisible(pattern: str) -> None:
    line = Draft202012Validator({"type": "string", "pattern": pattern})
    codes = [code for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF]

    assert [
        hex(code) for code in codes if line.is_valid(f"a{chr(code)}b") == has_invisible(chr(code))
    ] == []
    for code in codes:
        if chr(code).isspace():
            assert not line.is_valid(f"a{chr(code)}")
            assert not line.is_valid(f"{chr(code)}a")


@pytest.mark.parametrize("kind", message_types(), ids=lambda kind: str(kind.name))
def test_a_released_sample_is_valid(kind: Any) -> None:
    (file,) = [*SAMPLES.glob(f"*bound/{kind.name}.json"), *SAMPLES.glob(f"log/{kind.name}.json")]

    found = Draft202012Validator(schema_of(kind), validate_formats=True).iter_errors(
        json.loads(file.read_text())
    )

    assert [error.message for error in found] == []
