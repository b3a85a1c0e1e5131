"""The comparison's table has medians and ratios, and each limit is judged by them."""

from collections import Counter

from benchmarks.comparison import Comparison
from benchmarks.measurement import Latency, Plan, Round, Steady, Throughput, latency

PLAN = Plan(rounds=3, rates=(20, 100))


def a_round(
    *,
    rate: float = 1000,
    time: int = 1000,
    p50: float = 20,
    idle: int = 100_000,
    peer: bool = False,
) -> Round:
    used = Counter({"kafka": time // 2, "intake": time // 2, "watcher": 500, "generator": 500})
    offers = None if peer else Latency(2 * p50, 4 * p50)
    return Round(
        full=Throughput(rate, used),
        steady={each: Steady(used, Latency(p50, 2 * p50), offers) for each in PLAN.rates},
        idle=Counter({"kafka": 200_000, "intake": idle}),
        megabytes={"intake": 90.0, "routing": 100.0},
    )


BEFORE = [a_round(time=2000, p50=40, idle=240_000, rate=rate) for rate in (900, 1000, 1100)]


def comparison(*present: Round) -> Comparison:
    return Comparison(
        PLAN, {"present": present, "0.2.0": BEFORE, "peer": [a_round(peer=True)] * 3}
    )


def test_the_table_has_the_median_of_each_side_and_the_ratio_of_the_first_two() -> None:
    table = comparison(*(a_round(rate=rate) for rate in (1800, 2000, 3300))).table()

    assert table[0] == "| | present | 0.2.0 | peer | present / 0.2.0 (lowest, highest round) |"
    assert "| requests/s | 2,000 | 1,000 | 1,000 | 2.00 (2.00, 3.00) |" in table
    assert (
        "| processor time a request, at once, µs | 1,000 | 2,000 | 1,000 | 0.50 (0.50, 0.50) |"
    ) in table
    assert "| answers at 20/s, p99, ms | 40.0 | 80.0 | 40.0 | 0.50 (0.50, 0.50) |" in table
    assert "| offers at 100/s, p50, ms | 40.0 | 80.0 |  | 0.50 (0.50, 0.50) |" in table
    assert (
        "| idle, cores without the broker | 0.100 | 0.240 | 0.100 | 0.42 (0.42, 0.42) |" in table
    )
    assert "| memory of the largest service, MB | 100 | 100 | 100 | 1.00 (1.00, 1.00) |" in table


def test_everything_is_met_within_the_limits() -> None:
    lines, met = comparison(*[a_round(rate=1250, time=800, p50=25)] * 3).verdict()

    assert met
    assert lines == [
        "required: processor time a request, at once, µs, present / 0.2.0: 0.40 (≤ 1): met",
        "required: answers at 100/s, p50, ms, present / 0.2.0: 0.62 (≤ 0.75): met",
        "required: idle, cores without the broker, present / 0.2.0: 0.42 (≤ 0.5): met",
        "required: memory of the largest service, MB: 100.0 (≤ 150): met",
        "wanted: processor time a request, at once, µs, present / 0.2.0: 0.40 (≤ 0.8): met",
        "wanted: processor time a request, at 100/s, µs, present / 0.2.0: 0.40 (≤ 0.4): met",
        "wanted: answers at 100/s, p50, ms: 25.0 (≤ 25): met",
        "wanted: answers at 100/s, p99, ms: 50.0 (≤ 80): met",
        "wanted: requests/s: 1250.0 (≥ 1250): met",
    ]


def test_a_requirement_that_is_missed_fails_the_comparison() -> None:
    lines, met = comparison(*[a_round(rate=1300, idle=125_000)] * 3).verdict()

    assert not met
    assert (
        "required: idle, cores without the broker, present / 0.2.0: 0.52 (≤ 0.5): not met" in lines
    )


def test_beside_a_later_release_a_tenth_slower_is_the_limit() -> None:
    sides = {"present": [a_round(time=2300, p50=43, rate=880)] * 3, "0.3.0": BEFORE}

    lines, met = Comparison(PLAN, sides).verdict()

    assert not met
    assert lines == [
        "required: processor time a request, at once, µs, present / 0.3.0: 1.15 (≤ 1.1): not met",
        "required: processor time a request, at 100/s, µs, present / 0.3.0: 1.15 (≤ 1.1): not met",
        "required: answers at 100/s, p50, ms, present / 0.3.0: 1.07 (≤ 1.1): met",
        "required: requests/s, present / 0.3.0: 0.88 (≥ 0.9): not met",
        "required: memory of the largest service, MB: 100.0 (≤ 150): met",
    ]


def test_each_release_has_its_ratio_and_its_limits() -> None:
    sides = {"present": BEFORE, "0.2.0": BEFORE, "0.3.0": BEFORE, "peer": [a_round(peer=True)] * 3}
    found = Comparison(PLAN, sides)

    assert found.table()[0].endswith(
        "| present / 0.2.0 (lowest, highest round) | present / 0.3.0 (lowest, highest round) |"
    )
    lines, _ = found.verdict()
    assert (
        "required: idle, cores without the broker, present / 0.2.0: 1.00 (≤ 0.5): not met" in lines
    )
    assert "required: requests/s, present / 0.3.0: 1.00 (≥ 0.9): met" in lines
    assert len([line for line in lines if "memory" in line]) == 1


def test_a_wish_that_is_missed_fails_nothing() -> None:
    lines, met = comparison(*[a_round(rate=1249)] * 3).verdict()

    assert met
    assert lines[-1] == "wanted: requests/s: 1249.0 (≥ 1250): not met"


def test_a_rate_that_was_left_out_is_not_judged() -> None:
    short = Comparison(Plan(rates=(20,)), {"present": BEFORE, "0.2.0": BEFORE})

    lines, _ = short.verdict()

    assert "wanted: answers at 100/s, p99, ms: not measured (≤ 80)" in lines


def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed() -> None:
    assert latency([number / 1000 for number in range(1, 201)]) == Latency(p50=100.0, p99=198.0)
