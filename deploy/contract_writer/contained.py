"""
Judges whether one JSON Schema allows everything that another one allows.

It knows the keywords that our models give; any other keyword is a difference, because it cannot be
judged. Open lists of codes (``x-extensible-enum``) allow every code.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012Validator

Schema = dict[str, Any]
_NOTES = frozenset(
    {
        "$schema", "$id", "$defs", "title", "description", "examples", "default", "x-stability",
        "x-extensible-enum",
    }
)  # fmt: skip
"""Keywords that allow and forbid nothing."""
_JUDGED = frozenset(
    {
        "$ref", "type", "const", "enum", "anyOf", "pattern", "format", "items", "properties",
        "required", "additionalProperties", "propertyNames", "minLength", "maxLength", "minItems",
        "maxItems", "minProperties", "maxProperties", "minimum", "maximum",
    }
)  # fmt: skip
_LOW = ("minLength", "minItems", "minProperties", "minimum")
_HIGH = ("maxLength", "maxItems", "maxProperties", "maximum")
_TYPES = ("string", "integer", "boolean", "array", "object", "null")


class Difference(NamedTuple):
    """Where the narrow schema allows something that the wide one does not, and what."""

    path: str
    why: str


class _Part(NamedTuple):
    """A schema, and the one whose definitions it refers to."""

    schema: Schema
    root: Schema

    def at(self, schema: Any) -> "_Part":
        return _Part({} if schema is True else schema, self.root)

    def resolved(self) -> "_Part":
        schema = self.schema
        while "$ref" in schema:
            found = self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
            schema = {**found, **{key: schema[key] for key in schema if key != "$ref"}}
        return _Part(schema, self.root)

    def choices(self) -> list["_Part"]:
        """Return the alternatives of this schema, or the schema itself."""
        here = self.resolved()
        if "anyOf" not in here.schema:
            return [here]
        return [found for each in here.schema["anyOf"] for found in here.at(each).choices()]


def contained(narrow: Schema, wide: Schema) -> list[Difference]:
    """Return where *narrow* allows what *wide* does not; nothing if it is contained in it."""
    return list(_parts(_Part(narrow, narrow), _Part(wide, wide), "", 0))


def _parts(narrow: _Part, wide: _Part, path: str, depth: int) -> Iterator[Difference]:
    if depth > 40:
        yield Difference(path, "nested too deep to be judged")
        return
    alternatives = wide.choices()
    for choice in narrow.choices():
        found = [list(_single(choice, each, path, depth)) for each in alternatives]
        if all(found):
            yield from min(found, key=len)


def _single(narrow: _Part, wide: _Part, path: str, depth: int) -> Iterator[Difference]:
    n, w = narrow.schema, wide.schema
    for key in sorted({*n, *w} - _NOTES - _JUDGED):
        yield Difference(path, f"{key} cannot be judged")
    values = [n["const"]] if "const" in n else n.get("enum")
    if values is not None:
        yield from _values(values, wide, path)
        return
    if "const" in w or "enum" in w:
        yield Difference(path, "any value, where only listed ones are allowed")
        return
    if "type" not in w:
        kinds = [n["type"]] if "type" in n else []
    elif n.get("type") != w["type"]:
        yield Difference(path, f"{n.get('type', 'any type')}, where {w['type']} is allowed")
        return
    else:
        kinds = [w["type"]]
    for key in ("pattern", "format"):
        if key in w and n.get(key) != w[key]:
            yield Difference(path, f"another {key}")
    for key in _LOW:
        if key in w and n.get(key, float("-inf")) < w[key]:
            yield Difference(path, f"{key} below {w[key]}")
    for key in _HIGH:
        if key in w and n.get(key, float("inf")) > w[key]:
            yield Difference(path, f"{key} above {w[key]}")
    if "array" in kinds or "items" in w:
        inner = (narrow.at(n.get("items", True)), wide.at(w.get("items", True)))
        yield from _parts(*inner, f"{path}/*", depth + 1)
    if "object" in kinds or "properties" in w:
        yield from _object(narrow, wide, path, depth)


def _values(values: list[Any], wide: _Part, path: str) -> Iterator[Difference]:
    known = {key: value for key, value in wide.schema.items() if key != "x-extensible-enum"}
    validator = Draft202012Validator({**known, "$defs": wide.root.get("$defs", {})})
    refused = [value for value in values if not validator.is_valid(value)]
    if refused:
        yield Difference(path, f"values that are not allowed: {refused}")


def _object(narrow: _Part, wide: _Part, path: str, depth: int) -> Iterator[Difference]:
    """Yield the differences of objects. A field that *narrow* does not name is never there."""
    n, w = narrow.schema, wide.schema
    allowed = w.get("properties", {})
    known = {**dict.fromkeys(n.get("required", ()), True), **n.get("properties", {})}
    for name in w.get("required", ()):
        if name not in n.get("required", ()):
            yield Difference(f"{path}/{name}", "may be absent, where it is required")
    others = w.get("additionalProperties", True)
    for name, part in known.items():
        if name in allowed:
            inner = (narrow.at(part), wide.at(allowed[name]))
            yield from _parts(*inner, f"{path}/{name}", depth + 1)
        elif others is False:
            yield Difference(f"{path}/{name}", "a field that is not known")
        elif others is not True:
            yield from _parts(narrow.at(part), wide.at(others), f"{path}/{name}", depth + 1)
    more = n.get("additionalProperties", True)
    if isinstance(others, bool):
        if not others and more is not False:
            yield Difference(path, "any field, where only known ones are allowed")
    elif more is not False:
        yield from _parts(narrow.at(more), wide.at(others), f"{path}/*", depth + 1)
    if "propertyNames" in w:
        names = {"type": "string", **n.get("propertyNames", {})}
        wanted = {"type": "string", **w["propertyNames"]}
        yield from _parts(narrow.at(names), wide.at(wanted), f"{path} (names)", depth + 1)
