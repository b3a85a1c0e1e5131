"""Compares routing's requests, capacities and late clocks with the fold of its own topic."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime
from typing import Any

from continuum.rebuild.compare import Difference, RowComparison
from continuum.rebuild.log import Log
from services.routing.life.capacity import Capacity, apply
from services.routing.life.late import Late, stands
from services.routing.life.projection import Projection
from services.routing.life.request import CapacityChange, Request
from shared.contracts.routing import TOPIC
from shared.contracts.tracking import is_tracking_number
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Record, from_kafka
from shared.delivery.restore.own_log import parse_published
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_NOT_PUBLISHED = frozenset({"fresh"})
"""Columns that no event says: ``fresh`` marks requests the matcher has not looked at yet."""


async def compare_rows(snapshot: Any, latest: Any, log: Log) -> list[RowComparison]:
    """
    Compare requests and capacities, as *snapshot* sees them, with the fold of the topic.

    Events that the rows of the snapshot do not count are left out: the service goes on meanwhile.
    A request that was accepted since then is found by *latest*, another connection.
    """
    requests = [_request(row) for row in await snapshot.fetch(_SQL["read_requests"])]
    capacities = await _capacities(snapshot)
    last = {request.tracking_number: request.published for request in requests}
    unsent = []
    for row in await snapshot.fetch(_SQL["read_published"], TOPIC):
        if row["subject"] is not None:
            last[row["subject"]] = row["last"]
        if row["value"] is not None:
            unsent.append(row["value"])
    projection, unseen = Projection(last), set[str]()

    def take(events: Iterable[PublishedEvent]) -> None:
        for event in events:
            projection.take(event)
            if event.subject not in last and is_tracking_number(event.subject):
                unseen.add(event.subject)

    for partition, end in (await log.ends(TOPIC)).items():
        async for records in log.records(partition, start=0, end=end):
            take(_events(map(from_kafka, records)))
    take(_events(Record(TOPIC, 0, 0, b"", value, (), datetime.now(UTC)) for value in unsent))
    late = [Late(*row) for row in await snapshot.fetch(_SQL["read_late"])]
    known = {row["tracking_number"] for row in await latest.fetch(_SQL["find_requests"], unseen)}
    return [
        compare_requests(requests, projection, missing=unseen - known),
        compare_capacities(capacities, projection),
        compare_late(late, requests, projection),
    ]


def compare_requests(
    rows: Iterable[Request], projection: Projection, *, missing: Iterable[str]
) -> RowComparison:
    """Compare the requests whose whole state the log says; the others are recorded there soon."""
    compared, unknown = 0, 0
    found: list[Difference] = []
    folded = projection.requests
    for row in rows:
        if row.recorded < row.published:
            unknown += 1
            continue
        compared += 1
        if row.tracking_number not in folded:
            what = "is in the live table and not in the log"
            found.append(Difference("requests", row.tracking_number, what))
        else:
            found += _differing("requests", row.tracking_number, row, folded[row.tracking_number])
    found += [Difference("requests", n, "is missing in the live table") for n in sorted(missing)]
    return RowComparison("requests", compared, unknown, found)


def compare_capacities(rows: Mapping[str, Capacity], projection: Projection) -> RowComparison:
    """Compare the capacities, each in the fields that the log determines."""
    folded = projection.capacities()
    names = sorted({*rows, *folded})
    partly = 0
    found: list[Difference] = []
    for name in names:
        nothing, unknown = Capacity(name), projection.unknown_fields(name)
        partly += bool(unknown)
        live, rebuilt = rows.get(name, nothing), folded.get(name, nothing)
        found += _differing("capacities", name, live, rebuilt, ignored=unknown)
    return RowComparison("capacities", len(names) - partly, partly, found)


def compare_late(
    rows: Iterable[Late], requests: Iterable[Request], projection: Projection
) -> RowComparison:
    """Compare the late clocks that still count, of requests whose whole state the log says."""
    complete = {each.tracking_number for each in requests if each.recorded == each.published}
    # Judged by the folded requests: `compare_requests` reports a request that differs.
    known = {n: request for n, request in projection.requests.items() if n in complete}
    live = {
        late
        for late in rows
        if late.tracking_number in known and stands(late, known[late.tracking_number])
    }
    folded = {late for late in projection.late if late.tracking_number in known}
    keys = sorted({(late.tracking_number, late.clock) for late in live ^ folded})
    found = [Difference("late_clocks", f"{n} {clock}", "differs") for n, clock in keys]
    return RowComparison("late_clocks", len(live | folded), 0, found)


def _differing(
    table: str, key: str, live: Any, folded: Any, *, ignored: Set[str] = _NOT_PUBLISHED
) -> Iterator[Difference]:
    names = [
        name
        for name, left, right in zip(live._fields, live, folded, strict=True)
        if left != right and name not in ignored
    ]
    if names:
        yield Difference(table, key, f"differs in {', '.join(names)}")


async def _capacities(snapshot: Any) -> dict[str, Capacity]:
    """Return the capacities after the changes that the matcher has not applied yet."""
    found = {
        row["provider"]: Capacity(*row)._replace(free=tuple(row["free"]))
        for row in await snapshot.fetch(_SQL["read_capacities"])
    }
    for row in await snapshot.fetch(_SQL["read_capacity_changes"]):
        change = CapacityChange(*row)
        before = found.get(change.provider, Capacity(change.provider))
        found[change.provider] = apply(before, change)
    return found


def _events(records: Iterable[Record]) -> Iterator[PublishedEvent]:
    return (event for record in records if (event := parse_published(record)) is not None)


def _request(row: Any) -> Request:
    *columns, offered, due_left = row
    return Request(*(*columns, tuple(offered), due_left))
