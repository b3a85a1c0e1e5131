"""Getting another link to a request, by its number and the address of its contact."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.webdesk import cases
from services.webdesk.proving import WITH_LINK, Matter
from services.webdesk.site.code_pages import TOO_MANY
from services.webdesk.site.visits import Site, Visit
from shared.web.tokens import digest

LOST = "/lost"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        site.get(LOST, _show, needs_draft=False),
        site.post(LOST, _ask, again=_show, needs_draft=False),
    ]


async def _show(visit: Visit) -> Response:
    status = 200 if visit.why is None else 422
    return visit.page("lost", status=status, is_sent=False, filled=_filled(visit))


async def _ask(visit: Visit) -> Response:
    """Have a link mailed to the contact on file; the page is the same if there is none."""
    site, filled = visit.site, _filled(visit)
    number = filled["number"].upper()
    reference = await cases.find_request(
        visit.connection, number, site.prover.hash_of(filled["email"])
    )
    browsers = (digest(visit.secret).hex(), WITH_LINK)
    matter = None if reference is None else Matter(reference, number, "act", browsers=browsers)
    network = site.network(visit.request)
    if not await site.prover.ask(visit.connection, matter, network=network):
        raise HTTPException(429, TOO_MANY)
    visit.wakes = matter is not None
    return visit.page("lost", is_sent=True, filled=filled)


def _filled(visit: Visit) -> dict[str, str]:
    return {name: visit.form.text(name)[:200] for name in ("number", "email")}
