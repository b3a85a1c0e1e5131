"""Builds pydantic models from values that are known to be valid."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

Built = TypeVar("Built", bound=BaseModel)
_set = object.__setattr__


def built(model: type[Built], values: Mapping[str, Any]) -> Built:
    """
    Return an instance of *model* with *values* and its defaults, without validation.

    Like `model_construct` for models without aliases, in a tenth of the time: it is called
    several times for every request.
    """
    made = model.__new__(model)
    _set(made, "__dict__", {**_defaults(model), **values})
    _set(made, "__pydantic_fields_set__", set(values))
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


@cache
def _defaults(model: type[BaseModel]) -> Mapping[str, Any]:
    fields = model.model_fields.items()
    return {name: field.default for name, field in fields if not field.is_required()}
