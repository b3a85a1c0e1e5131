import pytest

from shared.tasks import gauges_pause


@pytest.mark.parametrize(
    ("took", "pause"),
    [(0.001, 2.0), (0.1, 5.0), (7.0, 15.0)],
    ids=["a small table", "a large one", "a network that was cut for seconds"],
)
def test_what_takes_long_is_counted_less_often_but_never_minutes_apart(
    took: float, pause: float
) -> None:
    assert gauges_pause(took) == pause
