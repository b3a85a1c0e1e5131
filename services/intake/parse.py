"""Reads what a participant wrote: limits first, then JSON, envelope and data; never raises."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from services.intake import json_limits
from services.intake.canonical import digest
from services.intake.checks.texts import check_texts
from services.intake.findings import MAX_COUNTED, MAX_REASONS, Finding
from services.intake.identifiers import holds_identifier
from services.intake.json_limits import has_forbidden_character
from services.intake.message import Message, with_uppercase_numbers
from services.intake.model_errors import explain, pointer
from services.intake.models import validate
from shared.contracts import refusals
from shared.contracts.inbound import DATA, Inbound, Submission
from shared.contracts.refusals import Refusal

_NAMES = frozenset(kind.rsplit(".", 1)[0] for kind in DATA)
_VERSIONED = re.compile(r"(gov\.cri\.[a-z]+\.[a-z]+)\.v[0-9]{1,9}")
_LIMITS = {"most": json_limits.MAX_FIELDS}
_BINARY = Finding(refusals.BINARY_MODE)


def read(
    value: bytes | None, headers: Sequence[tuple[str, bytes | None]], blank: Message
) -> Message:
    """Return *blank* (who wrote it, where it stands) filled with what *value* says."""
    readable = json_limits.readable(value)
    if value is None or isinstance(readable, Finding):
        return _with_reasons(blank, [readable] if isinstance(readable, Finding) else [])
    binary = any(name.lower().startswith(("ce_", "ce-")) for name, _ in headers)
    try:
        document, odd = json_limits.load(readable.text)
    except ValueError:
        return _with_reasons(blank, [_BINARY if binary else Finding(refusals.NOT_JSON)])
    if not isinstance(document, dict):
        return _with_reasons(blank, [_BINARY if binary else Finding(refusals.NOT_AN_EVENT)])
    if "specversion" not in document and binary:
        return _with_reasons(blank, [_BINARY])
    named = document.get("type")
    kind = named if isinstance(named, str) and named in DATA else None
    found, more = _odd_reasons(document) if odd else ([], 0)
    if any(reason.refusal is refusals.HALF_A_PAIR for reason in found):
        blank = replace(blank, kind=kind, id=_own_id(document), more=more)
        return _with_reasons(blank, found)
    if len(found) >= MAX_REASONS:  # there is no room for what the model would find
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
        data=with_uppercase_numbers(event.data),
        content=digest(kind, document["data"]),
        texts=check_texts(document),
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
    readable = json_limits.readable(value)
    if isinstance(readable, Finding):
        return None
    try:
        document, _ = json_limits.load(readable.text)
    except ValueError:
        return None
    return _own_id(document) if isinstance(document, dict) else None


def _own_id(document: dict[str, Any]) -> str | None:
    """Return the id under which the sender knows the message, unless it must not be kept."""
    return _text(document.get("id"), 100)


def _text(value: Any, longest: int) -> str | None:
    """Return *value* if an answer may repeat it: a text, and no identifier of a person."""
    well_formed = (
        isinstance(value, str) and 0 < len(value) <= longest and not has_forbidden_character(value)
    )
    return value if well_formed and not holds_identifier(value) else None


def _unknown_type(kind: str) -> Finding:
    versioned = _VERSIONED.fullmatch(kind)
    if versioned and versioned[1] in _NAMES:
        return Finding(refusals.UNSUPPORTED_VERSION, "/type", {"name": versioned[1]})
    return Finding(refusals.UNKNOWN_TYPE, "/type", {"types": sorted(DATA)})


def _odd_reasons(document: dict[str, Any]) -> tuple[list[Finding], int]:
    """Return a reason for each oddity, half a pair first, and how many were counted beyond 50."""
    halves: dict[tuple[Refusal, str], None] = {}
    others: dict[tuple[Refusal, str], None] = {}
    more = 0
    for refusal, location in islice(json_limits.oddities(document), MAX_COUNTED):
        kept = halves if refusal is refusals.HALF_A_PAIR else others
        if len(kept) < MAX_REASONS:
            kept[refusal, pointer(location)] = None
        else:
            more += 1
    first = [*halves, *others][:MAX_REASONS]
    reasons = [Finding(refusal, path, _LIMITS) for refusal, path in first]
    return reasons, more + len(halves) + len(others) - len(first)


def _with_reasons(message: Message, reasons: Sequence[Finding]) -> Message:
    more = message.more + max(0, len(reasons) - MAX_REASONS)
    return replace(message, reasons=tuple(reasons[:MAX_REASONS]), more=more)
