"""What an invariant yields for each thing it looked at: what is wrong with it, or None."""

from collections.abc import Iterator

Findings = Iterator[str | None]
