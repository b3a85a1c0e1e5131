"""The time without progress of a partition is shown, even if its position is unknown."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.delivery.consumer import Consumer
from shared.delivery.reading.progress import Progress, Stalls
from shared.process import metrics

OURS = TopicPartition("cri.int.intake.v1", 0)
SERVICE = "standing"


def look(*, expected: dict[TopicPartition, int], end: int, since: float) -> Stalls:
    progress = Progress(SERVICE)
    progress._moved_at[OURS] = time.monotonic() - since
    return progress.look({OURS}, expected, lambda _: end)


def shown() -> float | None:
    labels = {"service": SERVICE, "topic": OURS.topic}
    return metrics.REGISTRY.get_sample_value("cri_consumer_standing_seconds", labels)


def test_a_consumer_with_unread_records_stands_still() -> None:
    standing = look(expected={OURS: 3}, end=5, since=40)

    assert shown() == pytest.approx(40, abs=1)
    assert standing.since == pytest.approx(time.monotonic() - 40, abs=1)
    assert standing.stalled is None


def test_standing_still_for_a_moment_is_shown_but_not_stalled() -> None:
    standing = look(expected={OURS: 3}, end=5, since=20)

    assert (standing.since, standing.stalled) == (None, None)
    assert list(standing.places) == ["cri.int.intake.v1/0"]


def test_after_minutes_without_progress_it_has_stalled() -> None:
    assert look(expected={OURS: 3}, end=5, since=400).stalled == "cri.int.intake.v1/0"


def test_a_blocked_partition_has_not_stalled() -> None:
    progress = Progress(SERVICE)
    progress._moved_at[OURS] = time.monotonic() - 400

    standing = progress.look({OURS}, {OURS: 3}, lambda _: 5, {OURS})

    assert (standing.since, standing.stalled) == (None, None)
    assert list(standing.places) == ["cri.int.intake.v1/0"]
    assert shown() == pytest.approx(400, abs=1)


def test_the_partition_that_stands_longest_is_named() -> None:
    progress = Progress(SERVICE)
    others = [TopicPartition(OURS.topic, number) for number in (1, 2)]
    for partition, seconds in zip([others[0], OURS, others[1]], (310, 400, 320), strict=True):
        progress._moved_at[partition] = time.monotonic() - seconds

    every = [others[0], OURS, others[1]]
    standing = progress.look(every, dict.fromkeys(every, 3), lambda _: 5)

    assert standing.stalled == "cri.int.intake.v1/0"
    assert shown() == pytest.approx(400, abs=1)


def test_without_unread_records_it_does_not_stand_still() -> None:
    assert look(expected={OURS: 5}, end=5, since=400) == Stalls()
    assert shown() == 0


def test_with_an_unknown_position_it_stands_still_but_has_not_stalled() -> None:
    assert look(expected={}, end=5, since=400) == Stalls()
    assert shown() == pytest.approx(400, abs=1)


def test_a_partition_assigned_elsewhere_no_longer_stands_still_here() -> None:
    progress = Progress(SERVICE)
    progress._moved_at[OURS] = time.monotonic() - 400
    progress.look({OURS}, {}, lambda _: 5)

    progress.look((), {}, lambda _: 5)

    assert shown() == 0


def test_a_partition_that_is_assigned_again_starts_at_zero() -> None:
    progress = Progress(SERVICE)
    progress._moved_at[OURS] = time.monotonic() - 400
    progress.look((), {}, lambda _: 5)

    assert progress.look({OURS}, {OURS: 3}, lambda _: 5).since is None
    assert shown() == pytest.approx(0, abs=1)


def test_a_consumer_that_has_stopped_is_not_asked() -> None:
    asked: list[Any] = []
    stopped: Any = SimpleNamespace(_consumer=None, _progress=SimpleNamespace(look=asked.append))

    Consumer._watch_progress(stopped)

    assert asked == []
