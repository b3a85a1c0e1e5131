"""What a record must keep before anybody parses it, and what its JSON may not hold."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.contracts.intake import Reason

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_PARTS = 20_000
MAX_FIELDS = 200
_LARGEST = 2**53 - 1
_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
# A string that never ends reaches to the end: what is in it is not structure either.
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_TIME = r"(?:[a-z_]+_(?:on|from|until)|time|on|from|until|opens_at)"
_NUMBER = r"\s*[+-]?[0-9.]+\s*"
_TIME_FIELD = re.compile(_TIME)
_NUMBER_TEXT = re.compile(_NUMBER)
# In the JSON text. Other numbers in quotes are in every message: specversion is one.
_NUMBER_AS_TIME = re.compile(rf'"{_TIME}"\s*:\s*"{_NUMBER}"'.encode())


class _Twice(dict[str, Any]):
    """An object in which a key stands more than once."""


class _Crowded(dict[str, Any]):
    """The first fields of an object with more than any type has: a reason each takes seconds."""


class _OutOfRange(int):
    """Stands for an integer that other readers of JSON would not keep exactly."""


def unreadable(value: bytes | None) -> Reason | None:
    """Return why *value* is not even parsed."""
    if value is None:
        return _whole("tombstone", "The record has no value.", "Send the message as its value.")
    if len(value) > MAX_BYTES:
        return _whole("too_large", "The message is too large.", f"At most {MAX_BYTES} bytes.")
    if value.startswith(_MARKS) or not _is_utf8(value):
        return _whole("wrong_encoding", "The message is not UTF-8.", "UTF-8 without a mark.")
    if _too_many_parts(value):
        return _whole("too_large", "The message has too many values.", f"At most {MAX_PARTS}.")
    if _too_deep(value):
        return _whole(
            "too_deep", "The message is nested too deep.", f"At most {MAX_DEPTH} levels."
        )
    return None


def load(value: bytes) -> tuple[Any, bool]:
    """
    Return what the JSON text *value* says, and whether `oddities` may find anything in it.

    Raises ValueError when it is not JSON (RFC 8259: NaN and Infinity are not).
    """
    odd = b"\\u" in value or _NUMBER_AS_TIME.search(value) is not None

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal odd
        if len(found) > MAX_FIELDS:
            odd = True
            return _Crowded(found[:MAX_FIELDS])
        result = dict(found)
        if len(result) == len(found):
            return result
        odd = True
        return _Twice(result)

    def integer(text: str) -> int:
        nonlocal odd
        if len(text) <= 17 and -_LARGEST <= (number := int(text)) <= _LARGEST:
            return number
        odd = True
        return _OutOfRange()

    document = json.loads(
        value, object_pairs_hook=pairs, parse_int=integer, parse_constant=_not_json
    )
    return document, odd


def oddities(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield (oddity, location) for what *value* holds although no model would find it."""
    if isinstance(value, _Twice):
        yield "twice", path
    if isinstance(value, _Crowded):
        yield "crowded", path
    if isinstance(value, _OutOfRange):
        yield "out_of_range", path
    if isinstance(value, str):
        yield from ((code, path) for code in _odd_text(value))
        if path and _TIME_FIELD.fullmatch(str(path[-1])) and _NUMBER_TEXT.fullmatch(value):
            yield "number_as_time", path
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from ((code, path) for code in _odd_text(key))
            yield from oddities(entry, (*path, key))
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from oddities(entry, (*path, place))


def _odd_text(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield "nul"
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield "half_a_pair"


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _too_deep(value: bytes) -> bool:
    if value.count(b"[") + value.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _STRINGS.sub(b"", value).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _too_many_parts(value: bytes) -> bool:
    """Tell whether *value* has so many values that reading them would keep others waiting."""
    return value.count(b",") > MAX_PARTS and _STRINGS.sub(b"", value).count(b",") > MAX_PARTS


def _not_json(constant: str) -> Any:
    raise ValueError("a constant that is not JSON")


def _whole(code: str, message: str, fix: str) -> Reason:
    return Reason(code=code, path="", message=message, fix=fix)
