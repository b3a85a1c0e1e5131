"""
JSON Schemas (2020-12) of the messages: closed ones for producers, open ones for readers.

A producer's schema refuses what intake refuses for its form. A reader's schema holds for every
message that Continuum writes, and says nothing about fields that later releases may add.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from deploy.contract_writer.descriptions import description_of, plain
from deploy.contract_writer.message_types import MessageType
from deploy.contract_writer.patterns import DATE, EMPTY_OR_LINE, EXACT, LINE, TEXT, TIME
from shared.contracts.codes import CODES

Schema = dict[str, Any]
_LINE_LENGTH = 200


class _Writer(GenerateJsonSchema):
    """Adds the descriptions of fields; removes titles."""

    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        model = schema["cls"]
        kept = getattr(model, "clearable", None)
        for name, field in model.model_fields.items():
            part = made["properties"][field.alias or name]
            part.pop("title", None)
            part["description"] = description_of(model, name)
            if kept is not None and name not in kept:
                _drop_null(part)
        made.pop("title", None)
        return made


class _ProducerWriter(_Writer):
    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        made["additionalProperties"] = False
        return made


class _ReaderWriter(_Writer):
    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        made.pop("additionalProperties", None)
        return made

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Tell whether *field* is always written: what is None is left out, never null."""
        inner = field["schema"]
        while inner["type"] == "default":
            inner = inner["schema"]
        return bool(inner["type"] != "nullable")


@cache
def schema_of(message: MessageType) -> Schema:
    """Return the published schema of *message*; it is cached, so callers must not change it."""
    reader = message.side == "reader"
    made = message.model.model_json_schema(
        mode="serialization" if reader else "validation",
        schema_generator=_ReaderWriter if reader else _ProducerWriter,
    )
    for part in _schemas_in(made):
        _finish(part, reader=reader)
    made["properties"]["type"] = {
        "description": made["properties"]["type"]["description"],
        "const": message.type,
    }
    made.pop("description", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cri:schema:{message.name}:{message.side}",
        "title": message.name,
        "description": plain(message.summary),
        "x-stability": message.stability,
        **made,
    }


def _schemas_in(node: Any) -> Iterator[Schema]:
    """Yield every schema in the schema *node*, the inner ones first."""
    for key in ("properties", "$defs", "patternProperties"):
        for part in node.get(key, {}).values():
            yield from _schemas_in(part)
    for part in node.get("anyOf", ()):
        yield from _schemas_in(part)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from _schemas_in(node[key])
    yield node


def _finish(part: Schema, *, reader: bool) -> None:
    """Complete a schema: bounds, patterns, code lists, plain descriptions."""
    if "description" in part:
        part["description"] = plain(part["description"])
    if part.get("default", ...) is None:
        del part["default"]
    if reader:
        _drop_null(part)
        part.pop("default", None)
    if isinstance(part.get("const"), str):
        part.pop("type", None)
        part.pop("default", None)
    _name_codes(part, reader=reader)
    if part.get("type") == "integer" and "const" not in part:
        part.setdefault("minimum", -EXACT)
        part.setdefault("maximum", EXACT)
    if part.get("type") == "string":
        _bound_text(part, reader=reader)


def _name_codes(part: Schema, *, reader: bool) -> None:
    listed = part.pop("x-codes", None)
    allowed = part.pop("enum", None) if listed is None else list(CODES[listed])
    if allowed is None:
        return
    part["type"] = "string"
    for bound in ("pattern", "minLength", "maxLength"):
        part.pop(bound, None)
    if reader:
        part["maxLength"] = 64
    part["x-extensible-enum" if reader else "enum"] = allowed


def _bound_text(part: Schema, *, reader: bool) -> None:
    if part.get("format") == "date":
        part["pattern"] = DATE
    elif part.get("format") == "date-time":
        part["pattern"] = TIME
    elif "pattern" in part:
        part["pattern"] = part["pattern"].removeprefix("(?i)")
    elif not reader and "enum" not in part:
        part["pattern"] = TEXT
        if part["maxLength"] <= _LINE_LENGTH:
            part["pattern"] = LINE if part.get("minLength") else EMPTY_OR_LINE


def _drop_null(part: Schema) -> None:
    """Remove null from the alternatives of *part*; a single one that is left is *part*."""
    left = [each for each in part.get("anyOf", ()) if each.get("type") != "null"]
    if len(left) == 1:
        del part["anyOf"]
        for key, value in left[0].items():
            part.setdefault(key, value)
    elif left:
        part["anyOf"] = left
