"""The tables of `make stages`."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.counts import Counts, named
from benchmarks.measurement import Latency, latency

_RARE = 0.7
"""Kinds of transactions below this rate (per second) at every load are not listed."""

Names = Mapping[str, str]
"""Statement text → name."""
Line = tuple[str, Callable[[Counts], float]]
_SENT: Sequence[Line] = (
    ("round trips to Postgres", lambda counts: counts.round_trips),
    ("transactions", lambda counts: counts.transactions_in_all),
    ("batches", lambda counts: counts.batches),
    ("fetches from Kafka", lambda counts: counts.fetches),
    ("partitions named in fetches", lambda counts: counts.partitions),
    ("other requests to Kafka", lambda counts: counts.requests.total() - counts.fetches),
)


@dataclass(frozen=True, slots=True)
class Load:
    """The counts of one load, by service."""

    name: str
    seconds: float
    requests: int
    """Requests sent; 0 for an idle stack."""
    counts: Mapping[str, Counts]

    @property
    def all(self) -> Counts:
        return sum(self.counts.values(), Counts())

    @property
    def partitions_a_request(self) -> float:
        return self.all.partitions / self.requests


@dataclass(frozen=True, slots=True)
class Crowd:
    """The counts with a number of silent participants, and the waits of their first records."""

    registered: int
    silent: int
    load: Load
    under_load: Sequence[float | None] = ()
    """Seconds; None for a record without an answer."""
    idle: Sequence[float | None] = ()


def tables(loads: Sequence[Load], crowds: Sequence[Crowd], names: Names) -> list[str]:
    """Return all tables; the first load is the idle stack."""
    idle, *busy = loads
    parts = [
        _sent("per request, all services", busy, lambda load: load.requests),
        _sent("a second, all services", loads, lambda load: load.seconds),
        _services(loads),
        _transactions(loads, names),
        _idle_statements(idle, names),
    ]
    if crowds:
        parts.append(_crowds(crowds))
    return [line for part in parts for line in (*part, "")]


def _sent(what: str, loads: Sequence[Load], by: Callable[[Load], float]) -> list[str]:
    return _table(
        [what, *(load.name for load in loads)],
        [[name, *(per(count(load.all), by(load)) for load in loads)] for name, count in _SENT],
    )


def _services(loads: Sequence[Load]) -> list[str]:
    rows: list[list[object]] = []
    for service in loads[0].counts:
        each = [(load, load.counts[service]) for load in loads]
        rows += [
            [f"{service}: batches a second", *(per(c.batches, load.seconds) for load, c in each)],
            [f"{service}: records a batch", *(per(c.records, c.batches) for _, c in each)],
            [
                f"{service}: round trips a second",
                *(per(c.round_trips, load.seconds) for load, c in each),
            ],
            [f"{service}: fetches a second", *(per(c.fetches, load.seconds) for load, c in each)],
        ]
    return _table(["", *(load.name for load in loads)], rows)


def _transactions(loads: Sequence[Load], names: Names) -> list[str]:
    """Transactions by first statement: rate, mean round trips, and the 99th percentile."""
    by_load = [
        {
            (service, first): (per(by_trips.total(), load.seconds), by_trips)
            for service, counts in load.counts.items()
            for first, by_trips in by_name(counts.transactions, names).items()
        }
        for load in loads
    ]
    rows: list[list[object]] = []
    for kind in sorted({kind for found in by_load for kind in found}):
        if max(found[kind][0] for found in by_load if kind in found) < _RARE:
            continue
        cells = []
        for found in by_load:
            rate, by_trips = found.get(kind, (0.0, Counter[int]()))
            trips = sum(trips * number for trips, number in by_trips.items())
            mean = per(trips, by_trips.total())
            cells.append(f"{rate:g} × {mean:g} ({most(by_trips)})" if by_trips else "")
        rows.append([f"{kind[0]}: {kind[1]}", *cells])
    head = "transactions a second × round trips (99 of 100), by the first statement"
    return _table([head, *(load.name for load in loads)], rows)


def by_name(transactions: Mapping[str, Counter[int]], names: Names) -> Mapping[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    for first, by_trips in transactions.items():
        if by_trips.total():
            found.setdefault(named(first, names), Counter()).update(by_trips)
    return found


def _idle_statements(idle: Load, names: Names) -> list[str]:
    found: Counter[tuple[str, str]] = Counter()
    for service, counts in idle.counts.items():
        for text, number in counts.statements.items():
            found[named(text, names), service] += number
    rows = []
    for name in {name for name, _ in found}:
        numbers = [found[name, service] for service in idle.counts]
        rates = [per(number, idle.seconds) for number in numbers]
        rows.append((per(sum(numbers), idle.seconds), name, rates))
    return _table(
        ["statements of an idle stack, a second", *idle.counts, "all"],
        [
            *([name, *rates, total] for total, name, rates in sorted(rows, reverse=True)),
            [
                "all",
                *(per(c.statements.total(), idle.seconds) for c in idle.counts.values()),
                per(idle.all.statements.total(), idle.seconds),
            ],
        ],
    )


def _crowds(crowds: Sequence[Crowd]) -> list[str]:
    rows: list[list[object]] = [
        [
            f"{crowd.registered}, {crowd.silent} of them silent",
            crowd.load.name,
            per(crowd.load.partitions_a_request, 1),
            per(crowd.load.all.fetches, crowd.load.requests),
            *(
                f"{waited(waits)} ({_answered(waits)} of {len(waits)})" if waits else ""
                for waits in (crowd.under_load, crowd.idle)
            ),
        ]
        for crowd in crowds
    ]
    return _table(
        [
            "participants", "load", "partitions named per request", "fetches per request",
            "first record of a silent one, under load", "idle",
        ],
        rows,
    )  # fmt: skip


def most(by_trips: Counter[int]) -> int:
    """Return the 99th percentile of round trips."""
    ordered = sorted(by_trips.elements())
    return ordered[math.ceil(0.99 * len(ordered)) - 1]


def waited(waits: Sequence[float | None]) -> Latency:
    return latency([float("inf") if wait is None else wait for wait in waits])


def _answered(waits: Sequence[float | None]) -> int:
    return sum(wait is not None for wait in waits)


def per(number: float, of: float) -> float:
    """Return the quotient, rounded to two decimal places."""
    return round(number / of, 2) if of else 0.0


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [[cell if isinstance(cell, str) else f"{cell:g}" for cell in row] for row in rows]
    return [
        f"| {' | '.join(head)} |",
        "|---|" + "--:|" * (len(head) - 1),
        *(f"| {' | '.join(line)} |" for line in lines),
    ]
