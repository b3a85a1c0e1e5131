from dataclasses import dataclass

from shared.process.backoff import DELAYS, Backoff


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_delay_grows_up_to_the_last_one() -> None:
    backoff = Backoff()

    delays = [backoff.next_delay() for _ in range(len(DELAYS) + 2)]

    assert delays == [*DELAYS, DELAYS[-1], DELAYS[-1]]
    assert delays == sorted(delays)
    assert backoff.failures == len(delays)


def test_after_a_reset_the_next_failure_is_the_first() -> None:
    backoff = Backoff((1, 2, 3))
    backoff.next_delay()
    backoff.next_delay()

    backoff.reset()

    assert backoff.failures == 0
    assert backoff.next_delay() == 1


def test_a_failure_long_after_the_last_wait_is_the_first() -> None:
    clock = Clock()
    backoff = Backoff((1, 20), forget_after=30, clock=clock)
    backoff.next_delay()
    backoff.next_delay()

    clock.now += 20 + 30.5

    assert backoff.next_delay() == 1
    assert backoff.failures == 1


def test_the_wait_itself_does_not_count_as_time_without_a_failure() -> None:
    clock = Clock()
    backoff = Backoff((1, 20), forget_after=30, clock=clock)
    backoff.next_delay()
    backoff.next_delay()

    clock.now += 20 + 29.5

    assert backoff.next_delay() == 20
    assert backoff.failures == 3


def test_without_a_time_to_forget_only_a_reset_starts_over() -> None:
    clock = Clock()
    backoff = Backoff((1, 2), clock=clock)
    backoff.next_delay()

    clock.now += 1_000_000

    assert backoff.next_delay() == 2
