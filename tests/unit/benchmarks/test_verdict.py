"""A measurement ends with fixed lines, and a sentence for each requirement it misses."""

from collections import Counter

from benchmarks.measurement import Latency, Throughput, latency
from benchmarks.verdict import Results, lines, shortfalls

_ANSWER, _OFFER = Latency(9.0, 50.2), Latency(13.0, 75.3)


def results(
    *,
    peer: float = 100.0,
    answer: Latency = _ANSWER,
    offer: Latency = _OFFER,
    routing: float = 120.0,
) -> Results:
    return Results(
        ours=[Throughput(rate, Counter({"intake": 200})) for rate in (1900.0, 2100.0, 2000.0)],
        peer=[Throughput(peer, Counter({"kafka": 5000}))],
        at_50=(Latency(8.04, 20.0), Latency(12.0, 30.0)),
        at_100=(answer, offer),
        peer_at_50=Latency(15.8, 25.1),
        megabytes={"intake": 99.6, "routing": routing},
    )


def test_the_last_lines_are_the_fixed_ones_with_medians() -> None:
    printed = lines(results())

    assert printed[-3:] == [
        "latency: answer p50 9.0 p99 50.2 ms, offer p50 13.0 p99 75.3 ms at 100/s",
        "required: ratio 20.0 (≥ 20); at 100/s answer p50 9.0 (≤ 20) p99 50.2 (≤ 50.2) ms, "
        "offer p99 75.3 (≤ 75.3) ms; rss 120 (≤ 150) MB",
        "bench: ours 2000 requests/s, peer 100, ratio 20.0; "
        "answer p50 8.0 p99 20.0 ms, offer p50 12.0 p99 30.0 ms at 50/s; "
        "peer p50 15.8 p99 25.1 ms at 50/s; rss 120 MB",
    ]
    assert "cpu: ours: intake 200 µs/request" in printed


def test_nothing_is_missed_when_everything_is_met() -> None:
    assert shortfalls(results()) == []


def test_each_requirement_that_is_missed_has_its_sentence() -> None:
    missed = shortfalls(
        results(peer=125.0, answer=Latency(20.1, 50.3), offer=Latency(13.0, 75.4), routing=151.0)
    )

    assert missed == [
        "The ratio is 16.0, and at least 20 is required.",
        "At 100/s, half of the answers took up to 20.1 ms, and at most 20 ms is required.",
        "At 100/s, 99 of 100 answers took up to 50.3 ms, and at most 50.2 ms is required: "
        "2 times what the peer takes at 50/s.",
        "At 100/s, 99 of 100 offers took up to 75.4 ms, and at most 75.3 ms is required: "
        "3 times what the peer takes at 50/s.",
        "routing held 151 MB, and at most 150 is required.",
    ]


def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed() -> None:
    assert latency([number / 1000 for number in range(1, 201)]) == Latency(p50=100.0, p99=198.0)
