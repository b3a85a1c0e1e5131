"""
Checks every text of a message, in whatever field it is.

These are checks of the content, not of the form: a message that an older release accepted must
still parse when it is sent again, or is replayed by a restored database.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

from pydantic import BaseModel

from services.intake.checks.fields import FIRST_AND_LAST
from services.intake.findings import MAX_COUNTED, MAX_REASONS, Finding
from services.intake.model_errors import pointer
from shared.contracts import refusals
from shared.contracts.inbound import DATA, Inbound
from shared.contracts.refusals import Refusal
from shared.contracts.years import YEARS
from shared.texts.characters import has_invisible, is_printable_ascii
from shared.texts.identifiers import texts_with_identifier

Path = tuple[str | int, ...]
_LINE_LENGTH = 200
_CONTAINERS = (dict, list)
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Combining marks without a letter under them.
_MARKS = re.compile(r"[\s\u0300-\u036f\u20d0-\u20f0\ufe00-\ufe0f\U000e0100-\U000e01ef]*+")


def _fields(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, schema) of each field in a JSON schema, and of each alternative of a field."""
    if isinstance(schema, Mapping):
        for name, part in schema.get("properties", {}).items():
            yield from ((name, choice) for choice in (part, *part.get("anyOf", ())))
        for part in schema.values():
            yield from _fields(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _fields(part)


_MODELS: tuple[type[BaseModel], ...] = (Inbound, *DATA.values())
_FIELDS = [field for model in _MODELS for field in _fields(model.model_json_schema())]
PROSE = frozenset(name for name, part in _FIELDS if part.get("maxLength", 0) > _LINE_LENGTH)
"""Fields longer than a line: they may be empty, and may hold line breaks."""
TIMES = frozenset(name for name, part in _FIELDS if part.get("format") == "date-time")
_WITH_FORMAT = TIMES | {"traceparent"}


def check_texts(document: Mapping[str, Any]) -> tuple[Finding, ...]:
    """
    Return a finding for each faulty text of a well-formed message.

    Only the first `MAX_REASONS` have paths of their own. The others are only counted: they are
    copies of the last one, at most `MAX_COUNTED`.
    """
    fields: list[str] = []
    texts: list[str] = []
    _collect(document, "", fields, texts)
    plain = is_printable_ascii(texts)
    identifiers = texts_with_identifier(texts, plain=plain)
    wrong = dict.fromkeys(identifiers, refusals.PROTECTED_IDENTIFIER)
    check_all = not plain or _has_space_at_an_end(texts)
    for index, field in enumerate(fields):
        if (
            (check_all or field in _WITH_FORMAT)
            and index not in wrong
            and (refusal := _fault(field, texts[index])) is not None
        ):
            wrong[index] = refusal
    if not wrong:
        return ()
    found = (path for index, path in enumerate(_paths(document, ())) if index in wrong)
    located = [
        _finding(path, wrong[index])
        for index, path in zip(sorted(wrong), islice(found, MAX_REASONS), strict=False)
    ]
    return (*located, *repeat(located[-1], min(len(wrong) - len(located), MAX_COUNTED)))


def _has_space_at_an_end(texts: Sequence[str]) -> bool:
    whole = "\n".join(("", *texts, ""))
    return " \n" in whole or "\n " in whole


def _collect(node: Any, field: str, fields: list[str], texts: list[str]) -> None:
    """Append every text in *node*, a part of *field*, to *texts*, and its field to *fields*."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                fields.append(name)
                texts.append(value)
            elif isinstance(value, _CONTAINERS):
                _collect(value, name, fields, texts)
        return
    found = [value for value in node if type(value) is str]
    fields += repeat(field, len(found))
    texts += found
    if len(found) < len(node):
        for value in node:
            if isinstance(value, _CONTAINERS):
                _collect(value, field, fields, texts)


def _paths(node: Any, path: Path) -> Iterator[Path]:
    """Yield the path of every text in *node*, in the order of `_collect`."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                yield (*path, name)
            elif isinstance(value, _CONTAINERS):
                yield from _paths(value, (*path, name))
        return
    yield from ((*path, index) for index, value in enumerate(node) if isinstance(value, str))
    for index, value in enumerate(node):
        if isinstance(value, _CONTAINERS):
            yield from _paths(value, (*path, index))


def is_line(text: str) -> bool:
    """Tell whether *text* can be a title or a name: one trimmed line, all of it visible."""
    return len(text) <= _LINE_LENGTH and _fault("", text) is None


def _fault(name: str, text: str) -> Refusal | None:
    """Return the refusal of *text* in the field *name*; None if its form is right."""
    if name in PROSE or not text:
        return None
    if name in TIMES:
        if not _RFC_3339.fullmatch(text):
            return refusals.NOT_RFC_3339
        in_range = name != "time" or int(text[:4]) in YEARS
        return None if in_range else refusals.YEAR_OUT_OF_RANGE
    if text[0].isspace() or text[-1].isspace():
        return refusals.BLANK if text.isspace() else refusals.SPACE_AT_AN_END
    if not text.isascii() or not text.isprintable():
        if has_invisible(text):
            return refusals.UNSEEN_CHARACTER
        return refusals.BLANK if _MARKS.fullmatch(text) else None
    if name == "traceparent" and not _TRACE.fullmatch(text):
        return refusals.NOT_A_TRACEPARENT
    return None


def _finding(path: Path, refusal: Refusal) -> Finding:
    refusal = refusal if path[0] == "data" else refusal.in_envelope
    return Finding(refusal, pointer(path), FIRST_AND_LAST)
