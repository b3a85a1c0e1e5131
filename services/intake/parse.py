"""Parses a participant's record: limits first, then JSON, envelope and data. Never raises."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from services.intake import json_limits
from services.intake.checks.texts import check_texts
from services.intake.findings import MAX_COUNTED, MAX_REASONS, Finding
from services.intake.json_limits import has_forbidden_character
from services.intake.message import Message, with_uppercase_numbers
from services.intake.model_errors import explain, pointer
from services.intake.models import validate
from shared.contracts import refusals
from shared.contracts.canonical import digest
from shared.contracts.inbound import DATA, Inbound, Submission, schema_file
from shared.contracts.refusals import Refusal
from shared.texts.identifiers import holds_identifier

_NAMES = frozenset(kind.rsplit(".", 1)[0] for kind in DATA)
_VERSIONED = re.compile(r"(gov\.cri\.[a-z_]+\.[a-z]+)\.v[0-9]{1,9}")
_BINARY = Finding(refusals.BINARY_MODE)


def parse_message(
    value: bytes | None, headers: Sequence[tuple[str, bytes | None]], blank: Message
) -> Message:
    """Return *blank*, a message with only its origin, filled in from *value*."""
    decoded = json_limits.decode(value)
    if isinstance(decoded, Finding):
        return _with_reasons(blank, [decoded])
    assert value is not None
    binary = any(name.lower().startswith(("ce_", "ce-")) for name, _ in headers)
    try:
        document, suspect = json_limits.load(decoded.text)
    except ValueError:
        return _with_reasons(blank, [_BINARY if binary else Finding(refusals.NOT_JSON)])
    if not isinstance(document, dict):
        return _with_reasons(blank, [_BINARY if binary else Finding(refusals.NOT_AN_EVENT)])
    if "specversion" not in document and binary:
        return _with_reasons(blank, [_BINARY])
    stated = document.get("type")
    kind = stated if isinstance(stated, str) and stated in DATA else None
    schema = schema_file(kind)
    found, more = _violation_findings(document, schema) if suspect else ([], 0)
    if any(finding.refusal is refusals.HALF_A_PAIR for finding in found):
        blank = replace(blank, kind=kind, id=_id_in(document), more=more)
        return _with_reasons(blank, found)
    if len(found) >= MAX_REASONS:  # the refusal has no room for the model's errors
        return _with_reasons(_malformed(blank, document, kind=kind, more=more), found)
    text = json.dumps(document).encode() if found else value
    if kind is None:
        # The data of an unknown type cannot be checked, only its envelope.
        text = json.dumps({**document, **dict.fromkeys(document.keys() & {"data"})}).encode()
        if isinstance(stated, str):
            found.append(_unknown_type(stated))
    try:
        event = validate(kind, text, many=decoded.many)
    except ValidationError as error:
        reasons, beyond = explain(error, schema)
        found, more = [*found, *reasons], more + beyond
    if found:
        return _with_reasons(_malformed(blank, document, kind=kind, more=more), found)
    assert kind is not None
    return _valid(event, document, blank, kind=kind)


def _valid(event: Inbound, document: dict[str, Any], blank: Message, *, kind: str) -> Message:
    acting_for = event.onbehalfof
    return replace(
        blank,
        participant=acting_for or blank.participant,
        desk=None if acting_for is None else blank.participant,
        kind=kind,
        source=event.source,
        id=event.id,
        reference=event.data.reference if isinstance(event.data, Submission) else None,
        traceparent=event.traceparent,
        actor=event.actor,
        data=with_uppercase_numbers(event.data),
        content=digest(kind if acting_for is None else f"{kind} {acting_for}", document["data"]),
        text_findings=check_texts(document),
    )


def _malformed(
    blank: Message, document: dict[str, Any], *, kind: str | None, more: int
) -> Message:
    """Return *blank* with the attributes of a malformed event that are well formed."""
    data = document.get("data")
    reference = data.get("reference") if isinstance(data, dict) else None
    return replace(
        blank,
        kind=kind,
        source=_repeatable(document.get("source"), 200),
        id=_id_in(document),
        reference=None if kind is None else _repeatable(reference, 100),
        more=more,
    )


def message_id(value: bytes | None) -> str | None:
    """Return the id that the sender gave the message in *value*, if it can be parsed."""
    decoded = json_limits.decode(value)
    if isinstance(decoded, Finding):
        return None
    try:
        document, _ = json_limits.load(decoded.text)
    except ValueError:
        return None
    return _id_in(document) if isinstance(document, dict) else None


def _id_in(document: dict[str, Any]) -> str | None:
    """Return the sender's id of the message, if an answer may repeat it."""
    return _repeatable(document.get("id"), 100)


def _repeatable(value: Any, max_length: int) -> str | None:
    """Return *value* if it is a text that an answer may repeat: no protected identifier."""
    well_formed = (
        isinstance(value, str)
        and 0 < len(value) <= max_length
        and not has_forbidden_character(value)
    )
    return value if well_formed and not holds_identifier(value) else None


def _unknown_type(kind: str) -> Finding:
    versioned = _VERSIONED.fullmatch(kind)
    if versioned and versioned[1] in _NAMES:
        return Finding(refusals.UNSUPPORTED_VERSION, "/type", {"name": versioned[1]})
    return Finding(refusals.UNKNOWN_TYPE, "/type", {"types": sorted(DATA)})


def _violation_findings(document: dict[str, Any], schema: str) -> tuple[list[Finding], int]:
    """Return a finding for each violation, lone surrogates first, and the number of others."""
    fields = {"most": json_limits.MAX_FIELDS, "schema": schema}
    halves: dict[tuple[Refusal, str], None] = {}
    others: dict[tuple[Refusal, str], None] = {}
    more = 0
    for refusal, location in islice(json_limits.violations(document), MAX_COUNTED):
        kept = halves if refusal is refusals.HALF_A_PAIR else others
        if len(kept) < MAX_REASONS:
            kept[refusal, pointer(location)] = None
        else:
            more += 1
    first = [*halves, *others][:MAX_REASONS]
    reasons = [Finding(refusal, path, fields) for refusal, path in first]
    return reasons, more + len(halves) + len(others) - len(first)


def _with_reasons(message: Message, reasons: Sequence[Finding]) -> Message:
    more = message.more + max(0, len(reasons) - MAX_REASONS)
    return replace(message, reasons=tuple(reasons[:MAX_REASONS]), more=more)
