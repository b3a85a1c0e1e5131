"""I17: metrics equal the services' tables, and counters equal what was done."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.proofs.checker.delivery import OUTCOMES
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import IN, OUT, is_tracking_number
from tests.proofs.checker.run import Run

_GAUGES = {
    "cri_held_records": ("held", None),
    "cri_parked_keys": ("parked_keys", None),
    "cri_outbox_set_aside_rows": ("set_aside", None),
    "cri_requests_known": ("requests", ("intake", "reporting")),
}
# What is counted as it is done, and the rows that it leads to.
_ROWS = {
    "cri_requests_accepted_total": ("routing", "requests"),
    "cri_notifications_total": ("notifications", "notices"),
}
_SAMPLE = re.compile(r"^(cri_\w+?)(?:_bucket|_count|_sum)?\{([^}]*)\} (\S+)$", re.M)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
Samples = dict[tuple[str, ...], float]


def i17_metrics_are_counts(run: Run) -> Findings:
    """Metrics about checkpoints and tables equal their contents."""
    known = {topic[len(IN) : -len(".v1")] for topic in run.topics if topic.startswith(IN)}
    for service in run.tables:
        if (text := run.metrics.get(service)) is None:
            yield f"{service} shows no metrics"
            continue
        shown = _shown(text)
        yield from _outcomes(run, service, shown)
        yield from _gauges(run, service, shown)
        yield from _counts(run, service, shown)
        for labels in shown:
            named = [value for value in labels if value in known or is_tracking_number(value)]
            yield f"{service}: {labels[0]} names {named}" if named else None


def _shown(text: str) -> Samples:
    """Return every sample by its name and its labels' values, sorted; all but `service`."""
    samples: Samples = {}
    for name, labels, value in _SAMPLE.findall(text):
        found = [shows for label, shows in _LABEL.findall(labels) if label != "service"]
        samples[name, *sorted(found)] = float(value)
    return samples


def _outcomes(run: Run, service: str, shown: Samples) -> Iterator[str | None]:
    held: Counter[tuple[str, ...]] = Counter()
    for row in run.rows(service, "checkpoints"):
        topic = _label(row["topic"])
        for outcome in OUTCOMES:
            held["cri_consumed_records_total", *sorted((topic, outcome))] += row[outcome]
        held["cri_lost_records_total", topic] += 0
    for row in run.rows(service, "lost_ranges"):
        topic = _label(row["topic"])
        held["cri_lost_records_total", topic] += row["until_offset"] - row["from_offset"]
    yield from _same(
        service, shown, held, ("cri_consumed_records_total", "cri_lost_records_total")
    )


def _label(topic: str) -> str:
    """Return how a metric names *topic*: not whose it is."""
    return next((f"{each}*" for each in (IN, OUT) if topic.startswith(each)), topic)


def _gauges(run: Run, service: str, shown: Samples) -> Iterator[str | None]:
    for name, (table, only) in _GAUGES.items():
        if only is None or service in only:
            # A request counts in reporting once its acceptance is there.
            there = [row for row in run.rows(service, table) if row.get("accepted_at", "now")]
            rows, shows = len(there), shown.get((name,))
            wrong = f"{service}: {name} shows {shows}, there are {rows} rows"
            yield None if shows == rows else wrong


def _counts(run: Run, service: str, shown: Samples) -> Iterator[str | None]:
    """Compare what was counted beside outcomes with its rows, and with what it counts."""
    held: Counter[tuple[str, ...]] = Counter()
    for row in run.rows(service, "counts"):
        name, *labels = row["what"].split(" ")
        held[f"cri_{name}_total", *sorted(labels)] += row["number"]
    yield from _same(service, shown, held, {name for name, *_ in held})
    for name, (owner, table) in _ROWS.items():
        if service == owner:
            yield _sum(run, service, name, _total(shown, name), len(run.rows(service, table)))
    checkpoints = run.rows(service, "checkpoints")
    if service == "intake":
        name = "cri_submissions_refused_total"
        refused = sum(row["refused"] for row in checkpoints)
        yield _sum(run, service, name, _total(shown, name), refused)
    dead, letters = (
        sum(row["dead"] for row in checkpoints),
        _total(shown, "cri_dead_letters_total"),
    )
    wrong = f"{service}: {dead} records were dead when read, {letters:.0f} dead letters counted"
    yield None if letters >= dead else wrong


def _same(
    service: str,
    shown: Samples,
    held: Counter[tuple[str, ...]],
    names: "set[str] | tuple[str, ...]",
) -> Iterator[str | None]:
    for key in sorted({key for key in shown if key[0] in names} | held.keys()):
        shows, counted = shown.get(key, 0), held[key]
        wrong = f"{service} shows {shows:.0f} {' '.join(key)}, its tables say {counted}"
        yield None if shows == counted else wrong


def _sum(run: Run, service: str, name: str, shows: float, counted: int) -> str | None:
    wrong = f"{service}: {name} adds up to {shows:.0f}, there are {counted}"
    return None if shows == counted else wrong


def _total(shown: Samples, name: str) -> float:
    return sum(value for key, value in shown.items() if key[0] == name)
