"""The schedule of faults, drawn from the seed alone so that a run can be repeated."""

import random
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil

from tests.proofs.chaos.drawn import PLACES, Faults, deck
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.profiles import Profile

_AT_ONCE = (1, 1, 2, 2, 3)
_AT_ONCE_DUE = (2, 3, 3)
"""While there are kinds that must come, rounds are full: time is short."""
_FIRST = ("corrupt", "reordered", "duplicates", "replay")
"""Kinds that need brokers and Postgres: they begin first in a round."""
_ALONE = frozenset({"away", "versions"})
"""Kinds that run alone in their round."""
APART = (
    frozenset({"postgres", "backend", "disk", "failover", "pool", "long_batch"}),
    frozenset({"broker", "brokers", "kafka_disk", "coordinator", "kafka_network"}),
    frozenset({"twice", "storm", "long_batch", "coordinator"}),
)
"""At most one kind of each set per round: another would remove its target."""


@dataclass(frozen=True, slots=True)
class Round:
    """Some faults at once (none: everything has time to recover, which is measured)."""

    faults: tuple[Fault, ...]
    is_due: bool = False
    """Whether a run is not whole without it, however long it has lasted."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return max((fault.seconds for fault in self.faults), default=0)


class Schedule:
    """
    Draws the rounds; the same seed and profile draw the same.

    What a run must show is dealt first, whatever the seed: every kind, and crash points often
    enough that each can kill as often as the profile wants. The rest is chance.
    """

    def __init__(self, seed: int, profile: Profile) -> None:
        self._draw = random.Random(seed)
        self._faults = Faults(self._draw, profile)
        self._always = {"crash"} if profile.crash_always else set()
        once = [kind for kind in profile.kinds if kind not in self._always]
        often = [kind for kind in once for _ in range(profile.kinds[kind])]
        must = list(once)
        if "crash" in once:
            must += ["crash"] * (ceil(profile.least_crashes * len(profile.crashes) / PLACES) - 1)
        self._owed = Counter(must if profile.is_whole else ())
        self._is_dense = profile.minutes * 60 < len(must) * 30
        self._put_back: deque[str] = deque()
        self._kinds = chain(self._draw.sample(must, len(must)), deck(self._draw, often or must))

    def rounds(self) -> Iterator[Round]:
        """Yield rounds for ever, every third or fourth without a fault."""
        while True:
            for _ in range(self._draw.randint(2, 3)):
                is_due = bool(self._owed)
                kinds = self._kinds_at_once()
                self._owed -= Counter(kinds)
                yield self._round(kinds, is_due=is_due)
            yield Round((), is_due=bool(self._owed))

    def aimed(self, kind: str) -> Round:
        """Return a round for a kind of fault that has missed, alone."""
        return Round((self._faults.of(kind),), is_due=True)

    def aimed_at(self, points: Sequence[str]) -> Round:
        """Return a round for crash points at which nothing was killed yet."""
        return Round((self._faults.crashes_at(points),), is_due=True)

    def _round(self, kinds: Collection[str], *, is_due: bool) -> Round:
        every = set(kinds) if _ALONE.intersection(kinds) else self._always.union(kinds)
        ordered = sorted(every, key=lambda kind: (kind not in _FIRST, kind))
        return Round(tuple(self._faults.of(kind) for kind in ordered), is_due=is_due)

    def _kinds_at_once(self) -> set[str]:
        """Take the next kinds; one that does not go with those before it waits for a round."""
        count = self._draw.choice(_AT_ONCE_DUE if self._owed and self._is_dense else _AT_ONCE)
        kinds: set[str] = set()
        waiting: deque[str] = deque()
        for _ in range(2 * count):
            kind = self._put_back.popleft() if self._put_back else next(self._kinds)
            if _fits(kind, kinds):
                kinds.add(kind)
            else:
                waiting.append(kind)
            if len(kinds) == count or _ALONE & kinds:
                break
        self._put_back.extendleft(reversed(waiting))
        return kinds


def _fits(kind: str, kinds: Collection[str]) -> bool:
    if kind in kinds or (kinds and kind in _ALONE):
        return False
    return not any(kind in apart and apart.intersection(kinds) for apart in APART)
