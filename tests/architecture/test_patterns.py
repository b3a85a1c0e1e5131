"""Every regular expression of the product is fast on every text."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from time import thread_time
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, TypeAdapter

from tests.examples.processor_time import processor_time
from tests.examples.slow_texts import SHAPES, texts

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "shared", "continuum")
LIMIT = 0.002
LENGTHS = (20, 8_000)  # the short one finds exponential patterns early
USES = frozenset({"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"})
# These match our own patterns against names of topics, which have at most 249 characters.
TOPIC_NAMES = {"shared/delivery/restore/own_log.py", "shared/delivery/restore/catch_up.py"}
OLD_NAMED = (
    r"[Ff][Bb][Ii]\s*(?:[Nn]umber|NUMBER|[Nn]o\.?|NO\.?|#|UCN)\s*:?\s*"
    r"(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{5,9}\b"
)


class Used(NamedTuple):
    """A compiled pattern and the methods that its module calls; all methods if none is found."""

    pattern: re.Pattern[Any]
    uses: frozenset[str]


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = import_module(package)
        yield root
        for found in walk_packages(root.__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                yield import_module(found.name)


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from (*patterns_in(key), *patterns_in(entry))
    elif isinstance(value, tuple | list | set | frozenset):
        for entry in value:
            yield from patterns_in(entry)


def uses_of(name: str, module: ModuleType) -> frozenset[str]:
    seen = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    return frozenset(seen & USES) or USES


PATTERNS = {
    f"{module.__name__}.{name}": Used(pattern, uses_of(name, module))
    for module in modules()
    for name, value in vars(module).items()
    if not name.startswith("__")
    for pattern in patterns_in(value)
}


def slowest(used: Used) -> tuple[float, str, str]:
    """Return the longest processor time, with the method and the beginning of the text."""
    pattern, uses = used
    in_bytes = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode("latin-1") if in_bytes else pattern.pattern
    worst = (0.0, "", "")
    for length in LENGTHS:
        for text in dict.fromkeys(texts(source, pattern.flags & re.DOTALL, length=length)):
            subject: Any = text.encode() if in_bytes else text
            for use in sorted(uses):
                worst = max(worst, (shortest_time(pattern, use, subject), use, text[:40]))
                if worst[0] > LIMIT:
                    return worst
    return worst


def shortest_time(pattern: re.Pattern[Any], use: str, subject: Any) -> float:
    """Return the processor time; a little above the limit, the shortest of up to 20."""
    began = thread_time()
    apply(pattern, use, subject)
    took = thread_time() - began
    tries = 19 if took < LIMIT * 20 else 0
    while took > LIMIT and tries:
        took = min(took, processor_time(lambda: apply(pattern, use, subject)))
        tries -= 1
    return took


def apply(pattern: re.Pattern[Any], use: str, subject: Any) -> None:
    if use in ("sub", "subn"):
        getattr(pattern, use)(subject[:0], subject)
    elif use == "finditer":
        list(pattern.finditer(subject))
    else:
        getattr(pattern, use)(subject)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_takes_under_two_milliseconds_for_eight_thousand_characters(name: str) -> None:
    took, use, text = slowest(PATTERNS[name])

    assert took < LIMIT, f"{use} on {text!r}… takes {took * 1000:.1f} ms"


@pytest.mark.parametrize(
    ("slow", "use"),
    [
        (OLD_NAMED, "search"),
        (r"(a+)+b", "match"),
        (r"x[0-9]*[0-9.]*y", "search"),
        (r"\s+$", "search"),
    ],
)
def test_a_slow_pattern_is_found_by_texts_of_its_own_form(slow: str, use: str) -> None:
    took, _, _ = slowest(Used(re.compile(slow), frozenset({use})))

    assert took > LIMIT


def test_the_patterns_of_the_product_are_found_with_their_uses() -> None:
    found = {name: used.uses for name, used in PATTERNS.items()}

    assert found["shared.texts.identifiers._NUMBERS"] == {"finditer"}
    assert found["services.intake.checks.rulesets._BRACES"] == {"sub", "findall"}
    assert len(SHAPES) >= 20


def test_every_pattern_is_compiled_where_this_test_finds_it() -> None:
    """At the top of a module: not in a function, and not by `re.search` and the like."""
    elsewhere = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            where = str(path.relative_to(ROOT))
            tree = ast.parse(path.read_text())
            top = {
                id(node)
                for statement in tree.body
                if isinstance(statement, ast.Assign | ast.AnnAssign)
                for node in ast.walk(statement)
            }
            elsewhere += [
                f"{where}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "re"
                and (node.attr in USES or (node.attr == "compile" and id(node) not in top))
                and not (node.attr == "match" and where in TOPIC_NAMES)
            ]

    assert elsewhere == []


def test_every_pattern_of_a_model_is_matched_in_linear_time() -> None:
    """By pydantic's Rust engine; the alternative is Python's, which backtracks."""
    schemas = [
        value.core_schema if isinstance(value, TypeAdapter) else value.__pydantic_core_schema__
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, TypeAdapter)
        or (isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel)
    ]
    found = [part for schema in schemas for part in parts_with_patterns(schema)]

    assert {part["pattern"] for part in found if "pattern" in part} >= {r"^US-[A-Z]{2}$"}
    assert [part for part in found if not isinstance(part.get("pattern", ""), str)] == []
    assert [part for part in found if part.get("regex_engine", "rust-regex") != "rust-regex"] == []


def parts_with_patterns(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield the parts of a core schema that have a pattern, or choose the engine."""
    if isinstance(schema, dict):
        if "regex_engine" in schema or (schema.get("type") == "str" and "pattern" in schema):
            yield schema
        for part in schema.values():
            yield from parts_with_patterns(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from parts_with_patterns(part)
