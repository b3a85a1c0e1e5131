"""The tables of `make stages` show each count per request and per second, and judge them."""

from collections import Counter

from benchmarks.counts import Counts, named, statement_names
from benchmarks.stage_limits import BATCH, closing
from benchmarks.stage_tables import Crowd, Load, tables

OPEN = "SELECT * FROM open_batch_1 ..."
NAMES = {OPEN: "open_batch", "SELECT offers": "read_offers"}


def counts(
    *, batches: int = 20, trips: int = 5, partitions: int = 440, statements: int = 100
) -> Counts:
    return Counts(
        round_trips=100 + batches * trips,
        statements=Counter({OPEN: 10, "SELECT 1;": statements - 10}),
        transactions={OPEN: Counter({trips: batches}), "SELECT 1;": Counter({1: 100})},
        requests=Counter({"FetchRequest": 10, "ProduceRequest": 4}),
        partitions=partitions,
        batches=batches,
        records=2 * batches,
    )


def load(name: str, requests: int, each: Counts) -> Load:
    return Load(name, 10.0, requests, {"intake": each})


IDLE = load("idle", 0, counts(batches=0))
STEADY = load("20/s", 200, counts())


def crowds(*, partitions: int = 440, first: float | None = 0.4) -> list[Crowd]:
    few, many = (load("50/s", 500, counts(partitions=each)) for each in (440, partitions))
    return [Crowd(40, 20, few), Crowd(200, 180, many, [0.1, first], [0.2])]


def test_counts_are_shown_per_request_and_per_second() -> None:
    lines = tables([IDLE, STEADY], [], NAMES)

    assert "| per request, all services | 20/s |" in lines
    assert "| round trips to Postgres | 1 |" in lines
    assert "| partitions named in fetches | 2.2 |" in lines
    assert "| a second, all services | idle | 20/s |" in lines
    assert "| round trips to Postgres | 10 | 20 |" in lines
    assert "| other requests to Kafka | 0.4 | 0.4 |" in lines


def test_each_service_shows_its_batches_and_transactions() -> None:
    lines = tables([IDLE, STEADY], [], NAMES)

    assert "| intake: batches a second | 0 | 2 |" in lines
    assert "| intake: records a batch | 0 | 2 |" in lines
    assert "| intake: open_batch |  | 2 × 5 (5) |" in lines
    assert "| intake: SELECT 1 | 10 × 1 (1) | 10 × 1 (1) |" in lines


def test_the_statements_of_an_idle_stack_are_listed_by_name_the_most_frequent_first() -> None:
    lines = tables([IDLE, STEADY], [], NAMES)

    at = lines.index("| statements of an idle stack, a second | intake | all |")
    assert lines[at + 2 : at + 5] == [
        "| SELECT 1 | 9 | 9 |",
        "| open_batch | 1 | 1 |",
        "| all | 10 | 10 |",
    ]


def test_statements_that_begin_alike_add_up() -> None:
    begin = "SELECT pg_notify('a channel with a name', "
    alike = Counts(statements=Counter({f"{begin}'a')": 10, f"{begin}'b')": 20}))

    lines = tables([load("idle", 0, alike), STEADY], [], NAMES)

    assert f"| {begin[:40]} | 3 | 3 |" in lines


def test_transactions_that_are_rare_at_every_load_are_left_out() -> None:
    rare = load("20/s", 200, counts(batches=6))

    assert not any("intake: open_batch" in line for line in tables([IDLE, rare], [], NAMES))


def test_silent_participants_have_a_row_for_each_registry() -> None:
    lines = tables([IDLE, STEADY], crowds(partitions=880, first=None), NAMES)

    assert "| 40, 20 of them silent | 50/s | 0.88 | 0.02 |  |  |" in lines
    assert (
        "| 200, 180 of them silent | 50/s | 1.76 | 0.02 | p50 100.0 p99 inf ms (1 of 2) "
        "| p50 200.0 p99 200.0 ms (1 of 1) |"
    ) in lines


def test_everything_is_met_within_the_limits() -> None:
    lines, met = closing([IDLE, STEADY], crowds(), NAMES)

    assert met
    assert lines == [
        "required: round trips of a batch of up to 20 records (99 of 100, intake): 5 (≤ 6): met",
        "required: statements of an idle stack a second: 10 (≤ 32.5): met",
        "required: partitions named per request, 200 to 40 participants: 1 (≤ 1.15): met",
        "required: first record of a silent participant, under load (99 of 100, ms): "
        "400 (≤ 500): met",
        "required: first record of a silent participant, idle (99 of 100, ms): 200 (≤ 500): met",
    ]


def test_each_limit_that_is_exceeded_is_not_met() -> None:
    busy = load("20/s", 200, counts(trips=7))
    idle = load("idle", 0, counts(batches=0, statements=326))

    lines, met = closing([idle, busy], crowds(partitions=510, first=None), NAMES)

    assert not met
    assert [line.rpartition(": ")[2] for line in lines] == ["not met"] * 4 + ["met"]


def test_large_batches_are_not_held_to_the_round_trips_of_small_ones() -> None:
    each = counts(trips=9)
    large = Counts(
        each.round_trips, each.statements, each.transactions, each.requests,
        each.partitions, batches=20, records=420,
    )  # fmt: skip

    lines, met = closing([IDLE, load("at once", 1000, large)], [], NAMES)

    assert met
    assert len(lines) == 1


def test_a_difference_keeps_what_came_later_only() -> None:
    earlier, later = counts(batches=5), counts(batches=20, statements=130)

    assert later.since(earlier).transactions[OPEN] == Counter({5: 15})
    assert later.since(earlier).statements == Counter({"SELECT 1;": 30})
    assert later.since(earlier) + earlier == later


def test_a_batch_begins_with_a_statement_that_has_a_file() -> None:
    assert BATCH.intersection(statement_names().values()) == {"open_batch"}


def test_a_statement_without_a_file_is_named_by_its_beginning() -> None:
    assert named(OPEN, NAMES) == "open_batch"
    assert named("SELECT pg_try_advisory_lock($1)\n  AS leads;", {}) == (
        "SELECT pg_try_advisory_lock($1) AS leads"
    )
