"""A comparison within one run ends with one line, and a sentence if it shows too much."""

from collections import Counter

from benchmarks import against_empty, against_one
from benchmarks.against_empty import Side
from benchmarks.measurement import Latency, Throughput


def rounds(*rates: float) -> list[Throughput]:
    return [Throughput(rate, Counter()) for rate in rates]


def side(rate: float, *, answer: float = 10.0, offer: float = 20.0) -> Side:
    return Side(rounds(rate), Latency(answer, 30.0), Latency(offer, 60.0))


def test_a_fifth_slower_with_requests_held_is_allowed() -> None:
    empty, full = side(1000), side(800, answer=12.0, offer=24.0)

    assert against_empty.lines(empty, full, held=1_000_000) == [
        "held: 1000000 requests held, ours 800 requests/s, 80 % of empty; "
        "answer p50 12.0 p99 30.0 ms, offer p50 24.0 p99 60.0 ms at 50/s "
        "(empty: answer p50 10.0 p99 30.0 ms, offer p50 20.0 p99 60.0 ms)"
    ]
    assert against_empty.shortfalls(empty, full) == []


def test_each_thing_that_is_more_than_a_fifth_slower_has_its_sentence() -> None:
    missed = against_empty.shortfalls(side(1000), side(790, answer=12.1, offer=24.1))

    assert missed == [
        "With requests held, throughput is 79 % of empty, and at least 80 % is required.",
        "With requests held, half of the answers took up to 12.1 ms at 50/s, and at most 12.0 ms "
        "is required.",
        "With requests held, half of the offers took up to 24.1 ms at 50/s, and at most 24.0 ms "
        "is required.",
    ]


def test_more_processes_must_not_be_slower_than_one() -> None:
    one, two = rounds(900, 1100, 1000), rounds(1010, 990, 1000)

    assert against_one.lines(one, two, replicas=2) == [
        "replicas: 2 processes of each service 1000 requests/s, one 1000, ratio 1.00"
    ]
    assert against_one.shortfalls(one, two, replicas=2) == []
    assert against_one.shortfalls(one, rounds(900), replicas=2) == [
        "2 processes of each service reach 90 % of one, and not less than one is required."
    ]
