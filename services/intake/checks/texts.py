"""
What is wrong with the texts of a message, wherever they stand: found by walking all of it.

This belongs to the contents, not to the form: a message that an older release accepted must still
be read when it is sent again, or when a restored database reads it again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

from pydantic import BaseModel

from services.intake.characters import has_invisible, is_printable_ascii
from services.intake.checks.fields import FIRST_AND_LAST, YEARS
from services.intake.findings import MAX_COUNTED, MAX_REASONS, Finding
from services.intake.identifiers import texts_with_identifier
from services.intake.model_errors import pointer
from shared.contracts import refusals
from shared.contracts.inbound import DATA, Inbound
from shared.contracts.refusals import Refusal

Path = tuple[str | int, ...]
_LINE = 200
_CONTAINERS = (dict, list)
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Marks alone have nothing to stand on.
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
PROSE = frozenset(name for name, part in _FIELDS if part.get("maxLength", 0) > _LINE)
"""Fields with room for more than a line: they may be empty, and hold line breaks."""
TIMES = frozenset(name for name, part in _FIELDS if part.get("format") == "date-time")
_HAVE_A_FORM = TIMES | {"traceparent"}


def check_texts(document: Mapping[str, Any]) -> tuple[Finding, ...]:
    """
    Return a reason for each text with which something is wrong in a well-formed message.

    Only the first are told: those that follow stand for their number.
    """
    fields: list[str] = []
    texts: list[str] = []
    _gather(document, "", fields, texts)
    plain = is_printable_ascii(texts)
    identifiers = texts_with_identifier(texts, plain=plain)
    wrong = dict.fromkeys(identifiers, refusals.PROTECTED_IDENTIFIER)
    every = not plain or _has_space_at_an_end(texts)
    for place, field in enumerate(fields):
        if (
            (every or field in _HAVE_A_FORM)
            and place not in wrong
            and (what := _wrong(field, texts[place])) is not None
        ):
            wrong[place] = what
    if not wrong:
        return ()
    found = (path for place, path in enumerate(_paths(document, ())) if place in wrong)
    told = [
        _finding(path, wrong[place])
        for place, path in zip(sorted(wrong), islice(found, MAX_REASONS), strict=False)
    ]
    return (*told, *repeat(told[-1], min(len(wrong) - len(told), MAX_COUNTED)))  # only counted


def _has_space_at_an_end(texts: Sequence[str]) -> bool:
    whole = "\n".join(("", *texts, ""))
    return " \n" in whole or "\n " in whole


def _gather(node: Any, field: str, fields: list[str], texts: list[str]) -> None:
    """Add every text in *node*, a part of *field*, to *texts*, and to *fields* its own field."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                fields.append(name)
                texts.append(value)
            elif isinstance(value, _CONTAINERS):
                _gather(value, name, fields, texts)
        return
    found = [value for value in node if type(value) is str]
    fields += repeat(field, len(found))
    texts += found
    if len(found) < len(node):
        for value in node:
            if isinstance(value, _CONTAINERS):
                _gather(value, field, fields, texts)


def _paths(node: Any, path: Path) -> Iterator[Path]:
    """Yield the path of every text in *node*, in the order of `_gather`."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                yield (*path, name)
            elif isinstance(value, _CONTAINERS):
                yield from _paths(value, (*path, name))
        return
    yield from ((*path, place) for place, value in enumerate(node) if isinstance(value, str))
    for place, value in enumerate(node):
        if isinstance(value, _CONTAINERS):
            yield from _paths(value, (*path, place))


def _wrong(name: str, text: str) -> Refusal | None:
    """Return what is wrong with the form of *text* in a field of that *name*."""
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


def _finding(path: Path, wrong: Refusal) -> Finding:
    refusal = wrong if path[0] == "data" else wrong.in_envelope
    return Finding(refusal, pointer(path), FIRST_AND_LAST)
