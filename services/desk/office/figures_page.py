"""How much is open, how old it is, what waits and what is late, as bars beside tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk import store
from services.desk.office import labels, queues
from services.desk.office.visits import Office, Visit
from services.desk.store import ItemCount


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
