"""The generated files are those that the generator writes now, and say what they must."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from deploy.contract_writer.asyncapi import VIEWS
from deploy.contract_writer.examples import CONTRACT, examples, message_of
from deploy.contract_writer.fields import fields
from deploy.contract_writer.lists import code_lists
from deploy.contract_writer.message_types import (
    PREVIEW,
    VERSION,
    MessageType,
    message_types,
)
from deploy.contract_writer.page import changes
from deploy.contract_writer.schemas import schema_of
from deploy.contract_writer.write import files, leftover
from shared.contracts import refusals
from shared.contracts.codes import CODES
from shared.contracts.inbound import (
    AFTER_END,
    CLOSE_REASONS,
    END_REASONS,
    SERVICE_FORMS,
    SETTLEMENTS,
    SWORN_BANDS,
    schema_file,
)
from shared.contracts.reference import CLOCKS, FACTS, GOALS, TIE_BREAKS
from shared.contracts.refusals import Refusal
from shared.contracts.routing import STATUSES
from shared.contracts.states_and_zones import STATES
from tests.examples.inbound import event, record, submission
from tests.examples.intake import read

TYPES = message_types()
BOUNDS = {"maxLength", "pattern", "enum", "const"}
EVERY_TYPE = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: str(kind.name))


def test_every_generated_file_is_up_to_date() -> None:
    wanted = files()

    stale = [file.name for file, text in wanted.items() if file.read_text() != text]
    assert stale == [], "run `make contract`"
    assert leftover(wanted) == []


def test_generated_files_hold_no_double_back_ticks() -> None:
    assert [file.name for file, text in files().items() if "``" in text] == []


def parts(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each schema in a schema, with its place."""
    yield path, node
    for key in ("properties", "$defs"):
        for name, part in node.get(key, {}).items():
            yield from parts(part, f"{path}/{name}")
    for part in node.get("anyOf", ()):
        yield from parts(part, path)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from parts(node[key], f"{path}/{key}")


@EVERY_TYPE
def test_every_property_has_a_description_and_bounds(kind: MessageType) -> None:
    undescribed, unbounded = [], []
    for path, part in parts(schema_of(kind)):
        for name, stated in part.get("properties", {}).items():
            if not re.fullmatch(r"[A-Z(].*[.?]", stated.get("description", ""), re.S):
                undescribed.append(f"{path}/{name}")
        match part.get("type"):
            case "string":
                bounded = bool(BOUNDS & part.keys())
            case "integer":
                bounded = part.keys() >= {"minimum", "maximum"}
            case "array":
                bounded = "maxItems" in part
            case _:
                bounded = True
        if not bounded:
            unbounded.append(path)

    assert undescribed == []
    assert unbounded == []


@EVERY_TYPE
def test_every_example_of_a_field_is_valid(kind: MessageType) -> None:
    schema = schema_of(kind)
    wrong = []
    for path, part in parts(schema):
        validator = Draft202012Validator(
            {**part, "$defs": schema.get("$defs", {})}, validate_formats=True
        )
        wrong += [path for each in part.get("examples", ()) if not validator.is_valid(each)]

    assert wrong == []


@EVERY_TYPE
def test_patterns_use_what_the_languages_of_participants_share(kind: MessageType) -> None:
    patterns = [part["pattern"] for _, part in parts(schema_of(kind)) if "pattern" in part]

    assert [each for each in patterns if re.search(r"\(\?|\\[pPuUdDsSwWbB]", each)] == []
    assert max(map(ord, "".join(patterns))) < 0x10000


@EVERY_TYPE
def test_producers_are_closed_and_readers_open(kind: MessageType) -> None:
    for _, part in parts(schema_of(kind)):
        if "properties" in part:
            assert part.get("additionalProperties", True) is (kind.side == "reader")
        assert ("enum" not in part) or kind.side == "producer"
        assert ("x-extensible-enum" not in part) or kind.side == "reader"
        assert part.get("type") != "null" or kind.side == "producer"


def test_every_list_of_codes_has_a_name_and_is_used() -> None:
    named = {frozenset(listed) for listed in CODES.values()}
    unnamed = [
        (kind.name, path)
        for kind in TYPES
        for path, part in parts(schema_of(kind))
        for values in (part.get("enum"), part.get("x-extensible-enum"))
        if values is not None and frozenset(values) not in named
    ]

    assert unnamed == []
    assert [name for name, listed in code_lists(TYPES).items() if not listed["fields"]] == []


def test_code_lists_are_those_of_the_code() -> None:
    assert set(CODES["refusals"]) == {
        each.code for each in vars(refusals).values() if isinstance(each, Refusal)
    }
    assert set(CODES["facts"]) == FACTS
    assert set(CODES["clocks"]) == CLOCKS
    assert set(CODES["tie_breaks"]) == TIE_BREAKS
    assert set(CODES["statuses"]) == set(STATUSES)
    assert tuple(CODES["states"]) == STATES
    assert tuple(CODES["service_forms"]) == SERVICE_FORMS
    assert set(CODES["goals"]) == set(GOALS)
    assert set(CODES["sworn_bands"]) == set(SWORN_BANDS)
    assert set(CODES["close_reasons"]) == set(CLOSE_REASONS)
    assert set(CODES["end_reasons"]) == set(END_REASONS)
    assert set(CODES["after_end"]) == set(AFTER_END)
    assert set(CODES["settlements"]) == set(SETTLEMENTS)
    for listed in CODES.values():
        assert all(listed.values())


@EVERY_TYPE
def test_every_type_has_an_example(kind: MessageType) -> None:
    assert message_of(kind, examples()) is not None


def test_messages_of_examples_are_valid() -> None:
    validators = {
        each.type: Draft202012Validator(schema_of(each), validate_formats=True) for each in TYPES
    }
    shown = [
        (each.name, message)
        for each in examples()
        for message in (
            *each.expect,
            *([each.send] if each.send and each.name.startswith("accepted/") else []),
        )
    ]

    wrong = [
        (name, error.message)
        for name, message in shown
        for error in validators[message["type"]].iter_errors(message)
    ]
    assert len(shown) > len(TYPES)
    assert wrong == []


def test_preview_types_exist() -> None:
    assert {each.name for each in TYPES} >= PREVIEW


def test_the_changelog_begins_with_the_version() -> None:
    first = next(changes())

    assert first.title.split()[0] == VERSION
    assert first.entries


def test_the_page_needs_no_network_and_names_everything() -> None:
    text = (CONTRACT / "index.html").read_text()

    assert re.findall(r"(?:src=|url\(|@import|<script|<link)", text) == []
    assert [link for link in re.findall(r'href="([^"#]+)"', text) if not exists(link)] == []
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
    assert {each.name for each in TYPES} <= anchors
    assert [view for view in VIEWS if f"asyncapi/{view}.json" not in text] == []
    shown = [field.name for kind in TYPES for field in fields(schema_of(kind), of="data")]
    assert [name for name in shown if f"<code>{name}</code>" not in text] == []


def exists(link: str) -> bool:
    return (CONTRACT / link).exists()


def test_a_refusal_that_refers_to_a_schema_names_its_file() -> None:
    texts = [
        f"{each.message} {each.fix}"
        for each in vars(refusals).values()
        if isinstance(each, Refusal)
    ]
    unclear = re.compile(r"(?<!a )\bschemas?\b(?! registry)")

    assert [text for text in texts if unclear.search(text.replace("{schema}", ""))] == []
    assert any("{schema}" in text for text in texts)


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("request.submit", "schemas/producer/request.submit.v1.json"),
        ("no.type", "schemas/producer/"),
    ],
)
def test_a_refused_field_leads_to_the_schema_of_its_type(kind: str, file: str) -> None:
    message = event(kind, submission(), sender="ca-post", unknown=1)

    fixes = [each.reason().fix for each in read(record(message)).reasons]

    assert any(file in fix for fix in fixes)
    assert (CONTRACT / file).exists()


@pytest.mark.parametrize("kind", [each for each in TYPES if each.side == "producer"])
def test_the_file_that_refusals_name_is_published(kind: MessageType) -> None:
    assert schema_file(kind.type) == kind.file


def test_json_is_readable_without_our_code() -> None:
    for file in CONTRACT.rglob("*.json"):
        json.loads(file.read_text())
