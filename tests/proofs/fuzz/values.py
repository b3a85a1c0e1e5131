"""Random values that a JSON schema of our models allows."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any

_PARSER: Any = import_module("re._parser")
_LETTERS = "abcxyz AÉ日😀٣-–.,'\"\\/<>&{}[]\u200b\u202e\u00a0\t\n"
_ZONES = ("Z", "+00:00", "-05:00", "+14:00", "-12:00", "+23:59")
_LONGEST = 10_000
_DAY_ONE = datetime(2020, 1, 1, tzinfo=UTC)
_MAX_ITEMS = 8


def value(random: Random, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Return a random value that *schema*, a part of *root*, allows."""
    if "$ref" in schema:
        return value(random, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "const" in schema:
        return schema["const"]
    for choices in ("enum", "anyOf"):
        if choices in schema:
            drawn = random.choice(schema[choices])
            return drawn if choices == "enum" else value(random, drawn, root)
    match schema.get("type"):
        case "null":
            return None
        case "boolean":
            return random.random() < 0.5
        case "integer":
            low, high = schema.get("minimum", -(2**53) + 1), schema.get("maximum", 2**53 - 1)
            return random.choice((low, high, random.randint(low, high)))
        case "string":
            return _text(random, schema)
        case "array":
            least = schema.get("minItems", 0)
            most = schema.get("maxItems", _MAX_ITEMS)
            count = (
                most if random.random() < 0.02 else random.randint(least, min(most, _MAX_ITEMS))
            )
            return [value(random, schema.get("items", {}), root) for _ in range(count)]
        case "object":
            return _object(random, schema, root)
        case _:
            return random.choice((None, True, 1, "x", [], {}))


def text_like(random: Random, pattern: str) -> str:
    """Return a random text that *pattern* matches."""
    return "".join(_part(random, str(name), argument) for name, argument in _PARSER.parse(pattern))


def _object(random: Random, schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in schema:
        entries = schema.get("additionalProperties", {})
        names = [_letters(random, 8) for _ in range(random.randint(0, 4))]
        return {name: value(random, entries, root) for name in names}
    required = schema.get("required", [])
    return {
        name: value(random, part, root)
        for name, part in schema["properties"].items()
        if name in required or random.random() < 0.6
    }


def _text(random: Random, schema: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        return str((_DAY_ONE + timedelta(days=random.randint(0, 4_000))).date())
    if schema.get("format") == "date-time":
        moment = _DAY_ONE + timedelta(seconds=random.randint(0, 400_000_000))
        return moment.replace(tzinfo=None).isoformat() + random.choice(_ZONES)
    if "pattern" in schema:
        return text_like(random, schema["pattern"])
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 300))
    if random.random() < 0.05:
        return _letters(random, 8) * (high // 8) + "x" * (high % 8)
    return _letters(random, random.randint(low, min(high, 30)))


def _letters(random: Random, count: int) -> str:
    return "".join(random.choices(_LETTERS, k=count))


def _part(random: Random, name: str, argument: Any) -> str:
    match name:
        case "LITERAL":
            return chr(int(argument))
        case "IN":
            kind, found = random.choice(argument)
            return chr(found if str(kind) == "LITERAL" else random.randint(*found))
        case "MAX_REPEAT":
            low, high, repeated = argument
            if high > _LONGEST:
                raise NotImplementedError(f"a repetition of more than {_LONGEST} in a pattern")
            parts = [
                _part(random, str(inner), part)
                for _ in range(random.randint(low, high))
                for inner, part in repeated
            ]
            return "".join(parts)
        case "BRANCH":
            chosen = random.choice(argument[-1])
            return "".join(_part(random, str(inner), part) for inner, part in chosen)
        case "SUBPATTERN":
            return "".join(_part(random, str(inner), part) for inner, part in argument[-1])
        case "AT":
            return ""
        case _:
            raise NotImplementedError(f"{name} in a pattern")
