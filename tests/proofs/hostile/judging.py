"""Judges a run: how long the bystander waited, and whether every record has its answer."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

FACTOR, MARGIN, LONGEST_GAP = 3, 0.150, 2.0
"""A bystander's p99 may be so many times that of a quiet time, and so much more; in seconds."""
STANDS = 10.0
"""Seconds for which a partition may stand still."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the bystander: when it was sent and when answered, if it was."""

    sent: float
    answered: float | None = None

    def waited(self, until: float) -> float:
        """Return the seconds it waited; without an answer, until now."""
        return (until if self.answered is None else self.answered) - self.sent


@dataclass(frozen=True, slots=True)
class Watched:
    """What the bystander saw of one stretch of time."""

    waits: tuple[float, ...]
    longest_gap: float

    def percentile(self, share: float) -> float:
        """Return the nearest-rank percentile of the waits; 0 without any."""
        return percentile(self.waits, share)


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome of an attack's records."""

    sent: int = 0
    taken: int = 0
    refused_by_broker: int = 0
    answered: int = 0
    twice: int = 0
    wrong: tuple[str, ...] = ()
    """Answers that are not the expected ones, each kind once."""

    @property
    def unanswered(self) -> int:
        """Records that the broker took and that do not have exactly one answer."""
        return self.taken - self.answered + self.twice


@dataclass(frozen=True, slots=True)
class Result:
    """One attack, with everything that it did."""

    name: str
    tally: Tally
    watched: Watched
    seconds: float = 0
    stops: tuple[str, ...] = ()
    not_ready: float = 0
    memory: int = 0
    """The most that intake held during it, in MiB."""
    missed: tuple[str, ...] = field(default=())
    """What the broker should have refused or taken, and did not."""


def percentile(waits: Sequence[float], share: float) -> float:
    """Return the smallest wait that at least this share of the waits do not exceed."""
    ordered = sorted(waits)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else 0.0


def watched(questions: Iterable[Question], *, begin: float, end: float) -> Watched:
    """Judge the questions sent between two moments; a gap is a time without answers."""
    asked = [each for each in questions if begin <= each.sent < end]
    answers = sorted(each.answered for each in asked if each.answered is not None)
    moments = [begin, *answers]
    if any(each.answered is None for each in asked) or not answers:
        moments.append(max(end, moments[-1]))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return Watched(tuple(each.waited(end) for each in asked), max(gaps, default=0.0))


def allowed(alone: float) -> float:
    """Return the p99 that a bystander may have under attack."""
    return FACTOR * alone + MARGIN


def failures(results: Sequence[Result], *, alone: float) -> list[str]:
    """Return what an attack did that it must not, the attack named."""
    found = []
    for each in results:
        if each.tally.unanswered:
            found.append(f"{each.name}: {each.tally.unanswered} without exactly one answer")
        found += [f"{each.name}: {stop}" for stop in each.stops]
        found += [f"{each.name}: answered with {wrong}" for wrong in each.tally.wrong]
        found += [f"{each.name}: {missed}" for missed in each.missed]
        if each.watched.longest_gap > LONGEST_GAP:
            gap = each.watched.longest_gap
            found.append(f"{each.name}: the bystander had no answer for {gap:.1f} s")
    if (under := under_attack(results)) > allowed(alone):
        worst = max(results, key=lambda each: each.watched.percentile(0.99))
        found.append(
            f"{worst.name}: the bystander's p99 is {under * 1000:.0f} ms under attack, at most"
            f" {allowed(alone) * 1000:.0f} ms are allowed; this attack alone:"
            f" {worst.watched.percentile(0.99) * 1000:.0f} ms"
        )
    return found


def under_attack(results: Iterable[Result]) -> float:
    """Return the bystander's p99 over all attacks."""
    return percentile([wait for each in results for wait in each.watched.waits], 0.99)


def closing_line(results: Sequence[Result], *, alone: float) -> str:
    """Return the closing line."""
    unanswered = sum(each.tally.unanswered for each in results)
    stops = sum(len(each.stops) for each in results)
    gap = max((each.watched.longest_gap for each in results), default=0.0)
    return (
        f"hostile: {len(results)} attacks, {unanswered} unanswered, {stops} stops,"
        f" bystander p99 {alone * 1000:.0f} ms alone, {under_attack(results) * 1000:.0f} ms under"
        f" attack, longest gap {gap:.1f} s"
    )


def table(results: Sequence[Result]) -> list[str]:
    """Return a line for each attack."""
    lines = [
        f"{'attack':44} {'sent':>6} {'taken':>6} {'answers':>7} {'p50':>6} {'p99':>7} {'gap':>5}"
        f" {'not ready':>9} {'MiB':>5} {'took':>6}"
    ]
    for each in results:
        seen, tally = each.watched, each.tally
        lines.append(
            f"{each.name[:44]:44} {tally.sent:6} {tally.taken:6} {tally.answered:7}"
            f" {seen.percentile(0.5) * 1000:4.0f}ms {seen.percentile(0.99) * 1000:5.0f}ms"
            f" {seen.longest_gap:4.1f}s {each.not_ready:8.1f}s {each.memory:5}"
            f" {each.seconds:5.1f}s"
        )
    return lines
