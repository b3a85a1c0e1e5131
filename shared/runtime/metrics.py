"""Every metric name of the product, with its unit, labels and meaning (docs/metrics.md)."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, Metric

REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 600)


class Entry(NamedTuple):
    """
    One metric of the catalogue; beside ``labels`` each has the label ``service``.

    ``kept`` in the database: it survives the process, and every process of a service shows the
    same value, so add them up with ``max``. Otherwise it is what one process saw: use ``sum``.
    """

    name: str
    kind: str
    stored: bool
    labels: tuple[str, ...]
    meaning: str


CATALOG: list[Entry] = []


class StoredCounter:
    """
    A counter whose value the database holds: `show` says what it is.

    Values of its one label that are named in ``zero`` are shown before there is anything to count:
    the first is then an increase like any other.
    """

    def __init__(self, name: str, meaning: str, *labels: str, zero: Sequence[str] = ()) -> None:
        CATALOG.append(Entry(f"cri_{name}_total", "counter", True, labels, meaning))
        self._family = (f"cri_{name}", meaning, ("service", *labels))
        self._zero: dict[tuple[str, ...], float] = {(label,): 0.0 for label in zero}
        self._values: dict[tuple[str, ...], float] = {}
        REGISTRY.register(self)

    def show(self, service: str, values: Mapping[tuple[str, ...], float]) -> None:
        """Show *values* by label values, and no others."""
        shown = {**self._zero, **values}
        self._values = {(service, *labels): number for labels, number in shown.items()}

    def collect(self) -> Iterator[Metric]:
        """Yield the values, as the registry asks for them."""
        name, meaning, labels = self._family
        family = CounterMetricFamily(name, meaning, labels=labels)
        for key, number in sorted(self._values.items()):
            family.add_metric(key, number)
        yield family


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    CATALOG.append(Entry(f"cri_{name}_total", "counter", False, labels, meaning))
    return Counter(f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY)


def _gauge(name: str, meaning: str, *labels: str, stored: bool = False) -> Gauge:
    CATALOG.append(Entry(f"cri_{name}", "gauge", stored, labels, meaning))
    return Gauge(f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY)


def _histogram(name: str, meaning: str, *labels: str) -> Histogram:
    CATALOG.append(Entry(f"cri_{name}", "histogram", False, labels, meaning))
    return Histogram(
        f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY, buckets=_SECONDS
    )


# What became of what was read.
CONSUMED = StoredCounter(
    "consumed_records", "Records below the checkpoints, by what became of them",
    "topic", "outcome",
)  # fmt: skip
LOST = StoredCounter("lost_records", "Records that a topic deleted before they were read", "topic")
DEAD_LETTERS = StoredCounter(
    "dead_letters", "Records set aside, by why", "reason",
    zero=(
        "malformed", "decision_failed", "refused_by_postgres", "too_slow", "not_taken_in",
        "unreadable",
    ),
)  # fmt: skip
UNKNOWN = StoredCounter(
    "schema_unknown", "Events of a type, or of a version of one, that this build does not know",
    "kind", zero=("type", "version"),
)  # fmt: skip
BLOCKED = _gauge(
    "blocked_partitions", "Partitions whose next record cannot be taken in", "topic", stored=True
)
RECORD_AGE = _histogram("record_age_seconds", "Append of a record to commit of its effects")
BATCH_DURATION = _histogram("batch_duration_seconds", "One batch: parse to commit")
LAG = _gauge("consumer_lag_records", "Records between checkpoint and end of the topic", "topic")
STANDING = _gauge(
    "consumer_standing_seconds",
    "How long nothing was taken in from the partition that stands longest, with records before it"
    " or while nobody can say where it stands", "topic",
)  # fmt: skip
LAST_PROGRESS = _gauge(
    "consumer_last_progress_timestamp_seconds", "When a checkpoint last moved", "topic"
)
FENCED = _counter("fenced_batches", "Batches dropped because another owner had moved on")
REBALANCES = _counter("rebalances", "Assignments received from the group")
FAILED_BATCHES = _counter("failed_batches", "Batches to be taken in again, by error", "error")
PARKED_KEYS = _gauge("parked_keys", "Keys that wait for a person", stored=True)
HELD = _gauge("held_records", "Records that wait for another event", stored=True)
UNACCOUNTED = _gauge(
    "effects_unaccounted",
    "Records behind the checkpoints without effect, and messages not yet sent", stored=True,
)  # fmt: skip

# What is said.
OUTBOX_ROWS = _gauge("outbox_rows", "Messages waiting for the relay", stored=True)
OUTBOX_AGE = _gauge(
    "outbox_oldest_age_seconds", "Age of the oldest message in the outbox", stored=True
)
SET_ASIDE = _gauge("outbox_set_aside_rows", "Messages that Kafka will never take", stored=True)
RELAY_PUBLISHED = _counter("relay_published", "Messages acknowledged by Kafka")
RELAY_LEADER = _gauge("relay_leader", "1 in the process whose relay sends")
NOTIFICATIONS = StoredCounter(
    "notifications", "Decisions whether to tell somebody of something, by channel and outcome",
    "channel", "outcome",
)  # fmt: skip

# What it is all about.
REFUSED = StoredCounter(
    "submissions_refused", "Messages of participants that the door refused, by their first reason",
    "reason",
)  # fmt: skip
ACCEPTED = StoredCounter(
    "requests_accepted", "Requests taken in by routing, by the lane triage gave", "lane"
)
KNOWN = _gauge(
    "requests_known", "Requests that the service holds: intake's own, and reporting's copy",
    stored=True,
)  # fmt: skip
REQUESTS = _gauge(
    "requests", "Requests by their status, as reporting counts them", "status", stored=True
)
WAITLIST = _gauge("waitlist_length", "Requests waiting in each lane", "lane", stored=True)
OFFERS = _gauge("offers_open", "Offers that wait for a provider's answer", stored=True)
OBLIGATIONS = _gauge("obligations_open", "Promises whose clock runs, by clock", "clock", stored=True)
OVERDUE = _gauge(
    "obligations_overdue", "Promises whose time is over and that nobody has acted on", "clock",
    stored=True,
)  # fmt: skip
CALENDAR_END = _gauge(
    "calendar_end_timestamp_seconds",
    "When the calendar of the rule set in force ends: no promise is due later",
)
MISSED = StoredCounter(
    "clock_missed", "Promises that were not kept in time, as reporting counts them", "clock"
)

# The canary, a participant like any other: `continuum canary`.
CANARY = _counter(
    "canary_submissions", "Submissions of the canary, by what came of them", "outcome"
)
CANARY_SECONDS = _histogram("canary_answer_seconds", "Submission of the canary to its answer")

# The process.
SPANS = _counter(
    "trace_spans", "Spans that the collector took, that it did not take, or that found no room",
    "outcome",
)  # fmt: skip
CERTIFICATE = _gauge(
    "certificate_expiry_timestamp_seconds", "When a certificate that it trusts runs out",
    "certificate",
)  # fmt: skip
BUILD = _gauge("build_info", "Always 1; which version runs", "version")

COUNTED = {
    "dead_letters": DEAD_LETTERS,
    "schema_unknown": UNKNOWN,
    "notifications": NOTIFICATIONS,
    "submissions_refused": REFUSED,
    "requests_accepted": ACCEPTED,
    "clock_missed": MISSED,
}
"""What `Taken.counted` may name."""


def started(service: str) -> None:
    """Show the version of this process, and that it has counted and observed nothing yet."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    BUILD.labels(service, version("continuum")).set(1)
    for metric in (FENCED, REBALANCES, RELAY_PUBLISHED, RECORD_AGE):
        metric.labels(service)


def replace(gauge: Gauge, service: str, values: Mapping[str, float]) -> None:
    """Show *values* by the value of the gauge's one label; what is not among them is gone."""
    gauge.clear()
    for label, number in values.items():
        gauge.labels(service, label).set(number)


def exposition() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)


def topic_label(topic: str) -> str:
    """Return the topic as a label: participants' topics count as one (a closed set)."""
    parts = topic.split(".")
    return ".".join((*parts[:2], "*")) if parts[1] in ("in", "out") else topic
