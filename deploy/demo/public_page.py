"""The tables of the public page, read as a visitor's browser would."""

from collections import Counter
from html.parser import HTMLParser

Row = tuple[str, ...]


def rows_of(html: str) -> "Counter[Row]":
    """Return how often each row stands in the tables of a page, without headings and bars."""
    reader = _Rows()
    reader.feed(html)
    return reader.found


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[Row] = Counter()
        self._row: list[str] | None = None
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            is_text = given.get("class") != "bar" and given.get("scope") != "col"
            self._cell = [] if is_text else None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._row is not None and self._cell is not None:
            self._row.append("".join(self._cell).strip())
            self._cell = None
        elif tag == "tr" and self._row:
            self.found[tuple(self._row)] += 1
            self._row = None
