"""The lines a measurement ends with, and whether it is what is required."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measurement import Latency, Throughput

RATIO = 20
ANSWER_P50_MS = 20
ANSWER_P99 = 2
"""Times the peer's own p99 at half the rate."""
OFFER_P99 = 3
"""The same: the peer does not make offers, so the whole of its way is compared."""
MEGABYTES = 150


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run measured."""

    ours: Sequence[Throughput]
    peer: Sequence[Throughput]
    at_50: tuple[Latency, Latency]
    """Answers and offers at 50 requests a second."""
    at_100: tuple[Latency, Latency]
    peer_at_50: Latency
    megabytes: Mapping[str, float]
    """The largest resident set of each service."""

    @property
    def our_rate(self) -> float:
        """The median of our rounds."""
        return median(each.rate for each in self.ours)

    @property
    def peer_rate(self) -> float:
        """The median of the peer's rounds."""
        return median(each.rate for each in self.peer)

    @property
    def ratio(self) -> float:
        """How many times as many."""
        return self.our_rate / self.peer_rate


def lines(results: Results) -> list[str]:
    """Return what is printed, the closing line last."""
    answer, offer = results.at_50
    return [
        *_time_lines("ours", results.ours),
        *_time_lines("peer", results.peer),
        *(f"rss: {name} {size:.0f} MB at most" for name, size in results.megabytes.items()),
        f"latency: answer {results.at_100[0]}, offer {results.at_100[1]} at 100/s",
        _required(results),
        f"bench: ours {results.our_rate:.0f} requests/s, peer {results.peer_rate:.0f}, "
        f"ratio {results.ratio:.1f}; answer {answer}, offer {offer} at 50/s; "
        f"peer {results.peer_at_50} at 50/s; rss {max(results.megabytes.values()):.0f} MB",
    ]


def shortfalls(results: Results) -> list[str]:
    """Return a sentence for each requirement that is missed."""
    answer, offer = results.at_100
    peer = results.peer_at_50.p99
    missed = []
    if results.ratio < RATIO:
        missed.append(f"The ratio is {results.ratio:.1f}, and at least {RATIO} is required.")
    if answer.p50 > ANSWER_P50_MS:
        missed.append(
            f"At 100/s, half of the answers took up to {answer.p50:.1f} ms, and at most "
            f"{ANSWER_P50_MS} ms is required."
        )
    for what, found, times in (("answers", answer, ANSWER_P99), ("offers", offer, OFFER_P99)):
        if found.p99 > times * peer:
            missed.append(
                f"At 100/s, 99 of 100 {what} took up to {found.p99:.1f} ms, and at most "
                f"{times * peer:.1f} ms is required: {times} times what the peer takes at 50/s."
            )
    for name, size in results.megabytes.items():
        if size > MEGABYTES:
            missed.append(f"{name} held {size:.0f} MB, and at most {MEGABYTES} is required.")
    return missed


def _required(results: Results) -> str:
    """Return each requirement beside what was measured."""
    answer, offer = results.at_100
    peer = results.peer_at_50.p99
    return (
        f"required: ratio {results.ratio:.1f} (≥ {RATIO}); at 100/s answer p50 {answer.p50:.1f} "
        f"(≤ {ANSWER_P50_MS}) p99 {answer.p99:.1f} (≤ {ANSWER_P99 * peer:.1f}) ms, offer p99 "
        f"{offer.p99:.1f} (≤ {OFFER_P99 * peer:.1f}) ms; "
        f"rss {max(results.megabytes.values()):.0f} (≤ {MEGABYTES}) MB"
    )


def _time_lines(whose: str, rounds: Sequence[Throughput]) -> list[str]:
    """Return the mean processor time of each process per request, the greatest first."""
    total: Counter[str] = sum((each.microseconds for each in rounds), Counter())
    mean = Counter({name: round(time / len(rounds)) for name, time in total.items()})
    cores = sum(each.rate * each.microseconds.total() for each in rounds) / len(rounds) / 1e6
    return [
        *(f"cpu: {whose}: {name} {time} µs/request" for name, time in mean.most_common()),
        f"cpu: {whose}: {mean.total()} µs/request in all, {cores:.2f} cores busy",
    ]
