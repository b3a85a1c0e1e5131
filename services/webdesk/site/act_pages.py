"""Acting for a provider: a form, a page that asks for a code, and what became of it."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import provider_store as store
from services.webdesk.provider_acts import ActData, message_id_of
from services.webdesk.provider_sending import send
from services.webdesk.site.visits import Site
from services.webdesk.site.work_pages import (
    CAPACITY_PATH,
    ENGAGEMENTS,
    OFFERS,
    declared,
    find_engagement,
    find_offer,
    is_answerable,
    is_shown,
)
from services.webdesk.site.work_visits import CODE, NOT_RIGHT, WorkVisit, get, post
from services.webdesk.work import engagements
from services.webdesk.work.forms import (
    CAPACITY,
    OF_ENGAGEMENTS,
    OF_OFFERS,
    OTHER_REASONS,
    About,
    ActForm,
)
from services.webdesk.work.work import APPLIED, REFUSED
from shared.web.fields import Field
from shared.web.forms import Form
from shared.web.views import day

ANSWER_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_NOT_NOW = "This is no longer possible. Go back to see the current status."
_NO_REASON = "No reason was given."


class Named(NamedTuple):
    """The form of an address, what it is about, where to go back, and whether it is possible."""

    form: ActForm
    about: About
    back: str
    is_possible: bool


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    paths = (f"{OFFERS}/{{id}}/{{act}}", f"{ENGAGEMENTS}/{{id}}/{{act}}", CAPACITY_PATH)
    shown = [get(site, path, _form, needs="session") for path in paths]
    return [*shown, *(post(site, path, _submit, needs="session") for path in paths)]


async def _form(visit: WorkVisit) -> Response:
    named = await _named(visit)
    if isinstance(named, Response):
        return named
    if not named.is_possible:
        return await _page(visit, named, Form(), {OTHER_REASONS: _NOT_NOW}, status=409)
    return await _page(visit, named, Form(), {})


async def _submit(visit: WorkVisit) -> Response:
    named = await _named(visit)
    if isinstance(named, Response):
        return named
    form, step, token = visit.form, visit.form.text("step"), _token(visit.form)
    data, errors = named.form.read(form, named.about)
    message_id = message_id_of(named.form.model, visit.held.person, token=token)
    if step == "send" and await _was_sent(visit, message_id):
        visit.after = lambda: _answered(visit, named, message_id, token)
        return Response()
    if not named.is_possible:
        return await _page(visit, named, form, {OTHER_REASONS: _NOT_NOW}, status=409)
    if data is None or step == "change":
        return await _page(visit, named, form, errors)
    if step == "code":
        await visit.ask_for_code(visit.held, named.about.id)
        return _confirm(visit, named, token, {}, was_asked=True)
    if step != "send":
        return _confirm(visit, named, token, {}, was_asked=False)
    if not visit.held.is_confirmed and not await visit.prove(named.about.id):
        return _confirm(visit, named, token, {"code": NOT_RIGHT}, was_asked=True)
    assert isinstance(data, ActData)
    await send(
        visit.connection, data, visit.held.person, token=token, clock=visit.site.settings.clock
    )
    visit.wakes_relay = True
    visit.after = lambda: _answered(visit, named, message_id, token)
    return Response()


async def _was_sent(visit: WorkVisit, message_id: str) -> bool:
    """Return whether this form was sent before, such as by another click."""
    found = await store.read_act(visit.connection, message_id, provider=visit.held.provider)
    return found is not None


async def _named(visit: WorkVisit) -> Named | Response:
    """Return the form of the address, or where to go for the code; raise 404 if there is none."""
    path, params, session = visit.request.url.path, visit.request.path_params, visit.held
    if path == CAPACITY_PATH:
        if not session.is_confirmed:
            return RedirectResponse(CODE, 303)
        about = About(session.provider, visit.today(), visit.zone)
        return Named(CAPACITY, about, CAPACITY_PATH, True)
    about = About(params["id"], visit.today(), visit.zone)
    if path.startswith(f"{OFFERS}/"):
        form = OF_OFFERS.get(params["act"])
        if not is_shown(visit, about.id):
            return RedirectResponse(CODE, 303)
        offer = await find_offer(visit)
        is_possible, back = is_answerable(visit, offer), f"{OFFERS}/{about.id}"
    else:
        form = OF_ENGAGEMENTS.get(params["act"])
        if not session.is_confirmed:
            return RedirectResponse(CODE, 303)
        work = await find_engagement(visit)
        is_possible, back = work.state == engagements.OPEN, f"{ENGAGEMENTS}/{about.id}"
    if form is None:
        raise HTTPException(404)
    return Named(form, about, back, is_possible)


async def _answered(visit: WorkVisit, named: Named, message_id: str, token: str) -> Response:
    """Wait a moment for the answer, so that the next page shows what was accepted."""
    found = await _answer(visit, message_id)
    if found is not None and found.state == APPLIED:
        return RedirectResponse(named.back, 303)
    if found is None or found.state != REFUSED:
        return visit.page("work_waiting", named=named, hidden=_hidden(visit, named, token))
    errors = named.form.refused(found.reasons) or {OTHER_REASONS: _NO_REASON}
    async with visit.site.connected(visit.request) as connection:
        visit.connection = connection
        return await _page(visit, named, visit.form, errors, is_refused=True)


async def _answer(visit: WorkVisit, message_id: str) -> store.Act | None:
    """Return the act as soon as it is answered, or as it is after `ANSWER_SECONDS`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ANSWER_SECONDS
    while True:
        async with visit.site.connected(visit.request) as connection:
            found = await store.read_act(connection, message_id, provider=visit.held.provider)
        is_answered = found is not None and found.state in (APPLIED, REFUSED)
        if is_answered or loop.time() >= until:
            return found
        await asyncio.sleep(_LOOK_SECONDS)


async def _page(
    visit: WorkVisit,
    named: Named,
    form: Form,
    errors: Mapping[str, str],
    *,
    status: int = 422,
    is_refused: bool = False,
) -> Response:
    """Show the form, filled in with what was written; *status* is that of a page with errors."""
    fields = named.form.fields.by_name.values()
    return visit.page(
        "work_act",
        status=status if errors else 200,
        named=named,
        fields=fields,
        options={field.name: _options(visit, field) for field in fields},
        filled={field.name: form.text(field.name) for field in fields},
        chosen={field.name: form.all(field.name) for field in fields},
        errors=errors,
        is_refused=is_refused,
        **await _capacity(visit, named),
    )


async def _capacity(visit: WorkVisit, named: Named) -> dict[str, Any]:
    """Return what is declared now, and its last day, where that is shown."""
    found = await declared(visit) if named.form is CAPACITY else None
    if found is None:
        return {"capacity": None}
    until = datetime.fromisoformat(found.said["valid_until"]).astimezone(visit.zone)
    return {"capacity": found, "declared_through": day(until - timedelta(days=1))}


def _confirm(
    visit: WorkVisit,
    named: Named,
    token: str,
    errors: Mapping[str, str],
    *,
    was_asked: bool,
) -> Response:
    return visit.page(
        "work_confirm",
        status=422 if errors else 200,
        named=named,
        chosen=list(_in_words(visit, named)),
        hidden=_hidden(visit, named, token),
        errors=errors,
        was_asked=was_asked,
    )


def _in_words(visit: WorkVisit, named: Named) -> list[tuple[str, list[str]]]:
    found = []
    for field in named.form.fields.by_name.values():
        names = _flat(_options(visit, field))
        if values := visit.form.all(field.name):
            found.append((field.label, [str(names.get(each, each)) for each in values]))
    return found


def _hidden(visit: WorkVisit, named: Named, token: str) -> list[tuple[str, str]]:
    """Return what a page keeps of the form, with the token that makes it one act."""
    names = named.form.fields.by_name
    pairs = [(name, value) for name, value in visit.form.pairs() if name in names]
    return [*pairs, ("token", token)]


def _token(form: Form) -> str:
    """Return the token of the form that asked to confirm, or a new one."""
    try:
        return str(uuid.UUID(form.text("token")))
    except ValueError:
        return str(uuid.uuid4())


def _options(visit: WorkVisit, field: Field) -> Mapping[str, object]:
    if field.options == "topics":
        return visit.site.lists.topics
    assert not isinstance(field.options, str)
    return field.options or {}


def _flat(options: Mapping[str, object]) -> Mapping[str, object]:
    """Return *options* without their groups."""
    flat: dict[str, object] = {}
    for name, each in options.items():
        flat |= each if isinstance(each, dict) else {name: each}
    return flat
