"""What pages of providers share: whom a browser acts for, and the check that a form is ours."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from asyncpg.pool import PoolConnectionProxy
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.webdesk import provider_store as store
from services.webdesk.provider_store import Session
from services.webdesk.proving import Matter
from services.webdesk.site.visits import Site
from shared.web.addresses import network_of
from shared.web.forms import Form
from shared.web.posted import read_form
from shared.web.tokens import digest, new_secret, shown_at, stamp

COOKIE = "__Host-work"
HERE = "/provider"
CODE, SIGN_IN = f"{HERE}/code", f"{HERE}/sign-in"
TOO_MANY = "Too many codes were requested. Try again in an hour, or call us."
NOT_RIGHT = "This code is wrong or no longer valid. Enter it again, or ask for a new one."
NO_CODES = "We cannot send codes now. Call us."
Needs = Literal["nothing", "session", "code"]
"""What a page needs: nothing, an opened link or a code asked for, or a code that was entered."""


@dataclass(slots=True)
class WorkVisit:
    """One request of a browser, in one transaction."""

    request: Request
    connection: "PoolConnectionProxy[Any]"
    site: Site
    session: Session | None
    secret: str
    """What the browser holds once the response is sent."""
    form: Form = field(default_factory=Form)
    wakes_relay: bool = False
    """Whether a message was appended to the outbox."""
    after: Callable[[], Awaitable[Response]] | None = None
    """What makes the response once the transaction is committed."""

    @property
    def held(self) -> Session:
        """The session, on pages that need one."""
        assert self.session is not None
        return self.session

    @property
    def csrf(self) -> str:
        """The token of every form of this browser."""
        return stamp(self.secret, self.site.seconds())

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone, in which days begin and end."""
        return ZoneInfo(self.site.settings.office_zone)

    def now(self) -> datetime:
        """Return the business time."""
        return self.site.settings.clock.at(datetime.fromtimestamp(self.site.seconds(), UTC))

    def today(self) -> date:
        """Return the day at the office."""
        return self.now().astimezone(self.zone).date()

    async def ask_for_code(self, session: Session, about: str) -> None:
        """Have a code mailed to the contact of *session*. Raise 429 above the limits."""
        codes = self.site.codes
        if codes is None:
            raise HTTPException(503, NO_CODES)
        network = digest(network_of(self.site.client(self.request)))
        if not await codes.ask(self.connection, self._matter(session, about), network=network):
            raise HTTPException(429, TOO_MANY)
        self.wakes_relay = True

    async def prove(self, about: str) -> bool:
        """
        Return whether the form has the code that was mailed about something.

        Then the browser goes on under a new secret, and may act.
        """
        codes, given = self.site.codes, self.form.text("code")
        if codes is None or not given:
            return False
        matter = self._matter(self.held, about)
        if await codes.prove(self.connection, matter, given) is None:
            return False
        before, self.secret = self.secret, new_secret()
        await store.confirm_session(self.connection, digest(before), to=digest(self.secret))
        self.session = self.held._replace(is_confirmed=True)
        return True

    def _matter(self, session: Session, about: str) -> Matter:
        """Return what a code is for; only in this browser, since anyone may ask for a code."""
        return Matter(
            session.contact_id,
            about,
            "act",
            session.provider,
            session.person.actor,
            browsers=(digest(self.secret).hex(),),
            from_link=session.offer_id is not None,
        )

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return the page of *template*."""
        html = self.site.views.render(template, csrf=self.csrf, session=self.session, **values)
        return HTMLResponse(html, status)


Handler = Callable[[WorkVisit], Awaitable[Response]]


def get(site: Site, path: str, handler: Handler, *, needs: Needs = "code") -> Route:
    """Return the route of a page; it changes nothing."""

    async def endpoint(request: Request) -> Response:
        async with site.connected(request) as connection:
            visit = await _visit(site, request, connection, Form())
            response = _turned_away(visit, needs) or await handler(visit)
        return keeping(response, visit)

    return Route(path, endpoint, methods=["GET"])


def post(site: Site, path: str, handler: Handler, *, needs: Needs = "code") -> Route:
    """Return the route of a form, which is taken only from a page that this browser was shown."""

    async def endpoint(request: Request) -> Response:
        site.check_origin(request)
        form = await read_form(request)
        async with site.connected(request) as connection:
            visit = await _visit(site, request, connection, form)
            response = _turned_away(visit, needs)
            if response is None and shown_at(visit.secret, form.text("csrf")) is None:
                response = visit.page("work_again", status=403, hidden=form.pairs())
            response = response or await handler(visit)
        if visit.wakes_relay:
            site.relay_wake.set()
        if visit.after is not None:
            response = await visit.after()
        return keeping(response, visit)

    return Route(path, endpoint, methods=["POST"])


def keeping(response: Response, visit: WorkVisit) -> Response:
    """Return *response*, which has the browser hold its secret until it closes."""
    if visit.secret != visit.request.cookies.get(COOKIE):
        keep(response, visit.secret)
    return response


def keep(response: Response, secret: str) -> None:
    """Have the browser hold *secret*; no script and no other site can use it."""
    response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="lax")


async def _visit(
    site: Site, request: Request, connection: "PoolConnectionProxy[Any]", form: Form
) -> WorkVisit:
    secret = request.cookies.get(COOKIE, "")
    session = await store.touch_session(connection, digest(secret)) if secret else None
    return WorkVisit(request, connection, site, session, secret or new_secret(), form)


def _turned_away(visit: WorkVisit, needs: Needs) -> Response | None:
    """Return where to lead a browser that may not see the page; None if it may."""
    if needs == "nothing":
        return None
    if visit.session is None:
        return visit.page("work_ended", status=403)
    if needs == "code" and not visit.session.is_confirmed:
        return RedirectResponse(CODE, 303)
    return None
