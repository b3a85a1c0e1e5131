"""Beginning a request, continuing it in another browser, and closing it in this one."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.webdesk import store
from services.webdesk.draft.pages import PAGES, STEPS
from services.webdesk.site.form_pages import HERE, LATER, address_of
from services.webdesk.site.visits import COOKIE, Site, Visit
from shared.web.tokens import digest, new_secret

CONTINUE = "/continue"
_MAX_TOKEN = 100


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""

    async def go_on(request: Request) -> Response:
        """Exchange a link for a cookie; redirect, so that no page is shown at the link."""
        token, secret = request.path_params["token"], new_secret()
        async with site.connected(request) as connection:
            is_valid = len(token) <= _MAX_TOKEN and await store.resume(
                connection, digest(token), session=digest(secret)
            )
        if not is_valid:
            return site.plain("not_valid", status=404, draft=None, why=None)
        response = RedirectResponse(HERE, 303)
        response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="lax")
        return response

    return [
        site.get("/", _first, needs_draft=False),
        site.post("/start", _start, again=_first, needs_draft=False),
        Route(f"{CONTINUE}/{{token}}", go_on, methods=["GET"]),
        site.get(LATER, _later),
        site.post(LATER, _make_link, again=_later, is_timed=False),
        site.post("/leave", _leave, again=_leave, needs_draft=False, is_timed=False),
    ]


async def _first(visit: Visit) -> Response:
    settings = visit.site.settings
    status = 200 if visit.why is None else 422
    return visit.page("first", status=status, settings=settings, steps=STEPS)


async def _start(visit: Visit) -> Response:
    await visit.begin()
    return RedirectResponse(address_of(PAGES[0].name), 303)


async def _later(visit: Visit) -> Response:
    return visit.page("later", link=None, status=200 if visit.why is None else 422)


async def _make_link(visit: Visit) -> Response:
    """Show a new link, once: only its hash is stored. An earlier one is no longer valid."""
    token = new_secret()
    await store.let_resume(visit.connection, visit.held.draft_id, digest(token))
    return visit.page("later", link=f"{visit.site.settings.public_url}{CONTINUE}/{token}")


async def _leave(visit: Visit) -> Response:
    if visit.why is None:
        await store.end_session(visit.connection, digest(visit.secret))
        visit.draft = None
        visit.secret = new_secret()
    return visit.page("left", status=200 if visit.why is None else 422)
