"""The six questions of docs/logs.md, each with its command and its Loki query."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_DOCS = Path(__file__).parents[3] / "docs" / "logs.md"
_ROW = re.compile(r"^\| .+?\? \| `continuum logs (\w+)[^|]*\| (`+) ?(\{.+?) ?\2(.*) \|$", re.M)


class Question(NamedTuple):
    """X or P in ``query`` stands for the request, record or participant."""

    name: str
    query: str
    within_an_hour: bool

    def about(self, what: str) -> str:
        """Return the query about a request, a record or a participant."""
        return re.sub(r"\b[XP]\b", lambda _: what, self.query)


def questions() -> Iterator[Question]:
    """Yield the questions of the table."""
    for name, _, query, more in _ROW.findall(_DOCS.read_text()):
        yield Question(name, query.replace(r"\|", "|"), "one hour" in more)
