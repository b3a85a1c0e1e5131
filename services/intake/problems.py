"""Says in plain words what a model found wrong, without a text of the sender's."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from services.intake.fields import UNKNOWN_STATE
from services.intake.findings import MOST, Finding
from shared.contracts.inbound import DATA, JSON_TYPE, Inbound

_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("This field is required.", "Add it."),
    "string_type": ("This is not a text.", "Write a text in quotation marks."),
    "int_type": ("This is not a whole number.", "Write a number without a fraction."),
    "bool_type": ("This is neither true nor false.", "Write true or false."),
    "list_type": ("This is not a list.", "Write a list in square brackets."),
    "dict_type": ("This is not an object.", "Write an object in braces."),
    "model_type": ("This is not an object.", "Write an object in braces."),
    "model_attributes_type": ("This is not an object.", "Write an object in braces."),
    "string_too_long": ("This text is too long.", "At most {max_length} characters."),
    "string_too_short": ("This text is too short.", "At least {min_length} character(s)."),
    "too_long": ("This list is too long.", "At most {max_length} entries."),
    "too_short": ("This list is too short.", "At least {min_length} entry."),
    "string_pattern_mismatch": ("This text does not have its form.", "It must match {pattern}"),
    "literal_error": ("This is none of the registered values.", "One of {expected}."),
    "greater_than_equal": ("This number is too small.", "At least {ge}."),
    "less_than_equal": ("This number is too large.", "At most {le}."),
    "unknown_state": UNKNOWN_STATE,
    "timezone_aware": ("This time has no offset.", "Add one, such as Z or -05:00."),
}
_UNKNOWN = (
    "There is a field here that this type does not have.",
    "Remove it; docs/integrate.md lists the fields of each type.",
)
_DATE = ("This is not a date.", "Write it as in 2026-03-02.")
WRITTEN_TIME = "Write it as in 2026-03-02T15:04:05-08:00."
_TIME = ("This is not a time.", WRITTEN_TIME)
_NAMED = 3
# What may be the name of a field, and is not likely to say anything else.
_NAME = re.compile(r"(?:[A-Za-z_]++[0-9]{0,3}+){1,20}+")
_LONGEST_NAME = 40
_OTHER = ("This value is not allowed here.", "See the schema of this type.")


def pointer(location: Iterable[str | int]) -> str:
    """
    Return a JSON pointer into the message, as far as it names known fields.

    What follows an unknown key is left out: the key is the sender's.
    """
    path = ""
    for step in location:
        if isinstance(step, str) and step not in _NAMES:
            break
        path += f"/{step}"
    return path


def explain(error: ValidationError) -> tuple[list[Finding], int]:
    """
    Return a reason for each thing *error* names, and how many there are beyond the first 50.

    All unknown fields of an object are one thing.
    """
    found: dict[tuple[str, str], Any] = {}
    unknown: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        kind, location = problem["type"], problem["loc"]
        if kind == "extra_forbidden":
            location, key = location[:-1], location[-1]
            unknown.setdefault(pointer(location), []).append(str(key))
        found.setdefault((kind, pointer(location)), problem)
    reasons = [
        _unknown(path, unknown[path])
        if kind == "extra_forbidden"
        else _reason(kind, path, problem["loc"], problem.get("ctx", {}))
        for (kind, path), problem in islice(found.items(), MOST)
    ]
    return reasons, len(found) - len(reasons)


def _unknown(path: str, keys: Sequence[str]) -> Finding:
    """Return a reason that names the first of *keys* that look like names of fields."""
    plain = (key for key in keys if len(key) <= _LONGEST_NAME and _NAME.fullmatch(key))
    named = list(islice(plain, _NAMED))
    others = len(keys) - len(named)
    told = ", ".join(named) + (f" and {others} more" if named and others else "")
    return Finding(
        code="schema",
        path=path,
        message=f"This type has no such field: {told}." if told else _UNKNOWN[0],
        fix=_UNKNOWN[1],
    )


def _reason(
    kind: str, path: str, location: Sequence[str | int], context: Mapping[str, Any]
) -> Finding:
    message, fix = _words(kind)
    if context.get("pattern") == JSON_TYPE:
        fix = "Write application/json."
    in_data = bool(location) and location[0] == "data" and len(location) > 1
    code = "schema" if in_data else "not_cloudevents"
    if kind in ("greater_than_equal", "less_than_equal"):
        code = "value_out_of_range"
    return Finding(code=code, path=path, message=message, fix=fix.format(**context))


def _words(kind: str) -> tuple[str, str]:
    if kind.startswith("date_"):
        return _DATE
    return _TIME if kind.startswith("datetime_") else _WORDS.get(kind, _OTHER)


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that the annotation *kind* names."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation)
    for part in get_args(kind):
        yield from _models(part)


_NAMES = frozenset(
    field.alias or name
    for root in (Inbound, *DATA.values())
    for model in _models(root)
    for name, field in model.model_fields.items()
)
