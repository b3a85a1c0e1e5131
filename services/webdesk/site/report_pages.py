"""
The pages on which the contact of a request reads a report and answers it.

The link in mails leads to the request. Once a code is entered, the desk asks for the text of the
report, and keeps it for this browser until the contact has checked it, or for `READING_LASTS`.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import reports
from services.webdesk.site.case_visits import CaseVisit, acting, get, post
from services.webdesk.site.code_pages import TOO_MANY, WRONG
from services.webdesk.site.report_forms import data_in, form_page, review_page, token_in
from services.webdesk.site.report_visits import COOKIE, PATH, Opened, opened
from services.webdesk.site.status_pages import is_proved
from services.webdesk.site.visits import Site
from shared.contracts.event import derived_id
from shared.contracts.publications import FactCheck, Reply, ReportQuestion
from shared.web.forms import Form
from shared.web.tokens import new_secret

_SEND_CODE, _ENTER = "/code", "/enter"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        get(site, PATH, _show),
        post(site, PATH, _submit, again=_again),
        post(site, f"{PATH}{_SEND_CODE}", _ask, again=_show),
        post(site, f"{PATH}{_ENTER}", _enter, again=_show),
    ]


async def _show(visit: CaseVisit) -> Response:
    found = await opened(visit)
    reading = await found.reading()
    if reading is None:
        return await _door(found)
    if reading.report is None:
        return _asking(found, "report_wait", reasons=reading.reasons, is_late=reading.is_late)
    return form_page(found, reading.report, Form(), {})


async def _again(visit: CaseVisit) -> Response:
    """Show again what was written: the form was not on a page of this browser."""
    found = await opened(visit)
    reading = await found.reading()
    if reading is None or reading.report is None:
        return await _door(found)
    return form_page(found, reading.report, visit.form, {}, is_again=True)


async def _ask(visit: CaseVisit) -> Response:
    """Have a code mailed to the contact on file."""
    found = await opened(visit)
    if not found.is_open:
        return RedirectResponse(found.here, 303)
    network, matter = visit.site.network(visit.request), acting(visit.case, visit.browser)
    if not await visit.site.prover.ask(visit.connection, matter, network=network):
        raise HTTPException(429, TOO_MANY)
    visit.wakes = True
    return RedirectResponse(f"{found.here}?asked=1", 303)


async def _enter(visit: CaseVisit) -> Response:
    """Ask for the text, if the contact entered a code; only this browser shows it."""
    found = await opened(visit)
    if not found.is_open:
        return RedirectResponse(found.here, 303)
    if not await is_proved(visit):
        return await _door(found, errors={"code": WRONG})
    secret, message_id, shown = new_secret(), str(uuid.uuid4()), found.shown
    await reports.begin_reading(
        visit.connection, secret, shown, reference=visit.case.reference, message_id=message_id
    )
    question = ReportQuestion(
        engagement_id=shown.engagement_id, report_id=shown.report_id, version=shown.version
    )
    await found.say(question, message_id)

    async def told() -> Response:
        await found.wait_for_text(secret)
        response = RedirectResponse(found.here, 303)
        response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="lax")
        return response

    visit.after = told
    return Response()


async def _submit(visit: CaseVisit) -> Response:
    found, form, step = await opened(visit), visit.form, visit.form.text("step")
    reading = await found.reading()
    if reading is None or reading.report is None:
        return RedirectResponse(found.here, 303)
    data, errors = data_in(found, reading.report, form)
    if data is None or step not in ("review", "send"):
        return form_page(found, reading.report, form, {} if step == "change" else errors)
    token = token_in(form)
    if step == "review":
        return review_page(found, reading.report, form, data, token)
    return await _send(found, data, token)


async def _send(found: Opened, data: FactCheck | Reply, token: str) -> Response:
    """Send the answer once; after a fact check, no browser shows the draft any more."""
    visit, shown = found.visit, found.shown
    reference = visit.case.reference
    message_id = derived_id(token, shown.stage, reference)
    is_new = await reports.begin_act(
        visit.connection, shown, reference=reference, message_id=message_id
    )
    if is_new:
        if shown.stage == reports.CHECK:
            await reports.end_readings(visit.connection, shown, reference=reference)
        await found.say(data, message_id)

    async def answered() -> Response:
        await found.wait_for_answer(message_id)
        return RedirectResponse(found.here, 303)

    visit.after = answered
    return Response()


async def _door(found: Opened, *, errors: dict[str, str] | None = None) -> Response:
    """Return the page that asks for a code before it shows the text."""
    return _asking(found, "report_door", errors=errors, is_newer=await found.is_newer())


def _asking(
    found: Opened, template: str, *, errors: dict[str, str] | None = None, **values: Any
) -> Response:
    """Return the page of *template*, on which a code may be asked for and entered."""
    request = found.visit.request
    return found.page(
        template,
        status=422 if request.method == "POST" else 200,
        errors=errors or {},
        was_asked=bool(errors) or "asked" in request.query_params,
        ask_at=f"{found.here}{_SEND_CODE}",
        enter_at=f"{found.here}{_ENTER}",
        **values,
    )
