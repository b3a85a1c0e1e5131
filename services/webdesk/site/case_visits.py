"""
Visits of somebody who has opened the link to a request.

The browser holds the token of the link as a cookie, and nothing is stored of it: opening a link
changes nothing, however often, and the token allows only reading. Acts need a code, which counts
in the browser that has asked for it: links get forwarded, and others must not use up its tries.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asyncpg.pool import PoolConnectionProxy
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.webdesk import cases
from services.webdesk.acts import WEB_DESK
from services.webdesk.cases import Case
from services.webdesk.proving import Matter
from services.webdesk.site import visits
from services.webdesk.site.visits import Site
from shared.contracts.inbound import Contact
from shared.contracts.links import Links
from shared.web.forms import Form
from shared.web.posted import read_form
from shared.web.tokens import digest, new_secret, shown_at, stamp

COOKIE = "__Host-status"
_MAX_TOKEN = 100


@dataclass(slots=True)
class CaseVisit:
    """One request of a browser that holds the link to ``case``, in one transaction."""

    request: Request
    connection: "PoolConnectionProxy[Any]"
    site: Site
    token: str
    case: Case
    secret: str
    """What the browser holds beside the token, once the response is sent."""
    form: Form = field(default_factory=Form)
    wakes: bool = False
    """Whether something waits in the outbox once the transaction is committed."""
    after: Callable[[], Awaitable[Response]] | None = None
    """What makes the response once the transaction is committed."""

    @property
    def browser(self) -> str:
        """What this browser's codes are kept under."""
        return digest(self.secret).hex()

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return the page of *template*."""
        csrf = stamp(self.token, self.site.seconds())
        shown: Mapping[str, Any] = {"why": None, "draft": None, "case": self.case, **values}
        return HTMLResponse(self.site.views.render(template, csrf=csrf, **shown), status)


Handler = Callable[[CaseVisit], Awaitable[Response]]


def get(site: Site, path: str, handler: Handler) -> Route:
    """Return the route of a page; it changes nothing."""

    async def endpoint(request: Request) -> Response:
        token = token_of(request)
        async with site.connected(request) as connection:
            case = await opened(site, connection, token)
            if case is None:
                return not_valid(site)
            return await handler(CaseVisit(request, connection, site, token, case, ""))

    return Route(path, endpoint, methods=["GET"])


def post(site: Site, path: str, handler: Handler, *, again: Handler) -> Route:
    """Return the route of a form; *again* answers one that was not on a page of this browser."""

    async def endpoint(request: Request) -> Response:
        site.check_origin(request)
        form, token = await read_form(request), token_of(request)
        before = request.cookies.get(visits.COOKIE, "")
        async with site.connected(request) as connection:
            case = await opened(site, connection, token)
            if case is None:
                return not_valid(site)
            visit = CaseVisit(request, connection, site, token, case, before or new_secret(), form)
            is_ours = shown_at(token, form.text("csrf")) is not None
            response = await (handler if is_ours else again)(visit)
        if visit.wakes:
            site.relay_wake.set()
        response = response if visit.after is None else await visit.after()
        return visits.keeping(response, visit.secret, before)

    return Route(path, endpoint, methods=["POST"])


def token_of(request: Request) -> str:
    """Return the token that the browser holds; empty without one."""
    return request.cookies.get(COOKIE, "")


async def opened(site: Site, connection: Any, token: str) -> Case | None:
    """Return the request that *token* opens, None if there is none; raise 404 without links."""
    links_of(site)
    is_possible = 0 < len(token) <= _MAX_TOKEN
    return await cases.read_case(connection, token) if is_possible else None


def not_valid(site: Site) -> Response:
    """Return the page for an invalid link, the same for unknown, replaced and expired ones."""
    response = site.plain("no_status", status=404, draft=None, why=None)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    return response


async def keep_page(site: Site, connection: Any, contact: Contact, agency: str | None) -> None:
    """
    Make the link in mails to *contact* the only one to its request.

    The contact's id is the reference of the request. With *agency*, the request was just sent, and
    is stored; without, only its contact changes. Do nothing if there are no links or codes.
    """
    if site.links is None or site.codes is None:
        return
    reference, given = contact.contact_id, contact.email or ""
    link, address = link_token(site, reference, given), site.codes.hash_of(given)
    if agency is None:
        await cases.replace_contact(connection, reference, link=link, address=address)
    else:
        await cases.keep_request(connection, reference, agency=agency, link=link, address=address)


def link_token(site: Site, reference: str, address: str) -> str:
    """Return the token of the link in mails to the contact of a request."""
    return links_of(site).status_token(f"contact:{WEB_DESK}:{reference}", address)


def links_of(site: Site) -> Links:
    """Return the writer of links; raise 404 if there are none."""
    if site.links is None:
        raise HTTPException(404)
    return site.links


def acting(case: Case, *browsers: str) -> Matter:
    """Return the matter of a code with which the contact acts on its request in *browsers*."""
    return Matter(case.reference, case.tracking_number, "act", browsers=browsers, from_link=True)
