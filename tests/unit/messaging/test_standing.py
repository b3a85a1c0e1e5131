"""How long a partition stands still is shown, also while nobody can say where it stands."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.messaging.consumer import Consumer
from shared.runtime import metrics
from shared.runtime.probes import Health

OURS = TopicPartition("cri.int.intake.v1", 0)
SERVICE = "standing"


def shown(
    *,
    expected: dict[TopicPartition, int],
    end: int,
    since: float,
    service: str = SERVICE,
    is_stopped: bool = False,
) -> float | None:
    reading = SimpleNamespace(assignment=lambda: {OURS}, highwater=lambda _: end)
    consumer: Any = SimpleNamespace(
        _service=service,
        _positions=SimpleNamespace(expected=expected),
        _consumer=None if is_stopped else reading,
        _moved_at={OURS: time.monotonic() - since},
        _failures=1,
        _health=Health(),
    )
    Consumer._watch_progress(consumer)
    labels = {"service": service, "topic": OURS.topic}
    return metrics.REGISTRY.get_sample_value("cri_consumer_standing_seconds", labels)


def test_with_records_before_it_it_stands() -> None:
    assert shown(expected={OURS: 3}, end=5, since=40) == pytest.approx(40, abs=1)


def test_without_records_before_it_it_does_not_stand() -> None:
    assert shown(expected={OURS: 5}, end=5, since=40) == 0


def test_while_nobody_can_say_where_it_stands_it_stands() -> None:
    assert shown(expected={}, end=5, since=40) == pytest.approx(40, abs=1)


def test_a_consumer_that_has_stopped_is_not_asked() -> None:
    stopped = shown(expected={OURS: 3}, end=5, since=40, service="stopped", is_stopped=True)

    assert stopped is None
