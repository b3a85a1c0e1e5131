"""The pydantic models of inbound messages, one for each type."""

from typing import Any

from pydantic import create_model
from pydantic_core import SchemaValidator

from shared.contracts.inbound import DATA, Inbound

_MODELS: dict[str | None, type[Inbound]] = {None: Inbound} | {
    kind: create_model(kind, __base__=Inbound, data=(model, ...)) for kind, model in DATA.items()
}


def validate(kind: str | None, text: bytes, *, many: bool) -> Inbound:
    """
    Return the event in the JSON *text*; without a *kind*, only its envelope is checked.

    Raises pydantic's ValidationError with all errors. With *many* values it reports only the first
    invalid entry of each list, because each error takes several microseconds.
    """
    validator = _FAIL_FAST[kind] if many else _MODELS[kind].__pydantic_validator__
    event: Inbound = validator.validate_json(text, strict=True, extra="forbid")
    return event


def _fail_fast(schema: Any) -> Any:
    """Return the core *schema* with lists that stop at their first invalid entry."""
    if isinstance(schema, dict):
        parts = {name: _fail_fast(part) for name, part in schema.items()}
        return parts | {"fail_fast": True} if schema.get("type") == "list" else parts
    return [_fail_fast(part) for part in schema] if isinstance(schema, list) else schema


_FAIL_FAST = {
    kind: SchemaValidator(_fail_fast(model.__pydantic_core_schema__), _use_prebuilt=False)
    for kind, model in _MODELS.items()
}
