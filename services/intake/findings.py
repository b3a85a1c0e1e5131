"""What is wrong with a message, found one thing after the other; the first are told as reasons."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from shared.contracts.intake import Reason

MOST = 50
"""How many reasons a refusal names; the others are counted."""
COUNTED = 1_000
"""How many others are counted at most: finding more would keep other senders waiting."""


class Finding(NamedTuple):
    """A `Reason` before it is told: thousands are made in the time that some reasons take."""

    code: str
    path: str
    message: str
    fix: str

    def reason(self) -> Reason:
        """Return the reason that a refusal names."""
        return Reason(code=self.code, path=self.path, message=self.message, fix=self.fix)


def first(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Return those of *findings* that a refusal names, and how many others were counted."""
    rest = iter(findings)
    return list(islice(rest, MOST)), sum(1 for _ in islice(rest, COUNTED))
