"""The fields of a message in plain words, for the page."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from deploy.contract_writer.lists import lists_of
from deploy.contract_writer.patterns import DATE, EMPTY_OR_LINE, EXACT, LINE, TEXT, TIME
from deploy.contract_writer.schemas import Schema

_PLAIN = {DATE: "date, as 2026-03-02", TIME: "time, as 2026-03-02T15:04:05-08:00"}


class Field(NamedTuple):
    """A field: how deep it is, its form in words, its pattern and code list if it has them."""

    depth: int
    name: str
    form: str
    pattern: str | None
    codes: str | None
    required: bool
    description: str
    example: Any


def fields(schema: Schema, *, of: str | None = None) -> Iterator[Field]:
    """Yield the fields of a message, or of its property *of* alone, the outer ones first."""
    node = schema if of is None else _resolved(schema["properties"][of], schema)
    yield from _fields(node, schema, 0)


def _fields(node: Schema, root: Schema, depth: int) -> Iterator[Field]:
    for name, stated in node.get("properties", {}).items():
        part, null = _without_null(_resolved(stated, root))
        part = _resolved(part, root)
        entries = _resolved(part.get("items", {}), root)
        described = entries if part.get("type") == "array" else part
        yield Field(
            depth,
            name,
            _form(part, root) + (", or null" if null else ""),
            _pattern(described),
            _list(described),
            name in node.get("required", ()),
            stated["description"],
            next(iter(part.get("examples") or described.get("examples") or ()), None),
        )
        yield from _fields(part, root, depth + 1)
        yield from _fields(entries, root, depth + 1)
        if isinstance(part.get("additionalProperties"), dict):
            yield from _fields(_resolved(part["additionalProperties"], root), root, depth + 1)


def _resolved(part: Schema, root: Schema) -> Schema:
    if "$ref" not in part:
        return part
    own = {key: value for key, value in part.items() if key != "$ref"}
    return {**root["$defs"][part["$ref"].rsplit("/", 1)[1]], **own}


def _without_null(part: Schema) -> tuple[Schema, bool]:
    choices = part.get("anyOf", [])
    left = [each for each in choices if each.get("type") != "null"]
    if len(left) != 1:
        return part, len(left) < len(choices)
    own = {key: value for key, value in part.items() if key != "anyOf"}
    return {**left[0], **own}, len(left) < len(choices)


def _form(part: Schema, root: Schema) -> str:
    if "const" in part:
        return f"always {part['const']}"
    if "anyOf" in part:
        found = [_form(each, root) for each in part["anyOf"] if each.get("type") != "null"]
        return " or ".join(found)
    match part.get("type"):
        case "string":
            return _text(part)
        case "boolean":
            return "true or false"
        case "integer":
            return _number(part)
        case "array":
            most = f"up to {part['maxItems']:,}" if "maxItems" in part else "any number"
            bounds = (
                f"{part['minItems']:,} to {part['maxItems']:,}" if "minItems" in part else most
            )
            return f"list, {bounds}: {_form(_resolved(part['items'], root), root)}"
        case "object":
            return "object"
        case _:
            return "object" if "properties" in part else "any value"


def _text(part: Schema) -> str:
    if _list(part):
        return "code"
    pattern = part.get("pattern")
    if pattern in _PLAIN:
        return _PLAIN[pattern]
    most = f" up to {part['maxLength']:,}" if "maxLength" in part else ""
    least = f" {part['minLength']:,} to {part['maxLength']:,}" if "minLength" in part else most
    kind = "line" if pattern in (LINE, EMPTY_OR_LINE) else "text"
    return f"{kind},{least} characters" if least else kind


def _number(part: Schema) -> str:
    low, high = part["minimum"], part["maximum"]
    if high == EXACT:
        return "whole number" if low < 0 else f"whole number, at least {low}"
    return f"whole number, {low:,} to {high:,}"


def _pattern(part: Schema) -> str | None:
    pattern = part.get("pattern")
    return None if pattern in (*_PLAIN, LINE, EMPTY_OR_LINE, TEXT) else pattern


def _list(part: Schema) -> str | None:
    values = part.get("enum") or part.get("x-extensible-enum")
    if values is None and "propertyNames" in part:
        return _list(part["propertyNames"])
    return lists_of(values)[0] if values else None
