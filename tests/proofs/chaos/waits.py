"""How long participants waited for answers: the slowest one, and gaps without any."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple


class Wait(NamedTuple):
    """When a record was sent and when it was answered, by the clock that all processes share."""

    sent: float
    answered: float


def slowest(waits: Sequence[Wait], *, since: float, until: float) -> float:
    """Return the longest of the waits that reach into a span of time; whole, not cut to it."""
    reach = [each for each in waits if each.sent < until and each.answered > since]
    return max((each.answered - each.sent for each in reach), default=0)


def silence(waits: Sequence[Wait], *, since: float, until: float) -> float:
    """Return the longest time within a span with open records and without an answer."""
    sent = ((each.sent, 0) for each in waits)
    answered = ((each.answered, 1) for each in waits)
    longest, waiting, quiet_since = 0.0, 0, since
    for at, is_answer in sorted(chain(sent, answered)):
        if is_answer:
            longest = max(longest, min(at, until) - max(quiet_since, since))
            waiting -= 1
            quiet_since = at
        else:
            quiet_since = quiet_since if waiting else at
            waiting += 1
    return longest
