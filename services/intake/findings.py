"""What is wrong with a message, found one thing after the other; the first are told as reasons."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from shared.contracts.intake import Reason
from shared.contracts.refusals import NO_FIELDS, Refusal

MAX_REASONS = 50
"""How many reasons a refusal names; the others are counted."""
MAX_COUNTED = 1_000
"""How many others are counted at most: finding more would keep other senders waiting."""


class Finding(NamedTuple):
    """
    A `Reason` before it is told, with the fields of its text.

    Texts are written for the reasons that a refusal names alone: thousands may be found.
    """

    refusal: Refusal
    path: str = ""
    fields: Mapping[str, Any] = NO_FIELDS

    @property
    def code(self) -> str:
        return self.refusal.code

    def reason(self) -> Reason:
        """Return the reason that a refusal names."""
        return self.refusal.reason(self.path, self.fields)


def first(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Return those of *findings* that a refusal names, and how many others were counted."""
    rest = iter(findings)
    return list(islice(rest, MAX_REASONS)), sum(1 for _ in islice(rest, MAX_COUNTED))
