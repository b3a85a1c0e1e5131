"""How people at a provider reach their pages: by the link in a mail, or by a code alone."""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.webdesk import provider_store as store
from services.webdesk.provider_acts import Person
from services.webdesk.provider_store import Session
from services.webdesk.site.visits import Site
from services.webdesk.site.work_visits import (
    CODE,
    HERE,
    NOT_RIGHT,
    SIGN_IN,
    WorkVisit,
    get,
    keep,
    post,
)
from shared.contracts.links import OFFER_PATH
from shared.texts.characters import has_invisible
from shared.web.tokens import are_equal, digest, new_secret

_PROVIDER = re.compile(r"[a-z][a-z0-9-]{1,40}")
_MOST = 100
_NO_PROVIDER = "Enter the ID of your organization, such as state-associates."
_NO_CONTACT = "Enter the ID of your contact, as the program office has it."


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        Route(f"{OFFER_PATH}/{{offer}}/{{provider}}/{{contact}}/{{token}}", _opens(site),
              methods=["GET"]),
        get(site, SIGN_IN, _sign_in, needs="nothing"),
        post(site, SIGN_IN, _ask, needs="nothing"),
        get(site, CODE, _code, needs="session"),
        post(site, CODE, _enter, needs="session"),
        post(site, f"{HERE}/leave", _leave, needs="nothing"),
    ]  # fmt: skip


def _opens(site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def open_link(request: Request) -> Response:
        """Exchange a link for a cookie; redirect, so that no page is shown at the link."""
        named = request.path_params
        offer, provider, contact = named["offer"], named["provider"], _contact_in(named["contact"])
        if (
            site.links is None
            or contact is None
            or not are_equal(named["token"], site.links.offer_token(offer, provider, contact))
        ):
            return site.plain("work_not_valid", status=404, session=None)
        secret = new_secret()
        async with site.connected(request) as connection:
            person = Person(provider, contact)
            await store.begin_session(connection, digest(secret), person, offer_id=offer)
        response = RedirectResponse(f"{HERE}/offers/{offer}", 303)
        keep(response, secret)
        return response

    return open_link


async def _sign_in(visit: WorkVisit) -> Response:
    return _sign_in_page(visit, {})


async def _ask(visit: WorkVisit) -> Response:
    """Mail a code to a contact, if there is one; the page says the same of every contact."""
    provider, contact = visit.form.text("provider"), visit.form.text("contact")
    errors = {}
    if not _PROVIDER.fullmatch(provider):
        errors["provider"] = _NO_PROVIDER
    if not 0 < len(contact) <= _MOST or has_invisible(contact):
        errors["contact"] = _NO_CONTACT
    if errors:
        return _sign_in_page(visit, errors)
    person = Person(provider, contact)
    visit.secret = new_secret()
    await visit.ask_for_code(Session(provider, contact, None, False), provider)
    await store.begin_session(visit.connection, digest(visit.secret), person, offer_id=None)
    return RedirectResponse(f"{CODE}?asked=yes", 303)


def _sign_in_page(visit: WorkVisit, errors: dict[str, str]) -> Response:
    filled = {name: visit.form.text(name) for name in ("provider", "contact")}
    status = 422 if errors else 200
    return visit.page("work_sign_in", status=status, errors=errors, filled=filled)


async def _code(visit: WorkVisit) -> Response:
    if visit.held.is_confirmed:
        return RedirectResponse(HERE, 303)
    return _code_page(visit, {}, was_asked="asked" in visit.request.query_params)


async def _enter(visit: WorkVisit) -> Response:
    if visit.held.is_confirmed:
        return RedirectResponse(HERE, 303)
    about = visit.held.offer_id or visit.held.provider
    if visit.form.text("step") == "code":
        await visit.ask_for_code(visit.held, about)
        return RedirectResponse(f"{CODE}?asked=yes", 303)
    if not await visit.prove(about):
        return _code_page(visit, {"code": NOT_RIGHT}, was_asked=True)
    return RedirectResponse(HERE, 303)


def _code_page(visit: WorkVisit, errors: dict[str, str], *, was_asked: bool) -> Response:
    status = 422 if errors else 200
    return visit.page("work_code", status=status, errors=errors, was_asked=was_asked)


async def _leave(visit: WorkVisit) -> Response:
    await store.end_session(visit.connection, digest(visit.secret))
    visit.session, visit.secret = None, new_secret()
    return visit.page("work_left")


def _contact_in(text: str) -> str | None:
    """Return the id of a contact that a link encodes; None if it encodes none."""
    try:
        return urlsafe_b64decode(text.encode()).decode()
    except (binascii.Error, ValueError):
        return None
