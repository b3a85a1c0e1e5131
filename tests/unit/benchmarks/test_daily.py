"""The figures in docs/operate.md are those of a run, written between two marks."""

from collections import Counter
from datetime import date
from pathlib import Path

from benchmarks.daily import BEGIN, DAY_HEAD, END, LOAD_HEAD, Figures
from benchmarks.measurement import Latency, Plan, Round, Steady, Throughput
from shared.contracts.services import SERVICES

GUIDE = Path(__file__).parents[3] / "docs" / "operate.md"


def figures() -> Figures:
    def used(time: int) -> Counter[str]:
        return Counter(
            {
                "kafka": time,
                "postgres (intake)": time,
                "intake": time,
                "routing": time,
                "watcher": 9,
            }
        )

    a_round = Round(
        full=Throughput(500.0, used(1000)),
        steady={100: Steady(used(2000), Latency(20, 46), Latency(37, 81))},
        idle=used(100_000),
        megabytes=dict.fromkeys(SERVICES, 98.4),
    )
    return Figures(
        Plan(rounds=1, rates=(100,)), [a_round], {"Kafka, kept for ever": 6457.8},
        date(2026, 11, 29), "2 cores (a kind), 24 GiB, CPython 3.11.2",
    )  # fmt: skip


def test_each_load_has_its_latencies_and_cores() -> None:
    lines = figures().lines()

    at = lines.index(LOAD_HEAD)
    assert lines[at + 2 : at + 5] == [
        "| 0 |  |  | 0.20 | 0.10 | 0.10 | 0.40 |",
        "| 100 | 20, 46 ms | 37, 81 ms | 0.40 | 0.20 | 0.20 | 0.80 |",
        "| 500 |  |  | 1.00 | 0.50 | 0.50 | 2.00 |",
    ]


def test_days_lie_on_straight_lines_between_loads_up_to_what_goes_through() -> None:
    lines = figures().lines()

    at = lines.index(DAY_HEAD)
    assert lines[at + 2] == "| 10,000 | 0.3 | 0.20 | 0.10 | 0.10 | 0.40 |"
    assert "| 10,000,000 | 347 | 0.77 | 0.39 | 0.39 | 1.54 |" in lines
    assert "| 14,400,000 | 500 | 1.00 | 0.50 | 0.50 | 2.00 |" in lines
    assert not any(line.startswith("| 30,000,000") for line in lines)


def test_machine_day_and_sizes_are_named() -> None:
    text = "\n".join(figures().lines())

    assert "2026-11-29" in text
    assert "2 cores (a kind), 24 GiB, CPython 3.11.2" in text
    assert "| Kafka, kept for ever | 6.5 kB |" in text
    assert "| peak memory of intake | 98 MB |" in text


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    figures().write(guide)

    written = guide.read_text()
    assert written.startswith(f"before\n{BEGIN}\nMeasured on")
    assert written.endswith(f"\n{END}\nafter\n")
    assert "old" not in written.splitlines()


def test_the_guide_has_both_marks() -> None:
    before, _, rest = GUIDE.read_text().partition(BEGIN)

    assert "How much it carries" in before
    assert END in rest
