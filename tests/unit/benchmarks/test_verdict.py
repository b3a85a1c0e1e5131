"""A measurement ends with two fixed lines, and a sentence for each requirement it misses."""

from collections import Counter

from benchmarks.measurement import Latency, Throughput, latency
from benchmarks.verdict import Results, lines, shortfalls


def results(*, peer: float = 100.0, answer_p99: float = 20.0, routing: float = 120.0) -> Results:
    return Results(
        ours=[Throughput(rate, Counter({"intake": 200})) for rate in (1900.0, 2100.0, 2000.0)],
        peer=[Throughput(peer, Counter({"kafka": 5000}))],
        at_50=(Latency(8.04, answer_p99), Latency(12.0, 30.0)),
        at_100=(Latency(9.0, 22.0), Latency(13.0, 33.0)),
        peer_at_50=Latency(15.8, 25.1),
        megabytes={"intake": 99.6, "routing": routing},
    )


def test_the_last_lines_are_the_fixed_ones_with_medians() -> None:
    printed = lines(results())

    assert printed[-2:] == [
        "latency: answer p50 9.0 p99 22.0 ms, offer p50 13.0 p99 33.0 ms at 100/s",
        "bench: ours 2000 requests/s, peer 100, ratio 20.0; "
        "answer p50 8.0 p99 20.0 ms, offer p50 12.0 p99 30.0 ms at 50/s; "
        "peer p50 15.8 p99 25.1 ms at 50/s; rss 120 MB",
    ]
    assert "cpu: ours: intake 200 µs/request" in printed


def test_nothing_is_missed_when_everything_is_met() -> None:
    assert shortfalls(results()) == []


def test_each_requirement_that_is_missed_has_its_sentence() -> None:
    missed = shortfalls(results(peer=250.0, answer_p99=101.0, routing=151.0))

    assert [sentence.split()[0] for sentence in missed] == ["The", "At", "routing"]


def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed() -> None:
    assert latency([number / 1000 for number in range(1, 201)]) == Latency(p50=100.0, p99=198.0)
