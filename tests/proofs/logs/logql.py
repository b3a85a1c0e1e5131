"""Runs the part of LogQL that our queries use; parsed with the grammar of Grafana's editor."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from deploy.tools.catalog import place

_WITHIN = {"LogQL", "Expr", "LogExpr", "PipelineExpr", "PipelineStage", "LineFilters", "Matchers"}
_WITHIN |= {"LabelExtractionExpressionList"}
_FIELD = re.compile(r"\{\{ *\.(\w+) *\}\}")
_PATH = re.compile(r'\["([^"]+)"\]|(\w+)')


class Tree(NamedTuple):
    """A part of a query, as the grammar names it."""

    name: str
    text: str
    children: Sequence["Tree"]


class Unsupported(Exception):
    """The grammar rejects the query, or it uses a part of LogQL that is not supported here."""


def trees(queries: Sequence[str]) -> list[Tree]:
    """Return the syntax tree of each query."""
    command = [place("node"), place("lezer-logql")]
    done = subprocess.run(
        command, input=json.dumps(queries), capture_output=True, text=True, check=True
    )
    return [_tree(each) for each in json.loads(done.stdout)]


def _tree(made: Sequence[Any]) -> Tree:
    name, text, children = made
    return Tree(name, text, [_tree(each) for each in children])


class Query:
    """A query that selects streams by labels, filters lines, and may reformat them."""

    def __init__(self, tree: Tree) -> None:
        """Raise `Unsupported` unless every part of the query is supported."""
        self._matchers: list[tuple[str, str, str]] = []
        self._steps: list[tuple[str, Any]] = []
        for part in _parts(tree):
            match part.name:
                case "Selector":
                    self._matchers += [_three(each) for each in _parts(part.children[0])]
                case "LineFilter":
                    operator, text = _exactly(part, 2)
                    self._steps.append((operator.text, _string(text)))
                case "JsonExpressionParser":
                    _, extracted = _exactly(part, 2)
                    self._steps.append(("json", [_three(each) for each in _parts(extracted)]))
                case "LineFormatExpr":
                    _, text = _exactly(part, 2)
                    self._steps.append(("line_format", _template(_string(text))))
                case _:
                    raise Unsupported(f"{part.name} {part.text!r}")

    def answer(self, labels: Mapping[str, str], line: str) -> str | None:
        """Return the query's output for a line of the stream with these labels, or None."""
        if not all(_holds(op, labels.get(name, ""), text) for name, op, text in self._matchers):
            return None
        known = dict(labels)

        def named(field: "re.Match[str]") -> str:
            return known.get(field[1], "")

        for step, wanted in self._steps:
            if step == "json":
                known |= {name: _at(line, path) for name, _, path in wanted}
            elif step == "line_format":
                line = _FIELD.sub(named, wanted)
            elif not _passes(step, line, wanted):
                return None
        return line


def _parts(tree: Tree) -> Iterator[Tree]:
    """Yield the parts of a query in order."""
    known = {"Selector", "Matcher", "LineFilter", "JsonExpressionParser", "LineFormatExpr"}
    if tree.name in {*known, "LabelExtractionExpression"}:
        yield tree
    elif tree.name in _WITHIN:
        for child in tree.children:
            yield from _parts(child)
    elif tree.name != "Pipe":
        raise Unsupported(f"{tree.name} {tree.text!r}")


def _exactly(tree: Tree, number: int) -> Sequence[Tree]:
    if len(tree.children) != number:
        raise Unsupported(f"{tree.name} {tree.text!r}")
    return tree.children


def _three(tree: Tree) -> tuple[str, str, str]:
    """Return a name, an operator and a text."""
    name, operator, text = _exactly(tree, 3)
    return name.text, operator.text, _string(text)


def _string(tree: Tree) -> str:
    if tree.name != "String":
        raise Unsupported(f"{tree.name} {tree.text!r}")
    return tree.text[1:-1] if tree.text.startswith("`") else str(json.loads(tree.text))


def _template(text: str) -> str:
    if "{{" in _FIELD.sub("", text):
        raise Unsupported(f"the template {text!r}")
    return text


def _holds(operator: str, label: str, wanted: str) -> bool:
    """Compare a label: a regular expression must match all of it."""
    found = label == wanted if operator in ("=", "!=") else bool(re.fullmatch(wanted, label))
    return found is not operator.startswith("!")


def _passes(operator: str, line: str, wanted: str) -> bool:
    """Filter a line: a regular expression may match any part of it."""
    found = wanted in line if operator in ("|=", "!=") else bool(re.search(wanted, line))
    return found is not operator.startswith("!")


def _at(line: str, path: str) -> str:
    """Return the value at the path of a `json` step; only paths of one name are supported."""
    named = _PATH.fullmatch(path)
    if named is None:
        raise Unsupported(f"the path {path!r}")
    value = json.loads(line).get(named[1] or named[2], "")
    return value if isinstance(value, str) else json.dumps(value)
