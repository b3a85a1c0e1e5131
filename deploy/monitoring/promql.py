"""Finds the metrics in a PromQL expression, and restricts them to a namespace."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TEXT = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf"""
    {_TEXT}
    | \[[^\]]*\]
    | \b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)
    | \boffset\s+\w+
    | \$\w+
    | \b\d[\w.]*
    | (?P<name>[a-zA-Z_:][\w:]*)(?:\s*\{{(?P<matchers>(?:{_TEXT}|[^}}"])*)\}})?
    """,
    re.X,
)
_WORDS = {"and", "or", "unless", "bool"}
_APPLIED = re.compile(r"\s*(?:\(|(?:by|without)\b)")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


class Selector(NamedTuple):
    """One metric with the text of its matchers, and where its name ends."""

    name: str
    matchers: str
    name_ends: int
    ends: int

    @property
    def labels(self) -> set[str]:
        """The labels that it matches."""
        return set(_LABEL.findall(re.sub(_TEXT, "", self.matchers)))


def selectors(expression: str) -> Iterator[Selector]:
    """Yield the metrics in *expression*, without functions, keywords and labels."""
    for found in _TOKEN.finditer(expression):
        name = found["name"]
        if name and name not in _WORDS and not _APPLIED.match(expression, found.end("name")):
            yield Selector(name, found["matchers"] or "", found.end("name"), found.end())


def scoped(expression: str, namespace: str) -> str:
    """Return *expression* with every metric restricted to *namespace*."""
    parts, done = [], 0
    for found in selectors(expression):
        matchers = ",".join(filter(None, (f'namespace="{namespace}"', found.matchers.strip())))
        parts += [expression[done : found.name_ends], f"{{{matchers}}}"]
        done = found.ends
    return "".join([*parts, expression[done:]])
