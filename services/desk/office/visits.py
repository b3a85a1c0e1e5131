"""What all pages share: who is signed in, with which roles, and the check that a form is ours."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from asyncpg.pool import PoolConnectionProxy
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.desk import store
from services.desk.office import sessions
from services.desk.office.issuer import Issuer
from services.desk.office.labels import Names
from services.desk.office.sessions import Session
from services.desk.office.settings import OfficeSettings
from services.desk.office.tokens import csrf_token
from shared.business_clock import BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts.tracking import is_tracking_number
from shared.web.forms import Form
from shared.web.front import Front
from shared.web.posted import read_form
from shared.web.tokens import are_equal, new_secret

Connection = PoolConnectionProxy
SESSION_COOKIE = "__Host-office"
SIGN_IN = "/sign-in"
CASEWORK = frozenset({"reader", "worker", "approver"})
"""Roles that see requests; an administrator as such does not."""
WORKS = frozenset({"worker", "approver"})
"""Roles that act on requests."""
APPROVES = frozenset({"approver"})
"""Roles that may have people forgotten, and set records holds."""
ADMINISTRATOR = frozenset({"administrator"})
PATHS = frozenset({"/", "/assessments", "/call", "/figures", "/emails", "/people", "/records"})
"""Where a sign-in may lead, besides the page of a case."""
NO_ROLE_FOR_PAGE = "Your role does not include this page."
_PACKAGE = "services.desk.office"
_CASE = re.compile(r"/cases/([A-Z0-9-]{1,40})")


@dataclass(slots=True)
class Visit:
    """
    One request of a signed-in person, in one transaction.

    ``session`` is None only if its session had ended when a form came (see `Office.post`).
    """

    request: Request
    connection: "PoolConnectionProxy[Any]"
    office: "Office"
    session: Session | None
    roles: frozenset[str]
    secret: str | None
    """What the browser holds; None once the session has ended."""
    form: Form = field(default_factory=Form)
    wakes_relay: bool = False
    """Whether a message was appended to the outbox."""
    after: Callable[[], Awaitable[Response]] | None = None
    """What makes the response once the transaction is committed."""

    @property
    def csrf(self) -> str:
        """The token of every form of this session."""
        return csrf_token(self.secret or "")

    @property
    def actor(self) -> str:
        """The pseudonym under which the person acts."""
        # Without a session or an actor there are no roles, and no page.
        assert self.session is not None
        assert self.session.actor is not None
        return self.session.actor

    async def now(self) -> datetime:
        """Return the business time."""
        return self.office.clock.at(await store.read_now(self.connection))

    async def names(self) -> Names:
        """Return the names for the ids of reference data."""
        return Names(await self.office.catalog.current(self.connection))

    def may(self, roles: Collection[str]) -> bool:
        """Tell whether the person has one of *roles*."""
        return not self.roles.isdisjoint(roles)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return the page of *template*, with the navigation of this person."""
        html = self.office.views.render(
            template,
            person=self.session,
            roles=self.roles,
            csrf=self.csrf,
            path=self.request.url.path,
            **values,
        )
        return HTMLResponse(html, status)


Handler = Callable[[Visit], Awaitable[Response]]


class Office(Front[OfficeSettings]):
    """What the pages of one process share."""

    not_found = "Check the address, or go to the work list."

    def __init__(
        self,
        settings: OfficeSettings,
        *,
        relay_wake: asyncio.Event,
        issuer: Issuer | None = None,
    ) -> None:
        super().__init__(settings, package=_PACKAGE, relay_wake=relay_wake)
        self.clock: BusinessClock = settings.clock
        self.zone = ZoneInfo(settings.office_zone)
        self.issuer = issuer or Issuer(settings)
        self.catalog = CatalogCache()

    def get(
        self, path: str, handler: Handler, *, roles: Collection[str] | None = CASEWORK
    ) -> Route:
        """Return the route of a page for people with one of *roles*; it changes nothing."""

        async def endpoint(request: Request) -> Response:
            return await self._visit(request, handler, roles, Form())

        return Route(path, endpoint, methods=["GET"])

    def post(
        self,
        path: str,
        handler: Handler,
        *,
        roles: Collection[str] | None,
        stale: Handler | None = None,
    ) -> Route:
        """
        Return the route of a form for people with one of *roles*; None: everyone who is signed in.

        *stale* answers a form whose session has ended or was renewed. Without it, a page shows
        what was written, to be sent again.
        """

        async def endpoint(request: Request) -> Response:
            self.check_origin(request)
            form = await read_form(request)
            return await self._visit(request, handler, roles, form, stale=stale)

        return Route(path, endpoint, methods=["POST"])

    def plain(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page for people who are not signed in."""
        return super().plain(template, status=status, person=None, **values)

    async def _visit(
        self,
        request: Request,
        handler: Handler,
        roles: Collection[str] | None,
        form: Form,
        *,
        stale: Handler | None = None,
    ) -> Response:
        secret = request.cookies.get(SESSION_COOKIE, "")
        if not secret and stale is None:
            return self._signed_out(request, form)
        async with self.connected(request) as connection:
            session = await sessions.touch_session(connection, secret) if secret else None
            if session is None:
                visit = Visit(request, connection, self, None, frozenset(), None, form)
                return await stale(visit) if stale else self._signed_out(request, form)
            if request.method == "POST" and not are_equal(form.text("csrf"), csrf_token(secret)):
                handler = stale or send_again
            current = await self.roles(connection, session)
            renewed = current != session.roles
            if renewed:  # forms and cookies from before the change are no longer valid
                before, secret = secret, new_secret()
                await sessions.renew_session(connection, before, to=secret, roles=current)
            visit = Visit(request, connection, self, session, current, secret, form)
            response = await self._answer(visit, handler, roles)
        if visit.wakes_relay:
            self.relay_wake.set()
        if visit.after is not None:
            response = await visit.after()
        if renewed and visit.secret is not None:
            set_session(response, visit.secret)
        return response

    async def _answer(
        self, visit: Visit, handler: Handler, roles: Collection[str] | None
    ) -> Response:
        if roles is None or visit.may(roles):
            return await handler(visit)
        if not visit.roles:
            return visit.page("no_role", status=403)
        if visit.request.url.path == "/":
            return RedirectResponse("/people", 303)
        return visit.page("error", status=403, title=NO_ROLE_FOR_PAGE, message="")

    async def roles(
        self, connection: "PoolConnectionProxy[Any]", session: Session
    ) -> frozenset[str]:
        """Return what the person may do now."""
        if session.actor is None:
            return frozenset()
        found = await store.read_roles(connection, session.actor)
        if session.subject == self.settings.first_administrator:
            return frozenset(found) | ADMINISTRATOR
        return frozenset(found)

    def _signed_out(self, request: Request, form: Form) -> Response:
        if request.method == "POST":
            return self.plain("send_again", status=403, csrf="", hidden=form.pairs())
        here = urlencode({"next": safe_next(request.url.path)})
        return RedirectResponse(f"{SIGN_IN}?{here}", 303)


async def send_again(visit: Visit) -> Response:
    """Show that a form was not taken, with what was written, to be sent again."""
    return visit.page("send_again", status=403, hidden=visit.form.pairs())


def safe_next(path: str) -> str:
    """Return *path* if a sign-in may lead there, else the first page."""
    case = _CASE.fullmatch(path)
    if path in PATHS or (case and is_tracking_number(case[1])):
        return path
    return "/"


def set_session(response: Response, secret: str) -> None:
    """Have the browser hold *secret* until it closes; no script and no other site can use it."""
    response.set_cookie(SESSION_COOKIE, secret, secure=True, httponly=True, samesite="lax")
