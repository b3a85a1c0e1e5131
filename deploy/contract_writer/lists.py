"""The lists of the contract: codes with their meanings, refusals, and the check character."""

import string
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from deploy.contract_writer.message_types import MessageType
from deploy.contract_writer.schemas import Schema, schema_of
from shared.contracts import refusals
from shared.contracts.codes import CODES
from shared.contracts.refusals import Refusal
from shared.contracts.tracking import ALPHABET, check_character, tracking_number

_COUNTED = (1, 2, 123, 999_999, 1_000_000)


def code_lists(types: Iterable[MessageType]) -> dict[str, Any]:
    """Return each code list with its codes, and with the fields that it applies to."""
    used: dict[str, list[str]] = defaultdict(list)
    for kind in types:
        for pointer, values in _codes_in(schema_of(kind)):
            for name in lists_of(values):
                used[name].append(f"{kind.name}{pointer}")
    return {
        name: {"codes": dict(listed), "fields": sorted(set(used[name]))}
        for name, listed in CODES.items()
    }


def lists_of(values: Iterable[str]) -> list[str]:
    """Return the names of the code lists that hold exactly *values*."""
    wanted = set(values)
    return [name for name, listed in CODES.items() if listed.keys() == wanted]


def refusal_catalog() -> list[dict[str, Any]]:
    """Return every refusal: code, text, fix and services; names in braces stand for values."""
    found = [each for each in vars(refusals).values() if isinstance(each, Refusal)]
    return [
        {
            "code": each.code,
            "message": _shown(each.message),
            "fix": _shown(each.fix),
            "refused_by": list(each.services),
            **({"elsewhere": each.elsewhere} if each.elsewhere else {}),
        }
        for each in sorted(found, key=lambda each: (each.code, each.message))
    ]


def check_character_rule() -> dict[str, Any]:
    """Return how the last character of a tracking number is computed, with examples."""
    return {
        "standard": "ISO/IEC 7064, MOD 37,36",
        "form": "CRI-<year>-<number>-<check character>",
        "over": "The digits of the year and of the number, without the hyphens.",
        "alphabet": ALPHABET,
        "steps": [
            "Begin with p = 36.",
            "For each digit d, in order: s = (p + d) mod 36; if s is 0, s = 36; then"
            " p = (2 * s) mod 37.",
            "The check character is the one at place (37 - p) mod 36 of the alphabet, counted"
            " from 0.",
        ],
        "examples": [_checked(f"2026{number:06d}", number) for number in _COUNTED],
    }


def _checked(digits: str, number: int) -> dict[str, str]:
    return {
        "digits": digits,
        "check_character": check_character(digits),
        "tracking_number": tracking_number(2026, number),
    }


def _shown(template: str) -> str:
    """Return *template* with the names of its fields in braces; a doubled brace is one."""
    return "".join(
        text + (f"{{{name}}}" if name else "")
        for text, name, _, _ in string.Formatter().parse(template)
    )


def _codes_in(node: Any, pointer: str = "", root: Schema | None = None) -> Iterator[Any]:
    """Yield (pointer, values) for each closed or open list of codes in a message."""
    root = node if root is None else root
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    for key in ("enum", "x-extensible-enum"):
        if key in node:
            yield pointer, node[key]
    for part in node.get("anyOf", ()):
        yield from _codes_in(part, pointer, root)
    for name, part in node.get("properties", {}).items():
        yield from _codes_in(part, f"{pointer}/{name}", root)
    if "items" in node:
        yield from _codes_in(node["items"], f"{pointer}/*", root)
    if isinstance(node.get("additionalProperties"), dict):
        yield from _codes_in(node["additionalProperties"], f"{pointer}/*", root)
    if "propertyNames" in node:
        yield from _codes_in(node["propertyNames"], pointer, root)
