"""Reviewing a request, sending it, and what became of it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import store
from services.webdesk.decide import OTHER_REASONS, refused
from services.webdesk.draft.pages import PAGE_OF, PAGES, REVIEW, STEPS, UNLISTED, Page, form_of
from services.webdesk.draft.told import TOLD
from services.webdesk.sending import NotComplete, send
from services.webdesk.site.case_visits import keep_page
from services.webdesk.site.code_pages import proving_of
from services.webdesk.site.form_pages import HERE, address_of
from services.webdesk.site.visits import Site, Visit
from services.webdesk.store import Draft
from shared.web.fields import Field
from shared.web.forms import Form
from shared.web.views import day

SEND = f"{HERE}/send"
ANSWER_SECONDS = 3.0
RELOADS, RELOAD_SECONDS = 5, 2
_LOOK_SECONDS = 0.1
_OF_AGENCY = {field.name for field in UNLISTED}


class Line(NamedTuple):
    """What is written in a field, in words."""

    label: str
    values: Sequence[str]
    is_long: bool


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        site.get(address_of(REVIEW), _look_over),
        site.post(SEND, _send, again=_look_over),
        site.get(HERE, _state),
    ]


async def _look_over(visit: Visit) -> Response:
    """Show everything as it will be sent, and what is wrong with it, page by page."""
    draft = visit.held
    if not draft.is_open:
        return RedirectResponse(HERE, 303)
    form = form_of(draft.answers)
    wrong = {
        **refused(draft.reasons),
        **visit.site.judge(form, draft).errors,
    }
    is_post = visit.request.method == "POST"
    return visit.page(
        "review",
        status=422 if is_post else 200,
        pages=[(page, _lines(visit, page, form)) for page in PAGES],
        number=STEPS,
        steps=STEPS,
        errors=wrong,
        error_pages={
            name: "" if name == OTHER_REASONS else address_of(PAGE_OF[name].name) for name in wrong
        },
        told=TOLD,
        proving=proving_of(visit, form),
    )


async def _send(visit: Visit) -> Response:
    """Send the draft once; a second click finds it sent, and changes nothing."""
    site, draft = visit.site, visit.held
    try:
        sent = await send(
            visit.connection,
            draft.draft_id,
            judge=lambda each: site.judge(form_of(each.answers), each),
            clock=site.settings.clock,
            kept=site.settings.drafts_kept,
        )
    except NotComplete:
        return await _look_over(visit)
    visit.wakes = sent is not None
    if sent is not None and sent.contact is not None and sent.submission is not None:
        await keep_page(site, visit.connection, sent.contact, sent.submission.agency.name)
    visit.after = lambda: _answered(visit, draft)
    return RedirectResponse(HERE, 303)


async def _answered(visit: Visit, draft: Draft) -> Response:
    """Wait a moment for the answer once the draft is committed; its page says the rest."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ANSWER_SECONDS
    now: Draft | None = None
    with suppress(HTTPException):  # it is sent, even if the database is away now
        while (now is None or now.state == "sent") and loop.time() < until:
            await asyncio.sleep(_LOOK_SECONDS)
            async with visit.site.connected(visit.request) as connection:
                now = await store.read_draft(connection, draft.draft_id)
    return RedirectResponse(HERE, 303)


async def _state(visit: Visit) -> Response:
    """Show what became of a request, or lead to the page that is to be filled in next."""
    draft = visit.held
    if draft.is_open:
        return RedirectResponse(address_of(_next_page(visit, draft)), 303)
    number = _next_reload(visit) if draft.state == "sent" else None
    can_withdraw = visit.site.links is not None and visit.site.codes is not None
    response = visit.page(
        "state", told=TOLD, reloads=number is not None, can_withdraw=can_withdraw
    )
    if number is not None:
        response.headers["Refresh"] = f"{RELOAD_SECONDS}; url={HERE}?seen={number}"
    return response


def _next_page(visit: Visit, draft: Draft) -> str:
    if draft.state == "refused":
        return REVIEW
    form = form_of(draft.answers)
    wrong = visit.site.judge(form, draft).errors
    first = next((PAGE_OF[name].name for name in wrong if name in PAGE_OF), None)
    return REVIEW if first is None else first


def _next_reload(visit: Visit) -> int | None:
    """Return the number of the reload that follows; None after the last."""
    seen = visit.request.query_params.get("seen", "0")
    times = int(seen) if seen in map(str, range(RELOADS)) else RELOADS
    return times + 1 if times < RELOADS else None


def _lines(visit: Visit, page: Page, form: Form) -> list[Line]:
    agency = visit.site.agency(form)
    lines = []
    for field in page.fields:
        if field.name == "ori" and agency is not None:
            about = f"{agency.name}, {agency.county} ({agency.ori})"
            lines.append(Line(field.label, [about], False))
        elif agency is None or field.name not in _OF_AGENCY:
            lines.append(_line(visit, field, form))
    return [line for line in lines if line.values]


def _line(visit: Visit, field: Field, form: Form) -> Line:
    names = _names(visit, field)
    if field.kind == "check":
        values = ["Yes" if form.text(field.name) else "No"]
    elif field.kind == "date":
        values = [_in_words(value) for value in form.all(field.name)]
    else:
        values = [names.get(value, value) for value in form.all(field.name)]
    return Line(field.label, values, field.kind == "words")


def _in_words(written: str) -> str:
    """Return a date in words; text that is no date, as it was written."""
    try:
        return day(date.fromisoformat(written))
    except ValueError:
        return written


def _names(visit: Visit, field: Field) -> Mapping[str, str]:
    lists = visit.site.lists
    if field.options == "topics":
        return {code: name for topics in lists.topics.values() for code, name in topics.items()}
    if field.options == "programs":
        return lists.programs
    assert not isinstance(field.options, str)
    return field.options or {}
