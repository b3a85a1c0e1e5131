"""The limits that `make stages` checks its counts against."""

from collections import Counter
from collections.abc import Mapping, Sequence

from benchmarks.stage_tables import Crowd, Load, Names, by_name, most, per, waited

BATCH = frozenset({"open_batch", "lock_checkpoints"})
"""First statements of batch transactions, in this build and in 0.2.0."""
BATCH_TRIPS = 6
"""Five, plus one for services that need a second read."""
BATCH_RECORDS = 20
IDLE_STATEMENTS = 32.5
"""Per second: a quarter of 0.2.0's."""
CROWD = 1.15
FIRST_RECORD_MS = 500.0


def closing(
    loads: Sequence[Load], crowds: Sequence[Crowd], names: Names
) -> tuple[list[str], bool]:
    """Return a line for each limit, and whether all are met."""
    idle, *busy = loads
    statements = per(idle.all.statements.total(), idle.seconds)
    judged = [
        _judged(
            f"round trips of a batch of up to {BATCH_RECORDS} records (99 of 100, {service})",
            trips,
            BATCH_TRIPS,
        )
        for service, trips in _batch_trips(busy, names).items()
    ]
    judged.append(_judged("statements of an idle stack a second", statements, IDLE_STATEMENTS))
    if crowds:
        few, many = crowds
        ratio = many.load.partitions_a_request / few.load.partitions_a_request
        what = f"partitions named per request, {many.registered} to {few.registered} participants"
        judged.append(_judged(what, ratio, CROWD))
        waits_of = {"under load": many.under_load, "idle": many.idle}
        for where, waits in ((where, waits) for where, waits in waits_of.items() if waits):
            what = f"first record of a silent participant, {where} (99 of 100, ms)"
            judged.append(_judged(what, waited(waits).p99, FIRST_RECORD_MS))
    return [line for line, _ in judged], all(met for _, met in judged)


def _judged(what: str, found: float, limit: float) -> tuple[str, bool]:
    met = found <= limit
    return f"required: {what}: {found:g} (≤ {limit:g}): {'met' if met else 'not met'}", met


def _batch_trips(loads: Sequence[Load], names: Names) -> Mapping[str, int]:
    """Return service → 99th percentile of the round trips of small batches."""
    found: dict[str, Counter[int]] = {}
    for load in loads:
        for service, counts in load.counts.items():
            if not counts.batches or counts.records / counts.batches > BATCH_RECORDS:
                continue
            for first, by_trips in by_name(counts.transactions, names).items():
                if first in BATCH:
                    found.setdefault(service, Counter()).update(by_trips)
    return {service: most(by_trips) for service, by_trips in found.items()}
