"""The table of a comparison, and the limits that judge it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measurement import KAFKA, Latency, Plan, Round, product_time

PEER = "peer"
MEGABYTES = 150
Measure = Callable[[Round], float | None]
"""Returns one figure of a round; None if the round does not have it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    name: str
    measure: Measure
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """Maximum (``at_least``: minimum) of a figure, or of its ratio to the release's."""

    kind: str
    """``required`` or ``wanted``."""
    row: str
    limit: float
    ratio: bool = False
    at_least: bool = False


_MEMORY = Limit("required", "memory of the largest service, MB", MEGABYTES)
_LIMITS_OF_0_2_0 = (
    Limit("required", "processor time a request, at once, µs", 1.00, ratio=True),
    Limit("required", "answers at 100/s, p50, ms", 0.75, ratio=True),
    Limit("required", "idle, cores without the broker", 0.50, ratio=True),
    _MEMORY,
    Limit("wanted", "processor time a request, at once, µs", 0.80, ratio=True),
    Limit("wanted", "processor time a request, at 100/s, µs", 0.40, ratio=True),
    Limit("wanted", "answers at 100/s, p50, ms", 25),
    Limit("wanted", "answers at 100/s, p99, ms", 80),
    Limit("wanted", "requests/s", 1250, at_least=True),
)
_AT_MOST_A_TENTH_SLOWER = (
    Limit("required", "processor time a request, at once, µs", 1.10, ratio=True),
    Limit("required", "processor time a request, at 100/s, µs", 1.10, ratio=True),
    Limit("required", "answers at 100/s, p50, ms", 1.10, ratio=True),
    Limit("required", "requests/s", 0.90, ratio=True, at_least=True),
    _MEMORY,
)


def limits(release: str) -> Sequence[Limit]:
    """Return what the present code is held to when it is compared with a *release*."""
    return _LIMITS_OF_0_2_0 if release == "0.2.0" else _AT_MOST_A_TENTH_SLOWER


class Comparison:
    """All rounds of all sides: the present code, releases by their versions, and the peer."""

    def __init__(self, plan: Plan, sides: Mapping[str, Sequence[Round]]) -> None:
        self._sides = sides
        self._rows = {row.name: row for row in _rows(plan.rates)}
        self._present, *others = sides
        self._releases = [side for side in others if side != PEER]

    def table(self) -> list[str]:
        """Return the medians of every side, and the ratios with their lowest and highest round."""
        ratios = [f"{self._present} / {each} (lowest, highest round)" for each in self._releases]
        heads = [*self._sides, *ratios]
        lines = [f"| | {' | '.join(heads)} |", "|---|" + "--:|" * len(heads)]
        for row in self._rows.values():
            cells = [_shown(self.median(side, row.name), row.digits) for side in self._sides]
            cells += [self._ratios(row, release) for release in self._releases]
            lines.append(f"| {row.name} | {' | '.join(cells)} |")
        return lines

    def verdict(self) -> tuple[list[str], bool]:
        """Return a line for each limit, and whether all required limits are met."""
        judged = [
            (limit, *self._judge(limit, release))
            for release in self._releases
            for limit in limits(release)
        ]
        met = all(met for limit, _, met in judged if limit.kind == "required")
        return list(dict.fromkeys(line for _, line, _ in judged)), met

    def median(self, side: str, name: str) -> float | None:
        """Return the median of a figure over a side's rounds."""
        row = self._rows.get(name)
        found = [row.measure(each) for each in self._sides[side]] if row else []
        values = [value for value in found if value is not None]
        return median(values) if values else None

    def _judge(self, limit: Limit, release: str) -> tuple[str, bool]:
        found = self.median(self._present, limit.row)
        what = limit.row
        if limit.ratio:
            before = self.median(release, limit.row)
            found = None if found is None or not before else found / before
            what = f"{limit.row}, {self._present} / {release}"
        sign = "≥" if limit.at_least else "≤"
        if found is None:
            return f"{limit.kind}: {what}: not measured ({sign} {limit.limit:g})", True
        met = found >= limit.limit if limit.at_least else found <= limit.limit
        shown = f"{found:.2f}" if limit.ratio else f"{found:.1f}"
        verdict = "met" if met else "not met"
        return f"{limit.kind}: {what}: {shown} ({sign} {limit.limit:g}): {verdict}", met

    def _ratios(self, row: Row, release: str) -> str:
        of_rounds = [
            mine / theirs
            for mine, theirs in zip(
                map(row.measure, self._sides[self._present]),
                map(row.measure, self._sides[release]),
                strict=True,
            )
            if mine is not None and theirs
        ]
        mine, theirs = (self.median(each, row.name) for each in (self._present, release))
        if not of_rounds or mine is None or not theirs:
            return ""
        return f"{mine / theirs:.2f} ({min(of_rounds):.2f}, {max(of_rounds):.2f})"


def _rows(rates: Sequence[int]) -> Iterator[Row]:
    yield Row("requests/s", lambda each: each.full.rate)
    yield Row(
        "processor time a request, at once, µs",
        lambda each: product_time(each.full.microseconds),
    )
    for rate in rates:
        yield Row(f"processor time a request, at {rate}/s, µs", _time_at(rate))
    for rate in rates:
        yield Row(f"answers at {rate}/s, p50, ms", _answers(rate, "p50"), digits=1)
        yield Row(f"answers at {rate}/s, p99, ms", _answers(rate, "p99"), digits=1)
    for rate in rates:
        yield Row(f"offers at {rate}/s, p50, ms", _offers(rate, "p50"), digits=1)
        yield Row(f"offers at {rate}/s, p99, ms", _offers(rate, "p99"), digits=1)
    yield Row(
        "idle, cores without the broker",
        lambda each: product_time(each.idle, broker=False) / 1e6,
        digits=3,
    )
    yield Row("idle, cores of the broker", lambda each: each.idle[KAFKA] / 1e6, digits=3)
    yield Row("memory of the largest service, MB", lambda each: max(each.megabytes.values()))
    yield Row("memory of all services, MB", lambda each: sum(each.megabytes.values()))


def _time_at(rate: int) -> Measure:
    return lambda each: product_time(each.steady[rate].microseconds)


def _answers(rate: int, part: str) -> Measure:
    return lambda each: _part(each.steady[rate].answers, part)


def _offers(rate: int, part: str) -> Measure:
    return lambda each: _part(each.steady[rate].offers, part)


def _part(latency: Latency | None, part: str) -> float | None:
    return None if latency is None else float(getattr(latency, part))


def _shown(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
