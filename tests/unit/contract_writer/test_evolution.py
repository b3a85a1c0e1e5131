import pytest

from deploy.contract_writer.contained import contained
from deploy.contract_writer.message_types import MessageType, message_types
from deploy.contract_writer.schemas import schema_of
from tests.proofs.contract.schema_changes import CHANGES, Change, is_judged_rightly

CODE = {"type": "string", "enum": ["a", "b"]}
OPEN = {"type": "string", "x-extensible-enum": ["a"]}
TEXT = {"type": "string"}
SHORT = {"type": "string", "maxLength": 3}
LIST = {"type": "array", "items": SHORT, "maxItems": 2}
CLOSED = {"type": "object", "properties": {"a": SHORT}, "additionalProperties": False}
MAP = {"type": "object", "additionalProperties": SHORT, "propertyNames": CODE}
OPTIONAL = {"anyOf": [SHORT, {"type": "null"}]}
NAMED = {"$ref": "#/$defs/Short", "$defs": {"Short": SHORT}}


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (CODE, TEXT),
        (CODE, SHORT),
        (CODE, OPEN),
        (TEXT, OPEN),
        (SHORT, TEXT),
        (SHORT, {}),
        ({"const": "a"}, CODE),
        ({"const": "a"}, OPTIONAL),
        (SHORT, OPTIONAL),
        ({"type": "null"}, OPTIONAL),
        (OPTIONAL, OPTIONAL),
        (NAMED, SHORT),
        (SHORT, NAMED),
        (LIST, {"type": "array"}),
        (CLOSED, {"type": "object"}),
        (CLOSED, {"type": "object", "properties": {"a": TEXT, "b": TEXT}}),
        (MAP, {"type": "object", "additionalProperties": TEXT}),
        (CLOSED, {"type": "object", "additionalProperties": SHORT}),
    ],
)  # fmt: skip
def test_a_schema_is_contained(narrow: dict[str, object], wide: dict[str, object]) -> None:
    assert contained(narrow, wide) == []


@pytest.mark.parametrize(
    ("narrow", "wide", "path"),
    [
        (TEXT, CODE, ""),
        (TEXT, SHORT, ""),
        ({}, TEXT, ""),
        ({"type": "integer"}, TEXT, ""),
        ({"const": "c"}, CODE, ""),
        ({"const": "long"}, SHORT, ""),
        (OPTIONAL, SHORT, ""),
        (TEXT, {"type": "string", "pattern": "^a$"}, ""),
        (TEXT, {"type": "string", "format": "date"}, ""),
        ({"type": "integer"}, {"type": "integer", "minimum": 0}, ""),
        ({"type": "array", "items": TEXT, "maxItems": 2}, LIST, "/*"),
        ({"type": "array", "items": SHORT, "maxItems": 3}, LIST, ""),
        ({"type": "array", "maxItems": 1}, LIST, "/*"),
        ({"type": "object"}, CLOSED, ""),
        ({**CLOSED, "properties": {"a": TEXT}}, CLOSED, "/a"),
        ({**CLOSED, "properties": {"b": SHORT}}, CLOSED, "/b"),
        (CLOSED, {**CLOSED, "required": ["a"]}, "/a"),
        ({**MAP, "additionalProperties": TEXT}, MAP, "/*"),
        ({"type": "object", "additionalProperties": SHORT}, MAP, " (names)"),
        ({**SHORT, "not": {"const": "a"}}, SHORT, ""),
    ],
)  # fmt: skip
def test_a_schema_is_not_contained_and_the_difference_says_where(
    narrow: dict[str, object], wide: dict[str, object], path: str
) -> None:
    found = contained(narrow, wide)

    assert [each.path for each in found] == [path]


@pytest.mark.parametrize("kind", message_types(), ids=lambda kind: str(kind.name))
def test_every_schema_is_contained_in_itself(kind: MessageType) -> None:
    schema = schema_of(kind)

    assert contained(schema, schema) == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: f"{each.name}: {each.what}")
def test_a_change_of_a_schema_is_judged_rightly(change: Change) -> None:
    assert is_judged_rightly(change)
