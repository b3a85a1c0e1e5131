"""The limits on a record before it is parsed, and the values that its JSON must not hold."""

import json
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from services.intake.findings import Finding
from shared.contracts import refusals
from shared.contracts.refusals import Refusal

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_VALUES = 20_000
MAX_FIELDS = 200
MANY_VALUES = 2_000
_LARGEST = 2**53 - 1
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# An unterminated string matches up to the end of the text. Otherwise its end would be searched for
# from each quotation mark in it, which takes seconds.
_STRINGS = re.compile(_STRING[:-1] + rb'(?:"|\\?\Z)', re.DOTALL)
# Matches the longest prefix that can be JSON and holds at most one value more than allowed. There
# are at most two strings between two characters that begin a value: a key and its value.
_VALUES = re.compile(
    rb'(?:[^",\[{]*+(?:%b[^",\[{]*+){0,2}+[,\[{]){0,%d}+' % (_STRING, MAX_VALUES + 1), re.DOTALL
)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_PLAIN = frozenset({int, float, bool, type(None)})
_TIME_NAME = r"(?:[a-z_]+_(?:on|from|until)|time|on|from|until|opens_at)"
_NUMBER = r"\s*+[+-]?[0-9.]++\s*+"
_TIME_FIELD = re.compile(_TIME_NAME)
_NUMBER_TEXT = re.compile(_NUMBER)
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_FORBIDDEN_CHARACTER = re.compile("[\x00\ud800-\udfff]")
# Searched for in the JSON text. Under other names, such as specversion, a quoted number is usual.
_NUMBER_AS_TIME = re.compile(rf'"{_TIME_NAME}"\s*+:\s*+"{_NUMBER}"')


class Decoded(NamedTuple):
    """A text within the limits; ``many`` tells whether it has more than `MANY_VALUES` values."""

    text: str
    many: bool


class _DuplicateKeys(dict[str, Any]):
    """An object with a duplicate key."""


class _TruncatedObject(dict[str, Any]):
    """The first `MAX_FIELDS` fields of an object: a finding for each field could take seconds."""


class _InexactInteger(int):
    """Replaces an integer that a double cannot represent exactly."""


def decode(value: bytes | None) -> Decoded | Finding:
    """Return *value* as text, or the finding that keeps it from being parsed."""
    if value is None:
        return Finding(refusals.NO_VALUE)
    if len(value) > MAX_BYTES:
        return Finding(refusals.TOO_MANY_BYTES, fields={"most": MAX_BYTES})
    if value[:1] == b"\0" and value[5:6] == b"{":
        return Finding(refusals.SERIALIZER_PREFIX)
    text = _decoded(value)
    if text is None:
        return Finding(refusals.NOT_UTF_8)
    brackets = value.count(b"[") + value.count(b"{")
    values = brackets + value.count(b",")  # or fewer: strings may hold these characters, too
    if values > MANY_VALUES or brackets > MAX_DEPTH:
        values, depth = _structure(value)
        if depth > MAX_DEPTH:
            return Finding(refusals.TOO_DEEP, fields={"most": MAX_DEPTH})
        if values > MAX_VALUES:
            return Finding(refusals.TOO_MANY_VALUES, fields={"most": MAX_VALUES})
    return Decoded(text, values > MANY_VALUES)


def load(text: str) -> tuple[Any, bool]:
    """
    Return the document in the JSON *text*, and whether `violations` may find something in it.

    Raises ValueError if it is not JSON (by RFC 8259, so NaN and Infinity are not).
    """
    suspect = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal suspect
        if len(found) > MAX_FIELDS:
            suspect = True
            return _TruncatedObject(found[:MAX_FIELDS])
        result = dict(found)
        if len(result) == len(found):
            return result
        suspect = True
        return _DuplicateKeys(result)

    def integer(text: str) -> int:
        nonlocal suspect
        if len(text) <= 17 and -_LARGEST <= (number := int(text)) <= _LARGEST:
            return number
        suspect = True
        return _InexactInteger()

    document = json.loads(
        text, object_pairs_hook=pairs, parse_int=integer, parse_constant=_not_json
    )
    return document, suspect or "\\u" in text or _NUMBER_AS_TIME.search(text) is not None


def violations(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[Refusal, tuple[str | int, ...]]]:
    """Yield (refusal, location) for each forbidden part of *value* that no model would report."""
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        if isinstance(value, _DuplicateKeys):
            yield refusals.DUPLICATE_KEY, path
        if isinstance(value, _TruncatedObject):
            yield refusals.TOO_MANY_FIELDS, path
        for key in value:
            if _FORBIDDEN_CHARACTER.search(key):
                for refusal in _forbidden_characters(key):
                    yield refusal, path
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for name, entry in entries:
        kind = type(entry)
        if kind is str:
            if _FORBIDDEN_CHARACTER.search(entry):
                for refusal in _forbidden_characters(entry):
                    yield refusal, (*path, name)
            elif _NUMBER_TEXT.fullmatch(entry) and _TIME_FIELD.fullmatch(str(name)):
                yield refusals.NUMBER_AS_TIME, (*path, name)
        elif kind is _InexactInteger:
            yield refusals.NUMBER_NOT_EXACT, (*path, name)
        elif kind not in _PLAIN:
            yield from violations(entry, (*path, name))


def has_forbidden_character(text: str) -> bool:
    """Tell whether *text* holds a NUL or a lone surrogate."""
    return _FORBIDDEN_CHARACTER.search(text) is not None


def _forbidden_characters(text: str) -> Iterator[Refusal]:
    if "\x00" in text:
        yield refusals.NUL_CHARACTER
    if _HALF_A_PAIR.search(text):
        yield refusals.HALF_A_PAIR


def _decoded(value: bytes) -> str | None:
    """Return *value* as text; None if it is not UTF-8, or begins with a byte order mark."""
    # JSON in UTF-16 or UTF-32 without a mark has a NUL in its first two bytes.
    if value.startswith(_BYTE_ORDER_MARKS) or b"\0" in value[:2]:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _structure(value: bytes) -> tuple[int, int]:
    """Return the number of values in *value* and its depth; exact only up to the limits."""
    if len(value) > 10 * MAX_VALUES:  # cut it first: it may hold any number of strings
        found = _VALUES.match(value)
        value = value[: found.end() if found else 0]
    bare = _STRINGS.sub(b"", value)
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    # Within the limit, at most `MAX_VALUES` brackets open, and as many close.
    steps = array("b", bare.translate(_STEPS, _NOT_BRACKETS)[: 2 * MAX_VALUES])
    return values, max(accumulate(steps), default=0)


def _not_json(constant: str) -> Any:
    raise ValueError("a constant that is not JSON")
