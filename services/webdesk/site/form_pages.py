"""The pages of the form: each is shown as it was saved, judged when it is sent, and saved."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import store
from services.webdesk.decide import refused, unsettled
from services.webdesk.draft.agencies import Found
from services.webdesk.draft.pages import (
    BY_NAME,
    PAGES,
    REVIEW,
    STEPS,
    UNLISTED,
    Page,
    form_of,
    written,
)
from services.webdesk.site.visits import Site, Visit
from shared.contracts.codes import STATES
from shared.web.fields import Field
from shared.web.forms import Form

HERE = "/request"
LATER = f"{HERE}/later"
_BACK, _LATER = "back", "later"
_MOST = 200


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        site.get(f"{HERE}/page/{{page}}", _show),
        site.post(f"{HERE}/page/{{page}}", _save, again=_again),
    ]


def address_of(page: str) -> str:
    """Return the address of a page of the form."""
    return f"{HERE}/{REVIEW}" if page == REVIEW else f"{HERE}/page/{page}"


async def _show(visit: Visit) -> Response:
    page = _page_of(visit)
    if not visit.held.is_open:
        return RedirectResponse(HERE, 303)
    form = Form(visit.held.answers.get(page.name, {}))
    shown = [field.name for field in page.fields]
    errors = {name: why for name, why in refused(visit.held.reasons).items() if name in shown}
    return _rendered(visit, page, form, errors=errors)


async def _save(visit: Visit) -> Response:
    """Save the page, unless something on it is wrong; then nothing of it is stored."""
    page = _page_of(visit)
    step = visit.form.text("step")
    draft = visit.held
    found = written(page, visit.form)
    form = form_of({**draft.answers, page.name: found})
    judged = visit.site.judge(form, draft)
    is_complete = step not in (_BACK, _LATER)
    if errors := judged.on(page, form, complete=is_complete):
        return _rendered(visit, page, visit.form, errors=errors, status=422)
    left = unsettled(draft.reasons, page)
    await store.save_page(
        visit.connection,
        draft.draft_id,
        page.name,
        found,
        reasons=left,
        kept=visit.site.settings.drafts_kept,
    )
    number = PAGES.index(page)
    if step == _LATER:
        return RedirectResponse(LATER, 303)
    if step == _BACK:
        return RedirectResponse(address_of(PAGES[max(number - 1, 0)].name), 303)
    names = [*(each.name for each in PAGES), REVIEW]
    return RedirectResponse(address_of(names[number + 1]), 303)


async def _again(visit: Visit) -> Response:
    """Show what was written: nothing is lost, and nothing is saved."""
    return _rendered(visit, _page_of(visit), visit.form, status=422)


def _page_of(visit: Visit) -> Page:
    page = BY_NAME.get(visit.request.path_params["page"])
    if page is None:
        raise HTTPException(404)
    return page


def _rendered(
    visit: Visit,
    page: Page,
    form: Form,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    number = PAGES.index(page) + 1
    values: dict[str, Any] = {
        "page": page,
        "number": number,
        "steps": STEPS,
        "options": {field.name: _options(visit, field) for field in page.fields},
        "filled": {field.name: form.text(field.name) for field in page.fields},
        "chosen": {field.name: form.all(field.name) for field in page.fields},
        "errors": errors or {},
    }
    if page is PAGES[0]:
        values |= _agency_values(visit, form)
    return visit.page("agency" if page is PAGES[0] else "page", status=status, **values)


def _agency_values(visit: Visit, form: Form) -> dict[str, Any]:
    """Return what the page of the agency shows: a search, what it found, or fields."""
    query = visit.request.query_params
    name = query.get("name", form.text("q_name"))[:_MOST]
    state = query.get("in", form.text("q_state"))
    agencies = visit.site.lists.agencies
    found = agencies.search(name, state) if state in STATES else Found([], 0)
    chosen = visit.site.agency(form)
    is_unlisted = "unlisted" in query or (chosen is None and bool(form.text("agency")))
    return {
        "found": found,
        "searched": state in STATES,
        "q_name": name,
        "q_state": state,
        "states": STATES,
        "agency": chosen,
        "unlisted": UNLISTED if is_unlisted or form.text("unlisted") else (),
    }


def _options(visit: Visit, field: Field) -> Mapping[str, Any]:
    lists = visit.site.lists
    if field.options == "topics":
        return lists.topics
    if field.options == "programs":
        return lists.programs
    assert not isinstance(field.options, str)
    return field.options or {}
