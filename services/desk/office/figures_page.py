"""How much is open, how old it is, what waits and what is late, as bars beside tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk import store
from services.desk.office import labels, queues
from services.desk.office.visits import Office, Visit
from services.desk.store import ItemCount
from services.desk.work.words import report_kind


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table with a bar."""

    name: str
    count: int


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the route of the page."""
    return [office.get("/figures", _show)]


async def _show(visit: Visit) -> Response:
    at = await visit.now()
    items = await store.count_items(visit.connection, at=at)
    names = await visit.names()
    reports = await queues.count_reports(visit.connection, at=at)
    waiting = await queues.count_waiting(visit.connection)
    return visit.page(
        "figures",
        at=at,
        by_kind=_by_kind(items),
        by_age=_by_age(items),
        waiting=[
            Bar(f"{names.program(row.program)}, {names.pace(row.lane)}".rstrip(", "), row.requests)
            for row in waiting
        ],
        by_state=_by_state(reports),
        to_approve=_by_age_of_reports(reports),
        late_reports=[
            Bar(report_kind(row.kind).capitalize(), row.dates)
            for row in await queues.count_late_reports(visit.connection, at=at)
        ],
        late=[
            Bar(labels.CLOCKS.get(row.clock, labels.words_of(row.clock)), row.items)
            for row in await queues.count_late(visit.connection, at=at)
        ],
    )


def _by_kind(items: Iterable[ItemCount]) -> list[Bar]:
    counts = dict.fromkeys(labels.KINDS, 0)
    for row in items:
        counts[row.kind] = counts.get(row.kind, 0) + row.items
    return [Bar(labels.KINDS.get(kind, kind), n) for kind, n in counts.items() if n]


def _by_age(items: Sequence[ItemCount]) -> list[Bar]:
    if not items:
        return []
    return [
        Bar(name, sum(row.items for row in items if row.age == age))
        for age, name in labels.AGES.items()
    ]


def _by_state(reports: Sequence[queues.Reports]) -> list[Bar]:
    return [
        Bar(name, n)
        for state, name in labels.REPORTS_BY_STATE.items()
        if (n := sum(row.reports for row in reports if row.state == state))
    ]


def _by_age_of_reports(reports: Sequence[queues.Reports]) -> list[Bar]:
    """Count the reports that the office has to approve or return."""
    waiting = [row for row in reports if row.state in labels.WAIT_FOR_OFFICE]
    if not waiting:
        return []
    return [
        Bar(name, sum(row.reports for row in waiting if row.age == age))
        for age, name in labels.AGES.items()
    ]
