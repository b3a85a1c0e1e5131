"""Findings: the faults of a message. A refusal names the first ones as its reasons."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from shared.contracts.intake import Reason
from shared.contracts.refusals import NO_FIELDS, Refusal

MAX_REASONS = 50
"""The most reasons that a refusal names; further findings are only counted."""
MAX_COUNTED = 1_000
"""The most findings that are counted beyond those; a bound on the time spent on one message."""


class Finding(NamedTuple):
    """
    A fault of a message at *path*, with the fields that fill in the text of *refusal*.

    The text is written only for named reasons, since a message may have thousands of findings.
    """

    refusal: Refusal
    path: str = ""
    fields: Mapping[str, Any] = NO_FIELDS

    @property
    def code(self) -> str:
        return self.refusal.code

    def reason(self) -> Reason:
        """Return the finding as a refusal states it."""
        return self.refusal.reason(self.path, self.fields)


def first_findings(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Return the findings that a refusal names, and the number of others, up to `MAX_COUNTED`."""
    rest = iter(findings)
    return list(islice(rest, MAX_REASONS)), sum(1 for _ in islice(rest, MAX_COUNTED))
