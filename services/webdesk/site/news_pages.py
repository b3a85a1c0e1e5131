"""Asking for news by mail, and what the links in those mails lead to."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.webdesk import store
from services.webdesk.acts import AboutSubscription
from services.webdesk.sending import send_about_subscription
from services.webdesk.site.one_click import MOST_BYTES, is_one_click
from services.webdesk.site.visits import Handler, Site, Visit
from services.webdesk.subscriptions import form as news
from services.webdesk.subscriptions.links import Link
from shared.contracts.event import derived_id
from shared.contracts.inbound import (
    SubscriptionChoice,
    SubscriptionConfirmation,
    SubscriptionEnding,
)
from shared.contracts.links import Gets, Purpose
from shared.web.addresses import network_of
from shared.web.forms import Form
from shared.web.posted import content_type, read_body
from shared.web.tokens import digest

NEWS = "/subscriptions"
ASKED = f"{NEWS}/asked"
TOO_MANY = "Your network has asked for news too often. Try again later."
_USED_TOO_OFTEN = "This link was used too often. Try again in an hour."
_NOT_ONE_CLICK = "This is not how a mail program ends a subscription. Nothing was changed."
_ALL = "all"
"""The value of the button that ends all news."""
_PURPOSES: Sequence[Purpose] = ("confirm", "end", "preferences")
_DONE: Mapping[Purpose, str] = {"confirm": "confirmed", "end": "ended", "preferences": "ended"}


@dataclass(frozen=True, slots=True)
class News:
    """The pages of subscriptions, with the ``key`` of links."""

    site: Site
    key: bytes

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes of the pages."""
        get, post = self.site.get, self.site.post
        found: list[BaseRoute] = [
            get(NEWS, _first, needs_draft=False),
            post(NEWS, self._ask, again=_first, needs_draft=False),
            get(ASKED, _page("news_asked"), needs_draft=False),
        ]
        for done in ("confirmed", "chosen", "ended"):
            found.append(get(f"{NEWS}/{done}", _page(f"news_{done}"), needs_draft=False))
        for purpose in _PURPOSES:
            here = f"{NEWS}/{purpose}"
            show, act = self._show(purpose), self._act(purpose)
            found += [
                get(here, show, needs_draft=False),
                post(here, act, again=show, needs_draft=False, is_timed=False),
                Route(f"{here}/{{path:path}}", self._exchange(purpose), methods=["GET"]),
            ]
        click = Route(f"{NEWS}/end/{{path:path}}", self._one_click, methods=["POST"])
        return [*found, click]

    async def _ask(self, visit: Visit) -> Response:
        """Pass on what is asked for: the answer is the same for every address."""
        asked, errors = news.asked(visit.form, self.site.lists.programs)
        if asked is None:
            return _form(visit, visit.form, errors=errors, status=422)
        address = news.normalized(asked.address)
        client = self.site.client(visit.request)
        sent = digest(f"{visit.form.text('csrf')} {visit.secret} {address}")
        noted = await store.note_ask(
            visit.connection,
            form=sent,
            address=hmac.digest(self.key, address.encode(), hashlib.sha256),
            client=digest(client),
            network=digest(network_of(client)),
        )
        if noted == "above_limits":
            raise HTTPException(429, TOO_MANY)
        if noted == "new":
            message_id = derived_id(sent.hex(), NEWS, "ask")
            at = self.site.business_time()
            await send_about_subscription(visit.connection, asked, message_id, at=at)
        return self._sent(visit, ASKED)

    def _exchange(self, purpose: Purpose) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            """Exchange a link for a cookie; redirect, so that no page is shown at the link."""
            path = request.path_params["path"]
            if Link.read(purpose, path, self.key) is None:
                return self._not_valid()
            response = RedirectResponse(f"{NEWS}/{purpose}", 303)
            cookie = _cookie(purpose)
            response.set_cookie(cookie, path, secure=True, httponly=True, samesite="lax")
            return response

        return endpoint

    def _show(self, purpose: Purpose) -> Handler:
        async def show(visit: Visit) -> Response:
            link = self._link(visit, purpose)
            return self._not_valid() if link is None else _shown(visit, link)

        return show

    def _act(self, purpose: Purpose) -> Handler:
        async def act(visit: Visit) -> Response:
            link = self._link(visit, purpose)
            if link is None:
                return self._not_valid()
            said, errors = _said(link, visit.form, self.site.lists.programs)
            if errors:
                return _shown(visit, link, errors=errors)
            await _pass_on(visit.connection, link, said, at=self.site.business_time())
            is_chosen = any(isinstance(each, SubscriptionChoice) for each in said)
            return self._sent(visit, f"{NEWS}/{'chosen' if is_chosen else _DONE[purpose]}")

        return act

    async def _one_click(self, request: Request) -> Response:
        """End what a link names (RFC 8058): without a cookie, and without a page."""
        link = Link.read("end", request.path_params["path"], self.key)
        if link is None:
            return self._not_valid()
        body = await read_body(request, most=MOST_BYTES)
        header = request.headers.get("content-type", "")
        if not is_one_click(body, kind=content_type(request), header=header):
            raise HTTPException(400, _NOT_ONE_CLICK)
        ending = _ending(link, link.kinds, by="one_click")
        async with self.site.connected(request) as connection:
            await _pass_on(connection, link, [ending], at=self.site.business_time())
        self.site.relay_wake.set()
        return Response()

    def _link(self, visit: Visit, purpose: Purpose) -> Link | None:
        """Return the link of a form, which names what its page showed, or of the browser."""
        kept = visit.request.cookies.get(_cookie(purpose), "")
        return Link.read(purpose, visit.form.text("link") or kept, self.key)

    def _not_valid(self) -> Response:
        return self.site.plain("news_not_valid", status=404, draft=None, why=None)

    def _sent(self, visit: Visit, path: str) -> Response:
        """Lead to *path*, and wake the relay once the message is committed."""
        response = RedirectResponse(path, 303)

        async def after() -> Response:
            self.site.relay_wake.set()
            return response

        visit.after = after
        return response


def _cookie(purpose: Purpose) -> str:
    return f"__Host-{purpose}"


def _page(template: str) -> Handler:
    async def show(visit: Visit) -> Response:
        return visit.page(template)

    return show


async def _first(visit: Visit) -> Response:
    return _form(visit, visit.form, status=200 if visit.why is None else 422)


def _form(
    visit: Visit, form: Form, *, status: int, errors: Mapping[str, str] | None = None
) -> Response:
    return visit.page(
        "news",
        status=status,
        address=news.ADDRESS,
        wishes=news.WISHES,
        filled={name: form.text(name) for name in news.FIELDS.by_name},
        chosen=form.all("kinds"),
        programs=visit.site.lists.programs,
        errors=errors or {},
    )


def _shown(visit: Visit, link: Link, *, errors: Mapping[str, str] | None = None) -> Response:
    """Show what a click on the page of *link* does, filled in with what the subscription gets."""
    is_wrong = bool(errors) or visit.why is not None
    filled = {field.name: visit.form.text(field.name) for field in news.WISHES}
    chosen = visit.form.all("kinds")
    if link.gets is not None and not visit.form.fields:
        filled |= {"cadence": link.gets.cadence or "", "program": link.gets.program or ""}
        chosen = list(link.gets.kinds)
    return visit.page(
        f"news_{link.purpose}",
        status=422 if is_wrong else 200,
        link=link,
        wishes=[news.KINDS[kind] for kind in link.kinds],
        gets=link.gets and _in_words(link.gets, visit.site.lists.programs),
        fields=news.WISHES,
        filled=filled,
        chosen=chosen,
        programs=visit.site.lists.programs,
        errors=errors or {},
    )


def _in_words(gets: Gets, programs: Mapping[str, str]) -> list[str]:
    """Return what a subscription *gets*, a line for each kind."""
    lines = [news.KINDS.get(kind, kind) for kind in gets.kinds]
    if news.SOLICITATIONS in gets.kinds:
        program = programs.get(gets.program, gets.program) if gets.program else "all programs"
        details = f"{program}: {news.CADENCES.get(gets.cadence or '', '')}"
        lines[gets.kinds.index(news.SOLICITATIONS)] += f" ({details})"
    return lines


def _said(
    link: Link, form: Form, programs: Mapping[str, str]
) -> tuple[list[AboutSubscription], Mapping[str, str]]:
    """Return what the page of *link* says with *form*, or what is wrong, by field."""
    about, kinds = link.subscription_id, list(link.kinds)
    if link.purpose == "confirm":
        return [SubscriptionConfirmation(subscription_id=about, kinds=kinds)], {}
    if link.purpose == "end":
        return [_ending(link, kinds, by="link")], {}
    if form.text("step") == _ALL:
        return [_ending(link, list(news.KINDS), by="link")], {}
    chosen, errors = news.chosen(form, programs, subscription_id=about)
    if chosen is None:
        return [], errors
    left = [kind for kind in news.KINDS if kind not in chosen.kinds]
    # The choice comes first: a subscription ends with its last kind.
    return [chosen, *([_ending(link, left, by="link")] if left else [])], {}


def _ending(
    link: Link, kinds: Sequence[str], *, by: Literal["link", "one_click"]
) -> SubscriptionEnding:
    return SubscriptionEnding(subscription_id=link.subscription_id, kinds=list(kinds), by=by)


async def _pass_on(
    connection: Any, link: Link, said: Sequence[AboutSubscription], *, at: datetime
) -> None:
    """Send the messages *said* with *link*, in order. Raise 429 above the limit."""
    if not await store.note_link_use(connection, link.subscription_id):
        raise HTTPException(429, _USED_TOO_OFTEN)
    for each in said:
        await send_about_subscription(connection, each, str(uuid4()), at=at)
