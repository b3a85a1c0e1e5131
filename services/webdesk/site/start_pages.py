"""Beginning a request, continuing it in another browser, and closing it in this one."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.webdesk import store
from services.webdesk.draft.pages import PAGES, STEPS, form_of
from services.webdesk.site.form_pages import HERE, LATER, address_of
from services.webdesk.site.visits import Site, Visit
from services.webdesk.store import Resumable
from shared.web.tokens import digest, new_secret

CONTINUE = "/continue"
_LINK = "__Host-continue"
_MAX_TOKEN = 100


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""

    async def open_link(request: Request) -> Response:
        """Exchange a link for a cookie; redirect, so that no page is shown at the link."""
        token = request.path_params["token"]
        async with site.connected(request) as connection:
            found = await _resumable(connection, token)
        if found is None:
            return _not_valid(site)
        response = RedirectResponse(CONTINUE, 303)
        response.set_cookie(_LINK, token, secure=True, httponly=True, samesite="lax")
        return response

    return [
        site.get("/", _first, needs_draft=False),
        site.post("/start", _start, again=_first, needs_draft=False),
        Route(f"{CONTINUE}/{{token}}", open_link, methods=["GET"]),
        site.get(CONTINUE, _show_link, needs_draft=False),
        site.post(CONTINUE, _go_on, again=_show_link, needs_draft=False, is_timed=False),
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


async def _show_link(visit: Visit) -> Response:
    """Show whose request a link continues, before anything is written into it."""
    token = visit.form.text("link") or visit.request.cookies.get(_LINK, "")
    found = await _resumable(visit.connection, token)
    if found is None:
        return _not_valid(visit.site)
    form = form_of(found.answers)
    agency = visit.site.agency(form)
    return visit.page(
        "continue",
        status=200 if visit.why is None else 422,
        link=token,
        found=found,
        agency=form.text("agency") if agency is None else agency.name,
        name=form.text("name"),
    )


async def _go_on(visit: Visit) -> Response:
    """Continue the request of the link that the page showed, in a new session."""
    token, secret = visit.form.text("link"), new_secret()
    is_valid = len(token) <= _MAX_TOKEN and await store.resume(
        visit.connection, digest(token), session=digest(secret)
    )
    if not is_valid:
        return _not_valid(visit.site)
    visit.secret = secret
    response = RedirectResponse(HERE, 303)
    response.delete_cookie(_LINK, secure=True, httponly=True, samesite="lax")
    return response


async def _resumable(connection: Any, token: str) -> Resumable | None:
    is_possible = 0 < len(token) <= _MAX_TOKEN
    return await store.read_resumable(connection, digest(token)) if is_possible else None


def _not_valid(site: Site) -> Response:
    return site.plain("not_valid", status=404, draft=None, why=None)


async def _leave(visit: Visit) -> Response:
    if visit.why is None:
        await store.end_session(visit.connection, digest(visit.secret))
        visit.draft = None
        visit.secret = new_secret()
    return visit.page("left", status=200 if visit.why is None else 422)
