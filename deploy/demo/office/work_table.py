"""The work list as the table that people download: what is on it now, and was on it before."""

import csv
import io
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

ADDRESS = "/work.csv"
Row = Mapping[str, str]
Line = tuple[str, str]
"""The number of the request that an item is about, and what it is in words."""


@dataclass(slots=True)
class WorkTable:
    """What the table has shown so far."""

    now: "Counter[Line]" = field(default_factory=Counter)
    """What it showed last."""
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    """Every line that it has ever shown, with when it was due."""
    unexplained: set[Line] = field(default_factory=set)
    """The lines that did not say why they were there, or what happens otherwise."""

    async def read(self, read: Callable[[str], Awaitable[str]]) -> None:
        """Take in the table that *read* returns for an address."""
        self.take(await read(ADDRESS))

    def take(self, table: str) -> None:
        """Take in the text of a table."""
        self.now = Counter()
        for row in csv.DictReader(io.StringIO(table)):
            line = (row["number"], row["what"])
            self.now[line] += 1
            self.seen.add((*line, row["due"]))
            if not (_is_sentence(row["why"]) and _is_sentence(row["otherwise"])):
                self.unexplained.add(line)


def _is_sentence(text: str) -> bool:
    return text.endswith(".") and " " in text
