"""What a record must keep before anybody parses it, and what its JSON may not hold."""

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
_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# A string that never ends reaches to the end: searching for its end from each quotation mark in it
# would take seconds.
_STRINGS = re.compile(_STRING[:-1] + rb'(?:"|\\?\Z)', re.DOTALL)
# What stands before values, as far as the text may be JSON (no more than a key and a string stand
# between two of them) and is not too large.
_VALUES = re.compile(
    rb'(?:[^",\[{]*+(?:%b[^",\[{]*+){0,2}+[,\[{]){0,%d}+' % (_STRING, MAX_VALUES + 1), re.DOTALL
)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_PLAIN = frozenset({int, float, bool, type(None)})
_TIME = r"(?:[a-z_]+_(?:on|from|until)|time|on|from|until|opens_at)"
_NUMBER = r"\s*+[+-]?[0-9.]++\s*+"
_TIME_FIELD = re.compile(_TIME)
_NUMBER_TEXT = re.compile(_NUMBER)
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_ODD_CHARACTER = re.compile("[\x00\ud800-\udfff]")
# In the JSON text. Other numbers in quotes are in every message: specversion is one.
_NUMBER_AS_TIME = re.compile(rf'"{_TIME}"\s*+:\s*+"{_NUMBER}"')


class Readable(NamedTuple):
    """A text that may be parsed; ``many`` tells that it has more than `MANY_VALUES` values."""

    text: str
    many: bool


class _Twice(dict[str, Any]):
    """An object in which a key stands more than once."""


class _Crowded(dict[str, Any]):
    """The first fields of an object with more than any type has: a reason each takes seconds."""


class _OutOfRange(int):
    """Stands for an integer that other readers of JSON would not keep exactly."""


def readable(value: bytes | None) -> Readable | Finding:
    """Return *value* as a text, or why it is not even parsed."""
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
    values = brackets + value.count(b",")  # at most, for strings may hold these, too
    if values > MANY_VALUES or brackets > MAX_DEPTH:
        values, depth = _structure(value)
        if depth > MAX_DEPTH:
            return Finding(refusals.TOO_DEEP, fields={"most": MAX_DEPTH})
        if values > MAX_VALUES:
            return Finding(refusals.TOO_MANY_VALUES, fields={"most": MAX_VALUES})
    return Readable(text, values > MANY_VALUES)


def load(text: str) -> tuple[Any, bool]:
    """
    Return what the JSON *text* says, and whether `oddities` may find anything in it.

    Raises ValueError when it is not JSON (RFC 8259: NaN and Infinity are not).
    """
    odd = False

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
        text, object_pairs_hook=pairs, parse_int=integer, parse_constant=_not_json
    )
    return document, odd or "\\u" in text or _NUMBER_AS_TIME.search(text) is not None


def oddities(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[Refusal, tuple[str | int, ...]]]:
    """Yield (refusal, location) for what *value* holds although no model would find it."""
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        if isinstance(value, _Twice):
            yield refusals.DUPLICATE_KEY, path
        if isinstance(value, _Crowded):
            yield refusals.TOO_MANY_FIELDS, path
        for key in value:
            if _ODD_CHARACTER.search(key):
                for refusal in _odd_text(key):
                    yield refusal, path
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for name, entry in entries:
        kind = type(entry)
        if kind is str:
            if _ODD_CHARACTER.search(entry):
                for refusal in _odd_text(entry):
                    yield refusal, (*path, name)
            elif _NUMBER_TEXT.fullmatch(entry) and _TIME_FIELD.fullmatch(str(name)):
                yield refusals.NUMBER_AS_TIME, (*path, name)
        elif kind is _OutOfRange:
            yield refusals.NUMBER_NOT_EXACT, (*path, name)
        elif kind not in _PLAIN:
            yield from oddities(entry, (*path, name))


def has_forbidden_character(text: str) -> bool:
    """Tell whether *text* holds a NUL or half of a surrogate pair."""
    return _ODD_CHARACTER.search(text) is not None


def _odd_text(text: str) -> Iterator[Refusal]:
    if "\x00" in text:
        yield refusals.NUL_CHARACTER
    if _HALF_A_PAIR.search(text):
        yield refusals.HALF_A_PAIR


def _decoded(value: bytes) -> str | None:
    """Return *value* as a text; None when it is not UTF-8, or has a mark."""
    # UTF-16 and UTF-32 without a mark begin with a NUL beside the first character of the JSON.
    if value.startswith(_MARKS) or b"\0" in value[:2]:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _structure(value: bytes) -> tuple[int, int]:
    """Return how many values *value* has, and how deep it is, both up to just over the limit."""
    if len(value) > 10 * MAX_VALUES:  # there may be more strings than JSON of few values has
        found = _VALUES.match(value)
        value = value[: found.end() if found else 0]
    bare = _STRINGS.sub(b"", value)
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    # No more brackets close than have opened: what follows that is not JSON.
    steps = array("b", bare.translate(_STEPS, _NOT_BRACKETS)[: 2 * MAX_VALUES])
    return values, max(accumulate(steps), default=0)


def _not_json(constant: str) -> Any:
    raise ValueError("a constant that is not JSON")
