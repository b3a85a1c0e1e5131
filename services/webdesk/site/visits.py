"""What all pages share: the draft that a browser holds, and the check that a form is ours."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from asyncpg.pool import PoolConnectionProxy
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.webdesk import store
from services.webdesk.decide import Judged, judge
from services.webdesk.draft.agencies import ListedAgency
from services.webdesk.lists import Lists
from services.webdesk.proving import Codes
from services.webdesk.references import new_reference
from services.webdesk.settings import Settings
from services.webdesk.store import Draft, Sending
from shared.contracts.links import Links, read_key
from shared.contracts.states_and_zones import day_in
from shared.web.addresses import network_of
from shared.web.forms import Form
from shared.web.front import Front
from shared.web.posted import read_form
from shared.web.tokens import digest, new_secret, shown_at, stamp

COOKIE = "__Host-request"
LEAST_SECONDS = 3
"""The least time that a person needs for a form."""
TRAP = "website"
"""A field that people do not see, but programs fill in."""
TOO_MANY = "Your network has started too many requests. Try again in an hour, or call us."
Why = Literal["ended", "quick", "trap"]
"""Why a form must be sent again: its session ended, it came too fast, or the trap was filled."""


@dataclass(slots=True)
class Visit:
    """
    One request of a browser, in one transaction.

    ``draft`` is the one that the browser holds; None only on pages that need none.
    """

    request: Request
    connection: "PoolConnectionProxy[Any]"
    site: "Site"
    draft: Draft | None
    secret: str
    """What the browser holds once the response is sent."""
    form: Form = field(default_factory=Form)
    shown: int | None = None
    """When the form that was sent was shown."""
    why: Why | None = None
    """Why the form must be sent again, if it must."""
    after: Callable[[], Awaitable[Response]] | None = None
    """What makes the response once the transaction is committed."""
    wakes: bool = False
    """Whether a message was appended to the outbox."""

    @property
    def held(self) -> Draft:
        """The draft, on pages that need one."""
        assert self.draft is not None
        return self.draft

    @property
    def csrf(self) -> str:
        """
        The token of every form of this browser.

        A form that comes back keeps its time: people may correct it as fast as they like.
        """
        return stamp(self.secret, self.site.seconds() if self.shown is None else self.shown)

    async def begin(self) -> None:
        """Begin a draft in a new session. Raise 429 above the limits."""
        self.secret = new_secret()
        client = self.site.client(self.request)
        draft_id = await store.begin_draft(
            self.connection,
            reference=new_reference(),
            session=digest(self.secret),
            client=digest(client),
            network=digest(network_of(client)),
            kept=self.site.settings.drafts_kept,
        )
        if draft_id is None:
            raise HTTPException(429, TOO_MANY)
        self.draft = await store.read_draft(self.connection, draft_id)

    async def renew(self) -> None:
        """Continue the session under another id: one that was planted or overheard is useless."""
        before, self.secret = self.secret, new_secret()
        await store.renew_session(self.connection, digest(before), to=digest(self.secret))

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return the page of *template*."""
        html = self.site.views.render(
            template, csrf=self.csrf, draft=self.draft, why=self.why, **values
        )
        return HTMLResponse(html, status)


Handler = Callable[[Visit], Awaitable[Response]]


class Site(Front[Settings]):
    """What the pages of one process share."""

    not_found = "Check the address, or go to the first page."

    def __init__(
        self,
        settings: Settings,
        lists: Lists,
        *,
        relay_wake: asyncio.Event,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        has_news, days = settings.link_key is not None, settings.drafts_kept_days
        super().__init__(
            settings,
            package=__package__ or "",
            relay_wake=relay_wake,
            has_news=has_news,
            kept_for="1 day" if days == 1 else f"{days} days",
        )
        self.lists = lists
        key = settings.code_key
        self.codes = (
            None if key is None else Codes(key.get_secret_value().encode(), settings.clock)
        )
        """Asks for codes and checks them; None if there are none."""
        link_key = settings.link_key
        self.links = (
            None
            if link_key is None
            else Links(settings.public_url, read_key(link_key.get_secret_value()))
        )
        """Writes the links in mails; None if there are none."""
        self._now = now

    @property
    def prover(self) -> Codes:
        """`codes`, for pages that need them. Raise 404 if there are none."""
        if self.codes is None:
            raise HTTPException(404)
        return self.codes

    def network(self, request: Request) -> bytes:
        """Return the hash of the network that *request* comes from."""
        return digest(network_of(self.client(request)))

    def seconds(self) -> int:
        """Return the real time in whole seconds."""
        return int(self._now().timestamp())

    def business_time(self) -> datetime:
        """Return what the business clock shows."""
        return self.settings.clock.at(self._now())

    def judge(self, form: Form, draft: Draft | Sending) -> Judged:
        """Return what *form*, which has the fields of all pages of *draft*, makes now."""
        agency = self.agency(form)
        state = form.text("state") if agency is None else agency.state
        return judge(
            form,
            reference=draft.reference,
            agency=agency,
            today=self._today(state),
            is_proved=self.is_proved(form, draft),
        )

    def is_proved(self, form: Form, draft: Draft | Sending) -> bool:
        """Tell whether the reader of the address in *form* entered a code on *draft*."""
        if self.codes is None or draft.proved_address is None:
            return False
        return self.codes.hash_of(form.text("email")) == draft.proved_address

    def agency(self, form: Form) -> ListedAgency | None:
        """Return the agency of the list that *form* names."""
        return self.lists.agencies.get(form.text("ori"))

    def get(self, path: str, handler: Handler, *, needs_draft: bool = True) -> Route:
        """Return the route of a page; showing it changes no draft."""

        async def endpoint(request: Request) -> Response:
            secret = request.cookies.get(COOKIE, "")
            async with self.connected(request) as connection:
                draft = await _touch(connection, secret)
                visit = Visit(request, connection, self, draft, secret or new_secret())
                if draft is None and needs_draft:
                    response = visit.page("ended", status=403)
                else:
                    response = await handler(visit)
            return keeping(response, visit.secret, secret)

        return Route(path, endpoint, methods=["GET"])

    def post(
        self,
        path: str,
        handler: Handler,
        *,
        again: Handler,
        needs_draft: bool = True,
        is_timed: bool = True,
    ) -> Route:
        """
        Return the route of a form.

        *again* answers a form whose session has ended, or that no person can have filled in: it
        shows what was written, to be sent again. One that *is_timed* must not come at once.
        """

        async def endpoint(request: Request) -> Response:
            self.check_origin(request)
            form = await read_form(request)
            secret = request.cookies.get(COOKIE, "")
            async with self.connected(request) as connection:
                draft = await _touch(connection, secret)
                visit = Visit(request, connection, self, draft, secret or new_secret(), form)
                visit.shown = shown_at(secret, form.text("csrf"))
                visit.why = self._why(visit, needs_draft=needs_draft, is_timed=is_timed)
                if visit.why is None:
                    response = await handler(visit)
                else:
                    await _take_up(visit, needs_draft=needs_draft)
                    response = await again(visit)
            if visit.wakes:
                self.relay_wake.set()
            if visit.after is not None:
                response = await visit.after()
            return keeping(response, visit.secret, secret)

        return Route(path, endpoint, methods=["POST"])

    def _why(self, visit: Visit, *, needs_draft: bool, is_timed: bool) -> Why | None:
        if visit.shown is None or (visit.draft is None and needs_draft):
            return "ended"
        if visit.form.text(TRAP):
            return "trap"
        if is_timed and self.seconds() - visit.shown < LEAST_SECONDS:
            return "quick"
        return None

    def _today(self, state: str) -> date:
        return day_in(state, self.business_time())


async def _touch(connection: "PoolConnectionProxy[Any]", secret: str) -> Draft | None:
    return await store.touch_session(connection, digest(secret)) if secret else None


async def _take_up(visit: Visit, *, needs_draft: bool) -> None:
    """
    Give the form a session again, if its own has ended.

    A page of ours that is still open proves that the browser held the draft: it goes on with it
    under a new secret. Otherwise, what was written begins a new draft.
    """
    if visit.draft is not None or not needs_draft:
        return
    before = visit.secret
    if visit.shown is not None:
        visit.secret = new_secret()
        if await store.renew_session(visit.connection, digest(before), to=digest(visit.secret)):
            visit.draft = await _touch(visit.connection, visit.secret)
    if visit.draft is None:
        await visit.begin()


def keeping(response: Response, secret: str, before: str) -> Response:
    """Return *response*, which has the browser hold *secret* until it closes, if it is new."""
    if secret != before:
        response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="lax")
    return response
