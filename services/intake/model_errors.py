"""Turns the errors of a pydantic model into findings, which never contain the sender's text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from services.intake.findings import MAX_REASONS, Finding
from shared.contracts import refusals
from shared.contracts.inbound import DATA, JSON_TYPE, Inbound
from shared.contracts.refusals import Refusal

_REFUSALS: Mapping[str, Refusal] = {
    "missing": refusals.MISSING,
    "string_type": refusals.NOT_A_TEXT,
    "int_type": refusals.NOT_A_WHOLE_NUMBER,
    "bool_type": refusals.NOT_A_BOOLEAN,
    "list_type": refusals.NOT_A_LIST,
    "dict_type": refusals.NOT_AN_OBJECT,
    "model_type": refusals.NOT_AN_OBJECT,
    "model_attributes_type": refusals.NOT_AN_OBJECT,
    "string_too_long": refusals.TEXT_TOO_LONG,
    "string_too_short": refusals.TEXT_TOO_SHORT,
    "too_long": refusals.LIST_TOO_LONG,
    "too_short": refusals.LIST_TOO_SHORT,
    "string_pattern_mismatch": refusals.PATTERN,
    "literal_error": refusals.NOT_REGISTERED_VALUE,
    "greater_than_equal": refusals.NUMBER_TOO_SMALL,
    "less_than_equal": refusals.NUMBER_TOO_LARGE,
    "unknown_state": refusals.UNKNOWN_STATE,
    "timezone_aware": refusals.NO_OFFSET,
}
_MAX_NAMED = 3
# The form of a field name. Unknown keys of another form are not repeated: they may be free text.
_NAME = re.compile(r"(?:[A-Za-z_]++[0-9]{0,3}+){1,20}+")
_MAX_NAME_LENGTH = 40


def pointer(location: Iterable[str | int]) -> str:
    """
    Return a JSON pointer to *location* in the message, up to the first unknown key.

    The sender chose that key, so it must not be repeated.
    """
    path = ""
    for step in location:
        if isinstance(step, str) and step not in _FIELD_NAMES:
            break
        path += f"/{step}"
    return path


def explain(error: ValidationError, schema: str) -> tuple[list[Finding], int]:
    """
    Return the findings for *error*, and the number of further ones beyond `MAX_REASONS`.

    They refer to the contract's file *schema*. All unknown fields of an object make one finding.
    """
    found: dict[tuple[str, str], Any] = {}
    unknown: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_input=False):
        kind, location = detail["type"], detail["loc"]
        if kind == "extra_forbidden":
            location, key = location[:-1], location[-1]
            unknown.setdefault(pointer(location), []).append(str(key))
        found.setdefault((kind, pointer(location)), detail)
    findings = [
        _unknown(path, unknown[path], schema)
        if kind == "extra_forbidden"
        else _finding(kind, path, detail["loc"], {**detail.get("ctx", {}), "schema": schema})
        for (kind, path), detail in islice(found.items(), MAX_REASONS)
    ]
    return findings, len(found) - len(findings)


def _unknown(path: str, keys: Sequence[str], schema: str) -> Finding:
    """Return a finding that names the first of *keys* that look like field names."""
    plain = (key for key in keys if len(key) <= _MAX_NAME_LENGTH and _NAME.fullmatch(key))
    named = list(islice(plain, _MAX_NAMED))
    others = len(keys) - len(named)
    names = ", ".join(named) + (f" and {others} more" if named and others else "")
    if not names:
        return Finding(refusals.UNKNOWN_FIELD, path, {"schema": schema})
    return Finding(refusals.UNKNOWN_FIELD_NAMED, path, {"names": names, "schema": schema})


def _finding(
    kind: str, path: str, location: Sequence[str | int], context: Mapping[str, Any]
) -> Finding:
    refusal = _refusal(kind)
    if context.get("pattern") == JSON_TYPE:
        refusal = refusals.CONTENT_TYPE
    in_data = bool(location) and location[0] == "data" and len(location) > 1
    return Finding(refusal if in_data else refusal.in_envelope, path, context)


def _refusal(kind: str) -> Refusal:
    if kind.startswith("date_"):
        return refusals.NOT_A_DATE
    if kind.startswith("datetime_"):
        return refusals.NOT_A_TIME
    return _REFUSALS.get(kind, refusals.NOT_ALLOWED)


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in the annotation *kind*, and in their fields."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _models_in(field.annotation)
    for part in get_args(kind):
        yield from _models_in(part)


_FIELD_NAMES = frozenset(
    field.alias or name
    for root in (Inbound, *DATA.values())
    for model in _models_in(root)
    for name, field in model.model_fields.items()
)
