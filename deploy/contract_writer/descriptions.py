"""Reads the descriptions of fields: the docstring below each field of a model."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def description_of(model: type[BaseModel], field: str) -> str:
    """Return the description of *field*, from the first class that describes it."""
    for base in model.__mro__:
        found = _described(base.__module__).get(base.__name__, {}).get(field)
        if found is not None:
            return found
    raise LookupError(f"{model.__name__}.{field} has no description")


def plain(text: str) -> str:
    """Return a docstring as running text: one line for each paragraph, single back-ticks."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text).replace("``", "`"))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


@cache
def _described(module: str) -> Mapping[str, Mapping[str, str]]:
    """Return the descriptions in *module* by class and field."""
    if module not in sys.modules or not module.startswith("shared."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {part.name: dict(_fields(part)) for part in tree.body if isinstance(part, ast.ClassDef)}


def _fields(model: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(model.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            yield field.target.id, plain(text.value.value)
