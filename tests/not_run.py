"""Lists the skipped tests at the end of a run, by reason."""

from collections import Counter
from collections.abc import Iterable


def lines(reasons: Iterable[str]) -> list[str]:
    """Return a line for each reason for which tests were skipped."""
    return [
        f"not run: {count} {'test' if count == 1 else 'tests'}; {reason.removeprefix('Skipped: ')}"
        for reason, count in sorted(Counter(reasons).items())
    ]
