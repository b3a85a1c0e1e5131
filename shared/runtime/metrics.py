"""Every metric name of the product, with its unit, labels and meaning."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600)


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY)


def _histogram(name: str, meaning: str, *labels: str) -> Histogram:
    return Histogram(
        f"cri_{name}", meaning, ("service", *labels), registry=REGISTRY, buckets=_SECONDS
    )


CONSUMED = _gauge(
    "consumed_records", "Records below the checkpoint by outcome; from the database",
    "topic", "outcome",
)  # fmt: skip
RECORD_AGE = _histogram("record_age_seconds", "Append of a record to commit of its effects")
BATCH_DURATION = _histogram("batch_duration_seconds", "One batch: parse to commit")
LAG = _gauge("consumer_lag_records", "Records between checkpoint and end of the topic", "topic")
LAST_PROGRESS = _gauge(
    "consumer_last_progress_timestamp_seconds", "When a checkpoint last moved", "topic"
)
FENCED = _counter("fenced_batches", "Batches dropped because another owner had moved on")
REBALANCES = _counter("rebalances", "Assignments received from the group")
FAILED_BATCHES = _counter("failed_batches", "Batches to be taken in again, by kind", "error")
DEAD_LETTERS = _counter("dead_letters", "Records set aside")
OUTBOX_ROWS = _gauge("outbox_rows", "Messages waiting for the relay")
OUTBOX_AGE = _gauge("outbox_oldest_age_seconds", "Age of the oldest message in the outbox")
RELAY_PUBLISHED = _counter("relay_published", "Messages acknowledged by Kafka")
RELAY_LEADER = _gauge("relay_leader", "1 in the process whose relay sends")
SET_ASIDE = _gauge("outbox_set_aside_rows", "Messages that Kafka will never take")
PARKED_KEYS = _gauge("parked_keys", "Keys that wait for a person")
HELD = _gauge("held_records", "Records that wait for another event")
UNACCOUNTED = _gauge(
    "effects_unaccounted", "Records behind the checkpoint without effect, messages not yet sent"
)
BUILD = _gauge("build_info", "Always 1; which version runs", "version")


def started(service: str) -> None:
    """Show the version of this process."""
    BUILD.labels(service, version("continuum")).set(1)


def exposition() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)


def topic_label(topic: str) -> str:
    """Return the topic as a label: participants' topics count as one (a closed set)."""
    parts = topic.split(".")
    return ".".join((*parts[:2], "*")) if parts[1] in ("in", "out") else topic
