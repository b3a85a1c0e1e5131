"""The first page: everything that waits for the office, the first due on top."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import store
from services.desk.office import labels, people
from services.desk.office.labels import Names
from services.desk.office.visits import WORKS, Office, Visit, safe_next
from services.desk.store import PAGE, ItemFilter, ItemRow
from services.desk.work.items import ABOUT_REPORTS

TAKE = "/items/take"
GIVE_BACK = "/items/give-back"
_MAX_TEXT = 100
_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("due", "number", "agency", "state", "what", "why", "otherwise", "program", "taken by")
_TAKEN = "Another person has it, or it is already closed."


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the list; an empty one does not filter."""

    kind: str = ""
    program: str = ""
    lane: str = ""
    mine: str = ""
    text: str = ""

    def query(self, **changes: object) -> str:
        """Return the query string of these filters, with *changes*."""
        values = {**asdict(self), **changes}
        return urlencode({name: value for name, value in values.items() if value})

    def wanted(self, actor: str) -> ItemFilter:
        """Return which items *actor* asks for."""
        return ItemFilter(
            kind=self.kind or None,
            program=self.program or None,
            lane=self.lane or None,
            taken_by=actor if self.mine else None,
            text=self.text or None,
        )


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the work list."""
    return [
        office.get("/", _show),
        office.get("/work.csv", _table),
        office.post(TAKE, _take, roles=WORKS),
        office.post(GIVE_BACK, _give_back, roles=WORKS),
    ]


async def _show(visit: Visit) -> Response:
    filters, page = _asked(visit)
    at = await visit.now()
    wanted = filters.wanted(visit.actor)
    found = await store.read_items(visit.connection, at=at, wanted=wanted, page=page)
    if page > 1 and not found.items:
        raise HTTPException(404)
    counts: dict[str, int] = dict.fromkeys(labels.KINDS, 0)
    for row in await store.count_items(visit.connection, at=at):
        counts[row.kind] = counts.get(row.kind, 0) + row.items
    names = await visit.names()
    return visit.page(
        "work_list",
        items=found.items,
        total=found.total,
        counts=[(kind, labels.KINDS.get(kind, kind), n) for kind, n in counts.items() if n],
        filters=filters,
        filled=asdict(filters),
        kinds=labels.KINDS,
        of_reports=ABOUT_REPORTS,
        programs={id_: program.name for id_, program in names.catalog.programs.items()},
        lanes=names.lanes(),
        names=names,
        people=await _people(visit),
        at=at,
        page=page,
        pages=max(1, -(-found.total // PAGE)),
        may_act=visit.may(WORKS),
    )


async def _table(visit: Visit) -> Response:
    filters, _ = _asked(visit)
    at = await visit.now()
    names, taken_by = await visit.names(), await _people(visit)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    wanted = filters.wanted(visit.actor)
    async for item in store.each_item(visit.connection, at=at, wanted=wanted):
        writer.writerow(_row(item, names, taken_by))
    headers = {"Content-Disposition": 'attachment; filename="work.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


def _row(item: ItemRow, names: Names, taken_by: Mapping[str, str]) -> list[str]:
    cells = (
        "" if item.due_at is None else item.due_at.isoformat(timespec="minutes"),
        item.tracking_number or "",
        item.agency or names.participant(item.participant),
        names.state(item.state_code),
        labels.KINDS.get(item.kind, item.kind),
        item.why,
        item.otherwise,
        "" if item.program is None else names.program(item.program),
        taken_by.get(item.taken_by or "", item.taken_by or ""),
    )
    return [safe_cell(cell) for cell in cells]


def safe_cell(cell: str) -> str:
    """Return *cell*; text that a spreadsheet would run as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


async def _take(visit: Visit) -> Response:
    if not await store.take_item(visit.connection, visit.form.text("item"), visit.actor):
        return visit.page("error", status=409, title="You cannot take this", message=_TAKEN)
    return _back(visit)


async def _give_back(visit: Visit) -> Response:
    await store.give_item_back(visit.connection, visit.form.text("item"), visit.actor)
    return _back(visit)


def _back(visit: Visit) -> Response:
    """Return to the page of the case, or to the list."""
    return RedirectResponse(safe_next(visit.form.text("next")), 303)


def _asked(visit: Visit) -> tuple[Filters, int]:
    """Return the filters and the page in the address; unknown kinds are ignored."""
    query = visit.request.query_params
    filters = Filters(
        kind=kind if (kind := query.get("kind", "")) in labels.KINDS else "",
        program=query.get("program", "")[:_MAX_TEXT],
        lane=query.get("lane", "")[:_MAX_TEXT],
        mine="yes" if query.get("mine") else "",
        text=query.get("text", "").strip()[:_MAX_TEXT],
    )
    page = query.get("page", "1")
    if _PAGE.fullmatch(page) is None:
        raise HTTPException(404)
    return filters, int(page)


async def _people(visit: Visit) -> Mapping[str, Any]:
    """Return the names behind pseudonyms."""
    issuer = visit.office.issuer.url
    return {p.actor: p.name for p in await people.list_people(visit.connection, issuer=issuer)}
