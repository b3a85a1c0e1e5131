"""The findings of an invariant: for each item checked, a violation or None."""

from collections.abc import Iterator

Findings = Iterator[str | None]
