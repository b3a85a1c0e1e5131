"""Proving by a code that the address in a request belongs to the person who writes it."""

from collections.abc import Sequence
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import store
from services.webdesk.decide import contact_of
from services.webdesk.draft.pages import BY_NAME, REVIEW, form_of
from services.webdesk.proving import of_draft
from services.webdesk.site.form_pages import HERE, address_of
from services.webdesk.site.visits import Site, Visit
from shared.web.forms import Form

CODE = f"{HERE}/code"
ENTER = f"{CODE}/enter"
TOO_MANY = "Your network has asked for too many codes. Try again in an hour, or call us."
WRONG = (
    "This code did not work. It may be mistyped, older than 15 minutes, used, tried too often,"
    " asked for in another browser, or replaced by a newer one. Check the email again, or ask for"
    " a new code."
)
Proving = Literal["no", "open", "done"]
"""Whether the address of a request can be proved: no, not yet done, or done."""


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        site.get(CODE, _show),
        site.post(CODE, _ask, again=_show),
        site.post(ENTER, _enter, again=_show, is_timed=False),
    ]


def proving_of(visit: Visit, form: Form) -> Proving:
    """Return whether the address in *form* can be proved."""
    if visit.site.codes is None:
        return "no"
    return "done" if visit.site.is_proved(form, visit.held) else "open"


async def _show(visit: Visit) -> Response:
    """Show the page; it is the same for every address, and whether or not a code was sent."""
    if visit.site.codes is None:
        raise HTTPException(404)
    if not visit.held.is_open:
        return RedirectResponse(HERE, 303)
    return _rendered(visit)


async def _ask(visit: Visit) -> Response:
    codes, draft = visit.site.prover, visit.held
    contact = contact_of(form_of(draft.answers), reference=draft.reference)
    if not draft.is_open or contact is None:
        return await _show(visit)
    matter = of_draft(draft.reference)
    network = visit.site.network(visit.request)
    if not await codes.ask(visit.connection, matter, contact=contact, network=network):
        raise HTTPException(429, TOO_MANY)
    visit.wakes = True
    return RedirectResponse(f"{CODE}?asked=1", 303)


async def _enter(visit: Visit) -> Response:
    """Note that the address is proved; a try counts even if it fails."""
    codes, draft = visit.site.prover, visit.held
    if not draft.is_open:
        return RedirectResponse(HERE, 303)
    given = visit.form.text("code")
    address = await codes.prove(visit.connection, of_draft(draft.reference), given)
    if address is None:
        return _rendered(visit, errors={"code": WRONG})
    await store.note_proved(visit.connection, draft.draft_id, address)
    await visit.renew()
    return RedirectResponse(address_of(REVIEW), 303)


def _rendered(visit: Visit, *, errors: dict[str, str] | None = None) -> Response:
    is_post = visit.request.method == "POST"
    contact = contact_of(form_of(visit.held.answers), reference=visit.held.reference)
    return visit.page(
        "code",
        status=422 if is_post else 200,
        errors=errors or {},
        address=None if contact is None else contact.email,
        people=address_of(BY_NAME["people"].name),
        was_asked=bool(errors) or "asked" in visit.request.query_params,
        ask_at=CODE,
        enter_at=ENTER,
        back=address_of(REVIEW),
    )
