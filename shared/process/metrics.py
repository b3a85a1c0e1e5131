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
    One metric; it has the label ``service`` in addition to ``labels``.

    ``stored``: the value comes from the database and survives the process. All processes of a
    service show the same value, so aggregate with ``max``; with ``sum`` otherwise.
    """

    name: str
    kind: str
    stored: bool
    labels: tuple[str, ...]
    meaning: str


CATALOG: list[Entry] = []


class StoredCounter:
    """
    A counter whose values come from the database, by `show`.

    The label values in ``zero`` are shown as 0 from the start, so that the first count is an
    increase that Prometheus sees.
    """

    def __init__(self, name: str, meaning: str, *labels: str, zero: Sequence[str] = ()) -> None:
        CATALOG.append(Entry(f"cri_{name}_total", "counter", True, labels, meaning))
        self._family = (f"cri_{name}", meaning, ("service", *labels))
        self._zero: dict[tuple[str, ...], float] = {(label,): 0.0 for label in zero}
        self._values: dict[tuple[str, ...], float] = {}
        REGISTRY.register(self)

    def show(self, service: str, values: Mapping[tuple[str, ...], float]) -> None:
        """Replace all values with *values* (label values → count)."""
        shown = {**self._zero, **values}
        self._values = {(service, *labels): number for labels, number in shown.items()}

    def collect(self) -> Iterator[Metric]:
        """Yield the values; the registry calls this."""
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


# Reading
CONSUMED = StoredCounter(
    "consumed_records", "Records below the checkpoints, by outcome",
    "topic", "outcome",
)  # fmt: skip
LOST = StoredCounter("lost_records", "Records that a topic deleted before they were read", "topic")
DEAD_LETTERS = StoredCounter(
    "dead_letters", "Records that could not be processed, by reason", "reason",
    zero=(
        "malformed", "decision_failed", "refused_by_postgres", "too_slow", "not_taken_in",
        "unreadable",
    ),
)  # fmt: skip
UNKNOWN = StoredCounter(
    "schema_unknown", "Events whose type or version this build does not know",
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
    "Longest time that a partition made no progress while records waited or its lag was unknown",
    "topic",
)  # fmt: skip
LAST_PROGRESS = _gauge(
    "consumer_last_progress_timestamp_seconds", "When a checkpoint last moved", "topic"
)
FENCED = _counter("fenced_batches", "Batches dropped because another owner had moved on")
REBALANCES = _counter("rebalances", "Assignments received from the group")
FAILED_BATCHES = _counter("failed_batches", "Failed batches, which are retried, by error", "error")
PARKED_KEYS = _gauge("parked_keys", "Keys that wait for a person", stored=True)
HELD = _gauge(
    "held_records", "Records that wait for another event, or to be taken in after it", stored=True
)
UNACCOUNTED = _gauge(
    "effects_unaccounted",
    "Records below the checkpoints without an effect, and messages not yet sent", stored=True,
)  # fmt: skip

# Sending
OUTBOX_ROWS = _gauge("outbox_rows", "Messages waiting for the relay", stored=True)
OUTBOX_AGE = _gauge(
    "outbox_oldest_age_seconds", "Age of the oldest message in the outbox", stored=True
)
SET_ASIDE = _gauge("outbox_set_aside_rows", "Messages that Kafka can never accept", stored=True)
RELAY_PUBLISHED = _counter("relay_published", "Messages acknowledged by Kafka")
RELAY_LEADER = _gauge("relay_leader", "1 in the process whose relay sends")
NOTIFICATIONS = StoredCounter(
    "notifications", "Decisions whether to notify an audience, by channel and outcome",
    "channel", "outcome",
)  # fmt: skip

MAILS = StoredCounter(
    "mails", "Mails that are not tried any more, by what became of them", "state",
    zero=(
        "accepted", "refused", "refused_by_policy", "gave_up", "cancelled",
        "counted_as_delivered", "dropped",
    ),
)  # fmt: skip
MAILS_SETTLED = StoredCounter(
    "mails_settled", "Mails and notices that a person has settled", "how",
    zero=("counted_as_delivered", "sent_again", "dropped", "told_otherwise"),
)  # fmt: skip
PARTICIPANTS_UNREACHED = _gauge(
    "participants_unreached",
    "Participants with open work that no mail reaches",
    stored=True,
)
UNREACHED_LATE = _gauge(
    "participants_unreached_late",
    "Participants with open work that no mail has reached for two working days",
    stored=True,
)
SUBSCRIPTIONS = _gauge(
    "subscriptions",
    "Kinds of news that addresses are subscribed to",
    "state",
    stored=True,
)
MAILS_UNKNOWN = _gauge("mails_unknown", "Mails of unknown outcome, not settled", stored=True)
DIGESTS = StoredCounter(
    "digests", "Finished digests, by outcome", "outcome",
    zero=("accepted", "refused", "gave_up", "cancelled", "counted_as_delivered", "dropped"),
)  # fmt: skip
MAILS_WAITING = _gauge(
    "mails_waiting", "Mails that are held, due, or tried again later", stored=True
)
MAIL_WAITS = _gauge(
    "mail_oldest_waiting_seconds", "How long the mail that was due first has waited", stored=True
)

# Requests
REFUSED = StoredCounter(
    "submissions_refused", "Participants' messages that intake refused, by first reason",
    "reason",
)  # fmt: skip
ACCEPTED = StoredCounter(
    "requests_accepted", "Requests that routing took in, by the lane that triage chose", "lane"
)
KNOWN = _gauge(
    "requests_known", "Requests that the service holds: intake's own, and reporting's copy",
    stored=True,
)  # fmt: skip
REQUESTS = _gauge(
    "requests", "Requests by their status, as reporting counts them", "status", stored=True
)
WAITLIST = _gauge("waitlist_length", "Requests waiting in each lane", "lane", stored=True)
DRAFTS = _gauge(
    "drafts", "Requests on the public desk: started, sent, accepted, refused", "state", stored=True
)
WORK_ITEMS = _gauge("work_items", "Open items on the office's list", "kind", stored=True)
WORK_ITEM_AGE = _gauge(
    "work_item_oldest_age_seconds", "Age of the oldest open item; 0 if there is none", "kind",
    stored=True,
)  # fmt: skip
ACT_WAITS = _gauge(
    "act_oldest_unanswered_seconds",
    "Age of the oldest act of staff without an answer; 0 if there is none",
    stored=True,
)
SIGN_INS = _counter("sign_ins", "Sign-ins at the desk, by outcome", "outcome")
DESK_REQUESTS = _counter(
    "desk_requests", "Requests of browsers, by page and class of status", "face", "page", "status"
)
OFFERS = _gauge("offers_open", "Offers that wait for a provider's answer", stored=True)
OBLIGATIONS = _gauge("obligations_open", "Promises whose clock is running", "clock", stored=True)
OVERDUE = _gauge(
    "obligations_overdue", "Promises past their due time that were not acted on", "clock",
    stored=True,
)  # fmt: skip
CALENDAR_END = _gauge(
    "calendar_end_timestamp_seconds",
    "When the calendar of the rule set in force ends: no promise can be due later",
)
MISSED = StoredCounter(
    "clock_missed", "Promises not kept in time, as reporting counts them", "clock"
)

# Releases
RELEASES = StoredCounter("releases", "Months whose figures are published")
CORRECTIONS = StoredCounter("corrections", "Published figures that were corrected")
RELEASE_OVERDUE = _gauge(
    "release_overdue_seconds", "How long the next month's release has been due; 0 before that"
)

# The canary, a participant that we run ourselves: `continuum canary`
CANARY = _counter("canary_submissions", "Submissions of the canary, by outcome", "outcome")
CANARY_SECONDS = _histogram("canary_answer_seconds", "Submission of the canary to its answer")

# The process
SPANS = _counter(
    "trace_spans",
    "Spans, by outcome: exported, lost (the collector failed) or dropped (queue full)",
    "outcome",
)  # fmt: skip
CERTIFICATE = _gauge(
    "certificate_expiry_timestamp_seconds", "When a certificate that the process trusts expires",
    "certificate",
)  # fmt: skip
BUILD = _gauge("build_info", "Always 1; the label is the running version", "version")

COUNTED = {
    "dead_letters": DEAD_LETTERS,
    "schema_unknown": UNKNOWN,
    "notifications": NOTIFICATIONS,
    "submissions_refused": REFUSED,
    "requests_accepted": ACCEPTED,
    "clock_missed": MISSED,
}
"""The metrics that `Taken.counted` may name."""


def started(service: str) -> None:
    """Show this process's version, and its counters as 0."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    BUILD.labels(service, version("continuum")).set(1)
    for metric in (FENCED, REBALANCES, RELAY_PUBLISHED, RECORD_AGE):
        metric.labels(service)


def replace(gauge: Gauge, service: str, values: Mapping[str, float]) -> None:
    """Replace all values of *gauge* with *values* (label value → number); it has one label."""
    gauge.clear()
    for label, number in values.items():
        gauge.labels(service, label).set(number)


def exposition() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)


def topic_label(topic: str) -> str:
    """Return *topic* as a label; participants' topics share two, to bound the number of values."""
    parts = topic.split(".")
    return ".".join((*parts[:2], "*")) if parts[1] in ("in", "out") else topic
