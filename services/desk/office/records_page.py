"""For approvers: the records holds that stand, and the way to forget a person."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk.office.records_forms import HOLD_REASONS
from services.desk.office.visits import APPROVES, Office, Visit


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the route of the page."""
    return [office.get("/records", _show, roles=APPROVES)]


async def _show(visit: Visit) -> Response:
    names, now = await visit.names(), await visit.now()
    holds = [hold for _, hold in sorted(names.catalog.holds.items()) if hold.stands(now)]
    return visit.page("records", holds=holds, names=names, reasons=HOLD_REASONS)
