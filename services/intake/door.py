"""Reads what a participant wrote: limits first, then JSON, envelope and data; never raises."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from services.intake import limits
from services.intake.canonical import digest
from services.intake.findings import COUNTED, MOST, Finding
from services.intake.identifiers import holds_identifier
from services.intake.message import Message, in_capitals
from services.intake.models import validate
from services.intake.problems import explain, pointer
from services.intake.texts import text_findings
from shared.contracts.inbound import DATA, Inbound, Submission

_NAMES = frozenset(kind.rsplit(".", 1)[0] for kind in DATA)
_VERSIONED = re.compile(r"(gov\.cri\.[a-z]+\.[a-z]+)\.v[0-9]{1,9}")
_ODD = {
    "twice": ("duplicate_key", "A key stands here more than once.", "Write each key once."),
    "crowded": (
        "schema",
        "This object has more fields than any type has.",
        f"At most {limits.MAX_FIELDS}; the schema of this type lists the fields there are.",
    ),
    "out_of_range": (
        "value_out_of_range",
        "This number is too far from zero.",
        "Stay within -9007199254740991 and 9007199254740991.",
    ),
    "nul": ("value_out_of_range", "A text here holds a NUL character.", "Leave it out."),
    "half_a_pair": (
        "wrong_encoding",
        "A text here holds half of a surrogate pair.",
        "Write whole characters, in UTF-8 or escaped as pairs.",
    ),
    "number_as_time": (
        "schema",
        "This is a number where a date or time belongs.",
        "Write it as in 2026-03-02 or 2026-03-02T15:04:05-08:00.",
    ),
}
_NO_JSON = Finding(
    code="not_json", path="", message="The message is not JSON.", fix="Send one JSON object."
)
_NO_OBJECT = Finding(
    code="not_cloudevents",
    path="",
    message="The message is not a JSON object.",
    fix="Send one CloudEvents 1.0 event in structured JSON mode.",
)
_BINARY = Finding(
    code="not_cloudevents",
    path="",
    message="Attributes in headers (binary mode) are not read.",
    fix="Send the whole event in the value (structured JSON mode).",
)


def read(
    value: bytes | None, headers: Sequence[tuple[str, bytes | None]], blank: Message
) -> Message:
    """Return *blank* (who wrote it, where it stands) filled with what *value* says."""
    readable = limits.readable(value)
    if value is None or isinstance(readable, Finding):
        return _with_reasons(blank, [readable] if isinstance(readable, Finding) else [])
    binary = any(name.lower().startswith(("ce_", "ce-")) for name, _ in headers)
    try:
        document, odd = limits.load(readable.text)
    except ValueError:
        return _with_reasons(blank, [_BINARY if binary else _NO_JSON])
    if not isinstance(document, dict):
        return _with_reasons(blank, [_BINARY if binary else _NO_OBJECT])
    if "specversion" not in document and binary:
        return _with_reasons(blank, [_BINARY])
    named = document.get("type")
    kind = named if isinstance(named, str) and named in DATA else None
    found, more = _odd_reasons(document) if odd else ([], 0)
    if any(reason.code == "wrong_encoding" for reason in found):
        blank = replace(blank, kind=kind, id=_own_id(document), more=more)
        return _with_reasons(blank, found)
    if len(found) >= MOST:  # there is no room for what the model would find
        return _with_reasons(_remains(blank, document, kind=kind, more=more), found)
    text = json.dumps(document).encode() if found else value
    if kind is None:
        # An event without a type of ours is checked as far as the bare envelope goes.
        text = json.dumps({**document, **dict.fromkeys(document.keys() & {"data"})}).encode()
        if isinstance(named, str):
            found.append(_unknown_type(named))
    try:
        event = validate(kind, text, many=readable.many)
    except ValidationError as error:
        reasons, beyond = explain(error)
        found, more = [*found, *reasons], more + beyond
    if found:
        return _with_reasons(_remains(blank, document, kind=kind, more=more), found)
    assert kind is not None
    return _whole(event, document, blank, kind=kind)


def _whole(event: Inbound, document: dict[str, Any], blank: Message, *, kind: str) -> Message:
    return replace(
        blank,
        kind=kind,
        source=event.source,
        id=event.id,
        reference=event.data.reference if isinstance(event.data, Submission) else None,
        traceparent=event.traceparent,
        data=in_capitals(event.data),
        content=digest(kind, document["data"]),
        texts=text_findings(document),
    )


def _remains(blank: Message, document: dict[str, Any], *, kind: str | None, more: int) -> Message:
    """Keep what a malformed event says of itself, where it has its form."""
    data = document.get("data")
    reference = data.get("reference") if isinstance(data, dict) else None
    return replace(
        blank,
        kind=kind,
        source=_text(document.get("source"), 200),
        id=_own_id(document),
        reference=None if kind is None else _text(reference, 100),
        more=more,
    )


def own_id(value: bytes | None) -> str | None:
    """Return the sender's id of the message in *value*, if that much of it can be read."""
    readable = limits.readable(value)
    if isinstance(readable, Finding):
        return None
    try:
        document, _ = limits.load(readable.text)
    except ValueError:
        return None
    return _own_id(document) if isinstance(document, dict) else None


def _own_id(document: dict[str, Any]) -> str | None:
    """Return the id under which the sender knows the message, unless it must not be kept."""
    return _text(document.get("id"), 100)


def _text(value: Any, longest: int) -> str | None:
    """Return *value* if an answer may repeat it: a text, and no identifier of a person."""
    well_formed = isinstance(value, str) and 0 < len(value) <= longest and not limits.is_odd(value)
    return value if well_formed and not holds_identifier(value) else None


def _unknown_type(kind: str) -> Finding:
    versioned = _VERSIONED.fullmatch(kind)
    if versioned and versioned[1] in _NAMES:
        return Finding(
            code="unsupported_version",
            path="/type",
            message="This version of the type is not supported.",
            fix=f"Use {versioned[1]}.v1.",
        )
    return Finding(
        code="unknown_type",
        path="/type",
        message="There is no such type.",
        fix=f"One of {', '.join(sorted(DATA))}.",
    )


def _odd_reasons(document: dict[str, Any]) -> tuple[list[Finding], int]:
    """Return a reason for each oddity, half a pair first, and how many were counted beyond 50."""
    halves: dict[tuple[str, str], None] = {}
    others: dict[tuple[str, str], None] = {}
    more = 0
    for oddity, location in islice(limits.oddities(document), COUNTED):
        kept = halves if oddity == "half_a_pair" else others
        if len(kept) < MOST:
            kept[oddity, pointer(location)] = None
        else:
            more += 1
    first = [*halves, *others][:MOST]
    reasons = []
    for oddity, path in first:
        code, message, fix = _ODD[oddity]
        reasons.append(Finding(code=code, path=path, message=message, fix=fix))
    return reasons, more + len(halves) + len(others) - len(first)


def _with_reasons(message: Message, reasons: Sequence[Finding]) -> Message:
    more = message.more + max(0, len(reasons) - MOST)
    return replace(message, reasons=tuple(reasons[:MOST]), more=more)
