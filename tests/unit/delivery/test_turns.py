"""When topics may be fetched again: at once when idle, less often the more a turn takes."""

import pytest

from shared.delivery.reading.turns import LONGEST_SECONDS, PACE, Turns

GATHER = 0.1


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(gather_seconds=GATHER, clock=clock)


def turn(turns: Turns, clock: Clock, seconds: float, *, gathers: bool = False) -> float:
    """Take a batch in that lasts some *seconds*; return when the next fetch may be sent."""
    began = clock.now
    turns.begin(gathers=gathers)
    clock.now += seconds
    turns.end()
    clock.now += max(turns.left(batched=False), 0)
    return clock.now - began


def test_given_a_consumer_that_has_taken_nothing_in_it_fetches_at_once(turns: Turns) -> None:
    assert turns.left(batched=False) <= 0
    assert turns.left(batched=True) <= 0


def test_given_an_idle_consumer_the_first_record_waits_for_nothing(
    turns: Turns, clock: Clock
) -> None:
    turn(turns, clock, 0.5, gathers=True)
    clock.now += GATHER

    assert turns.left(batched=False) <= 0
    assert turns.left(batched=True) <= 0


def test_given_a_steady_small_load_batches_take_a_fixed_part_of_the_time(
    turns: Turns, clock: Clock
) -> None:
    lasted = [turn(turns, clock, 0.004) for _ in range(10)]

    assert lasted == pytest.approx([PACE * 0.004] * 10)


@pytest.mark.parametrize(
    ("batch", "until_next"),
    [(0.002, PACE * 0.002), (LONGEST_SECONDS * 0.9, LONGEST_SECONDS), (0.2, 0.2)],
)
def test_given_longer_batches_turns_are_further_apart_up_to_the_longest(
    turns: Turns, clock: Clock, batch: float, until_next: float
) -> None:
    assert turn(turns, clock, batch) == pytest.approx(until_next)


def test_given_full_load_the_next_fetch_is_sent_while_the_batch_runs(
    turns: Turns, clock: Clock
) -> None:
    turns.begin(gathers=False)
    assert turns.left(batched=False) == pytest.approx(LONGEST_SECONDS)

    clock.now += LONGEST_SECONDS

    assert turns.left(batched=False) == pytest.approx(0)

    clock.now += 0.2
    turns.end()

    assert turns.left(batched=False) < 0


def test_given_a_second_batch_of_the_same_fetch_it_does_not_delay_the_next_fetch(
    turns: Turns, clock: Clock
) -> None:
    turns.begin(gathers=False)
    clock.now += 0.002
    turns.end()
    left = turns.left(batched=False)

    clock.now += 0.001
    turns.end()

    assert turns.left(batched=False) == pytest.approx(left - 0.001)


def test_given_a_load_that_ends_the_next_small_batch_makes_turns_short_again(
    turns: Turns, clock: Clock
) -> None:
    for _ in range(10):
        turn(turns, clock, 0.3)

    assert turn(turns, clock, 0.001) == pytest.approx(PACE * 0.001)


def test_given_topics_that_may_wait_they_gather_while_turns_of_others_go_on(
    turns: Turns, clock: Clock
) -> None:
    first = turn(turns, clock, 0.002, gathers=True)
    assert turns.left(batched=True) == pytest.approx(GATHER - first)

    second = turn(turns, clock, 0.002)
    assert turns.left(batched=True) == pytest.approx(GATHER - first - second)
