from benchmarks.capacity import Load, by_part, load_table, size_table
from benchmarks.measurement import Latency


def test_processor_time_is_put_together_by_part() -> None:
    used = {
        "kafka": 5, "postgres (intake)": 2, "postgres (own work)": 1, "intake": 3, "watcher": 1,
        "generator": 2,
    }  # fmt: skip

    assert by_part(used) == {
        "Kafka": 5, "Postgres": 3, "intake": 3, "routing": 0, "notifications": 0, "reporting": 0,
        "generator and watcher": 3,
    }  # fmt: skip


def test_a_load_says_how_many_cores_it_kept_busy() -> None:
    steady = Load(20, {"Kafka": 20_000, "intake": 5_000}, Latency(20.4, 46.2), Latency(37, 81))
    at_once = Load(1000, {"Kafka": 1_000, "intake": 900})

    lines = load_table([steady, at_once])

    assert lines[2:] == [
        "| 20 | 0.50 | 20, 46 ms | 37, 81 ms | Kafka 0.40, intake 0.10 |",
        "| 1000 | 1.90 |  |  | Kafka 1.00, intake 0.90 |",
    ]


def test_sizes_are_told_in_round_figures() -> None:
    lines = size_table({"Kafka, kept for ever": 6457.8}, {"intake": 98.4})

    assert lines[2:] == [
        "| Kafka, kept for ever, a request | 6.5 kB |",
        "| memory of intake, at most | 98 MB |",
    ]
