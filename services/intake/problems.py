"""Says in plain words what a model found wrong, without a word of the sender's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from services.intake.fields import UNKNOWN_STATE
from services.intake.findings import MOST, Finding
from shared.contracts.inbound import DATA, Inbound

_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("This field is required.", "Add it."),
    "extra_forbidden": (
        "There is a field here that this type does not have.",
        "Remove it; the schema of this type lists the fields there are.",
    ),
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
_DATE = ("This is not a date.", "Write it as in 2026-03-02.")
_TIME = ("This is not a time.", "Write it as in 2026-03-02T15:04:05-08:00.")
_OTHER = ("This value is not allowed here.", "See the schema of this type.")


def pointer(location: Iterable[str | int]) -> str:
    """
    Return a JSON pointer into the message, as far as it names known fields.

    What follows an unknown key is left out: the key is the sender's text.
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
    for problem in error.errors(include_url=False, include_input=False):
        kind, location = problem["type"], problem["loc"]
        path = pointer(location[:-1] if kind == "extra_forbidden" else location)
        found.setdefault((kind, path), problem)
    reasons = [
        _reason(kind, path, problem["loc"], problem.get("ctx", {}))
        for (kind, path), problem in islice(found.items(), MOST)
    ]
    return reasons, len(found) - len(reasons)


def _reason(
    kind: str, path: str, location: Sequence[str | int], context: Mapping[str, Any]
) -> Finding:
    message, fix = _words(kind)
    in_data = bool(location) and location[0] == "data" and len(location) > 1
    code = "schema" if in_data or kind == "extra_forbidden" else "not_cloudevents"
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
