import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proofs.chaos.waits import Wait, silence, slowest

SPAN = {"since": 0.0, "until": 100.0}
moments = st.integers(min_value=-50, max_value=150)
waited = st.builds(
    lambda sent, for_: Wait(sent, sent + for_), moments, st.integers(min_value=0, max_value=60)
)


def test_the_slowest_answer_is_the_one_with_the_longest_wait() -> None:
    waits = [Wait(10, 11), Wait(12, 19), Wait(18, 20)]

    assert slowest(waits, **SPAN) == 7


@pytest.mark.parametrize("wait", [Wait(-5, 1), Wait(99, 105), Wait(-5, 105)])
def test_a_wait_that_overlaps_the_span_counts_in_full(wait: Wait) -> None:
    assert slowest([wait], **SPAN) == wait.answered - wait.sent


@pytest.mark.parametrize("wait", [Wait(-9, -1), Wait(101, 109)])
def test_waits_outside_the_span_do_not_count(wait: Wait) -> None:
    assert slowest([wait], **SPAN) == 0
    assert silence([wait], **SPAN) == 0


def test_while_others_are_answered_one_slow_answer_is_no_silence() -> None:
    waits = [Wait(0, 90), *(Wait(at, at + 1) for at in range(0, 90, 2))]

    assert slowest(waits, **SPAN) == 90
    assert silence(waits, **SPAN) == 2


def test_there_is_no_silence_while_nothing_is_asked() -> None:
    waits = [Wait(10, 11), Wait(80, 83)]

    assert silence(waits, **SPAN) == 3


def test_silence_begins_with_the_first_waiting_message_and_ends_with_any_answer() -> None:
    waits = [Wait(10, 40), Wait(25, 31)]

    assert silence(waits, **SPAN) == 21


@pytest.mark.parametrize(("wait", "within"), [(Wait(-30, 6), 6), (Wait(93, 130), 7)])
def test_silence_is_cut_to_the_span(wait: Wait, within: float) -> None:
    assert silence([wait], **SPAN) == within


@given(st.lists(waited))
def test_no_silence_is_longer_than_the_slowest_answer(waits: list[Wait]) -> None:
    assert 0 <= silence(waits, **SPAN) <= slowest(waits, **SPAN)
