"""Every refusal is in the catalog with its texts, and is used by the services it names."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from shared.contracts import refusals
from tests.examples.refusals import CATALOG, fields_of

ROOT = Path(__file__).parents[2]
PLACES = Path("services/routing/life/refusals.py")
CODES = {refusal.code for refusal in CATALOG.values()}
# Codes that are in other lists, too: reasons of a referral, of a dead letter, of a new due day,
# and errors of pydantic.
SHARED_WORDS = {
    *("calendar_ended", "no_ruleset", "schema", "tombstone", "too_large"),
    *("fact_check_open", "too_long"),
}
TREES = {
    path.relative_to(ROOT): ast.parse(path.read_text())
    for folder in ("services", "shared")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != Path(refusals.__file__)
}


def named_in(node: ast.AST) -> Iterator[str]:
    """Yield the names of the catalog that *node* holds."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            if part.value.id == "refusals" and part.attr in CATALOG:
                yield part.attr
        elif isinstance(part, ast.ImportFrom) and part.module == refusals.__name__:
            yield from (alias.name for alias in part.names if alias.name in CATALOG)


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_refusal_code_is_written_outside_the_catalog() -> None:
    found = [
        f"{path}:{node.lineno} {node.value}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in CODES - SHARED_WORDS
    ]

    assert found == []


def test_only_the_catalog_writes_the_texts_of_refusals() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for types in [{"Reason", *imported_types(tree)}]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in types
    ]

    assert found == []


def imported_types(tree: ast.AST) -> set[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name
        for node in imports
        if node.module == refusals.__name__
        for alias in node.names
        if alias.name == "Refusal"
    }


def test_every_refusal_is_used_by_the_services_that_it_names() -> None:
    said: dict[str, set[str]] = {name: set() for name in CATALOG}
    for path, tree in TREES.items():
        if path.parts[0] == "services" and path != PLACES:
            for name in named_in(tree):
                said[name].add(path.parts[1])

    assert said == {name: {*refusal.services} for name, refusal in CATALOG.items()}


def test_every_refusal_of_routing_has_its_place_in_the_message() -> None:
    (tree,) = (tree for path, tree in TREES.items() if path == PLACES)

    said = {name for name, refusal in CATALOG.items() if "routing" in refusal.services}
    assert {*named_in(tree)} == said


def test_no_two_refusals_have_the_same_texts() -> None:
    texts = Counter((refusal.code, refusal.message, refusal.fix) for refusal in CATALOG.values())

    assert [text for text, times in texts.items() if times > 1] == []


def test_a_template_has_only_named_fields() -> None:
    for name, refusal in CATALOG.items():
        for template in (refusal.message, refusal.fix):
            for _, field, form, conversion in Formatter().parse(template):
                assert field is None or field.isidentifier(), name
                assert not form, name
                assert conversion is None, name


def test_a_refusal_used_without_fields_has_none_in_its_texts() -> None:
    bare = {
        name: f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in ("Finding", "reason_of")
        if len(node.args) < 3 and not node.keywords
        for name in named_in(node)
    }

    assert bare
    assert {name: place for name, place in bare.items() if fields_of(CATALOG[name])} == {}
