"""Writes the figures of docs/operate.md: cores and latencies by load, cores by requests a day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.measurement import KAFKA, MEASURING, Latency, Plan, Round
from shared.contracts.services import SERVICES

BEGIN = "<!-- From here to the next mark: written by `make bench DOCS=1`. -->"
END = "<!-- Up to here. -->"
_GUIDE = Path(__file__).parents[1] / "docs" / "operate.md"
_PARTS = ("services", "Postgres", "Kafka")
_DAYS = (10_000, 100_000, 500_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000)
_HOURS = 8
_SECONDS = _HOURS * 3600
LOAD_HEAD = (
    "| requests a second | answers: p50, p99 | offers: p50, p99 |"
    " cores: services | Postgres | Kafka | all |"
)
DAY_HEAD = (
    f"| requests a day, within {_HOURS} hours | a second |"
    " cores: services | Postgres | Kafka | all |"
)
SIZE_HEAD = "| one request, from its submission to its offer | |"


@dataclass(frozen=True, slots=True)
class Point:
    """One load, and the cores that each part uses."""

    rate: float
    cores: Mapping[str, float]
    answers: Latency | None = None
    offers: Latency | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The measurements of the present code."""

    plan: Plan
    rounds: Sequence[Round]
    sizes: Mapping[str, float]
    """Bytes per request in each store."""
    day: date
    machine: str

    def lines(self) -> list[str]:
        """Return the text for the guide, in Markdown."""
        points = [*self._points()]
        return [
            f"Measured on {self.day}, medians of {self.plan.rounds} rounds, on one machine:",
            f"{self.machine}. One process of each service, one Kafka, one Postgres. The last row",
            "is a load sent all at once. The processes that send and measure are not counted.",
            "",
            *_table(LOAD_HEAD, [_load_row(point) for point in points]),
            "",
            "The same by requests a day, interpolated linearly between the loads above:",
            "",
            *_table(DAY_HEAD, [*_day_rows(points)]),
            "",
            "The disk space of a request (one copy in Kafka; production keeps three), and peak",
            "memory:",
            "",
            *_table(SIZE_HEAD, [*self._size_rows()]),
        ]

    def write(self, guide: Path = _GUIDE) -> None:
        """Replace the text between the marks in the guide."""
        before, _, rest = guide.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        text = "\n".join(self.lines())
        guide.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

    def _points(self) -> Iterator[Point]:
        yield Point(0, self._cores([each.idle for each in self.rounds], 1))
        for each_rate in self.plan.rates:
            found = [each.steady[each_rate] for each in self.rounds]
            yield Point(
                each_rate,
                self._cores([each.microseconds for each in found], each_rate),
                _median([each.answers for each in found]),
                _median([each.offers for each in found if each.offers is not None]),
            )
        full = [each.full for each in self.rounds]
        rate = median(each.rate for each in full)
        yield Point(rate, self._cores([each.microseconds for each in full], rate))

    def _cores(self, used: Sequence[Counter[str]], rate: float) -> dict[str, float]:
        by_round = [_by_part(each) for each in used]
        return {part: rate * median(each[part] for each in by_round) / 1e6 for part in _PARTS}

    def _size_rows(self) -> Iterator[list[str]]:
        for name, size in self.sizes.items():
            yield [name, f"{size / 1000:.1f} kB"]
        for service in SERVICES:
            most = max(each.megabytes[service] for each in self.rounds)
            yield [f"peak memory of {service}", f"{most:.0f} MB"]


def _by_part(microseconds: Mapping[str, int]) -> Counter[str]:
    parts: Counter[str] = Counter()
    for name, used in microseconds.items():
        if name not in MEASURING:
            own = "Postgres" if name.startswith("postgres") else "services"
            parts["Kafka" if name == KAFKA else own] += used
    return parts


def _median(latencies: Sequence[Latency]) -> Latency:
    return Latency(
        p50=median(each.p50 for each in latencies), p99=median(each.p99 for each in latencies)
    )


def _load_row(point: Point) -> list[str]:
    shown = [
        f"{each.p50:.0f}, {each.p99:.0f} ms" if each else ""
        for each in (point.answers, point.offers)
    ]
    return [f"{point.rate:,.0f}", *shown, *_shown(point.cores)]


def _day_rows(points: Sequence[Point]) -> Iterator[list[str]]:
    most = points[-1].rate
    for day in (*(each for each in _DAYS if each / _SECONDS < most), round(most * _SECONDS, -5)):
        rate = day / _SECONDS
        shown = f"{rate:.1f}" if rate < 10 else f"{rate:,.0f}"
        yield [f"{day:,.0f}", shown, *_shown(_between(points, rate))]


def _between(points: Sequence[Point], rate: float) -> dict[str, float]:
    """Return the cores at a rate, interpolated linearly between the neighboring loads."""
    upper = next((n for n, each in enumerate(points) if each.rate >= rate), len(points) - 1)
    low, high = points[max(upper - 1, 0)], points[upper]
    share = (rate - low.rate) / (high.rate - low.rate)
    return {
        part: low.cores[part] + share * (high.cores[part] - low.cores[part]) for part in _PARTS
    }


def _shown(cores: Mapping[str, float]) -> list[str]:
    return [*(f"{cores[part]:.2f}" for part in _PARTS), f"{sum(cores.values()):.2f}"]


def _table(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    columns = head.count("|") - 1
    return [
        head,
        "|" + "--:|" * columns if columns > 2 else "|---|--:|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
