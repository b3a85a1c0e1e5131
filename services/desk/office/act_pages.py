"""Acting on a case: a form, a page that asks to confirm, and what became of it."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import sending, store
from services.desk.acts import Act
from services.desk.office.act_forms import ACTS, About, ActForm, about_of, options_of
from services.desk.office.case_page import find_case
from services.desk.office.labels import Names
from services.desk.office.reloads import next_reload, reloading
from services.desk.office.visits import (
    ADMINISTRATOR,
    CASEWORK,
    NO_ROLE_FOR_PAGE,
    WORKS,
    Office,
    Visit,
)
from services.desk.store import CaseFacts
from shared.contracts.inbound import staff_roles

_NOT_NOW = "This is not possible any more. Look at the case again."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of acts."""
    return [
        office.get("/cases/{number}/act/{act}", _form, roles=WORKS),
        office.post("/cases/{number}/act/{act}", _submit, roles=WORKS),
        office.get("/acts/{message}", _state, roles=CASEWORK | ADMINISTRATOR),
    ]


async def _form(visit: Visit) -> Response:
    facts, form, about = await _asked(visit, item_id=visit.request.query_params.get("item", ""))
    return await _page(visit, facts, form, about, values={}, errors={})


async def _submit(visit: Visit) -> Response:
    facts, form, about = await _asked(visit, item_id=visit.form.text("item"))
    values = {field.name: visit.form.text(field.name) for field in form.fields}
    message, errors = form.read(about, values)
    if message is None or visit.form.text("step") == "change":
        return await _page(visit, facts, form, about, values=values, errors=errors)
    act = Act(message, token=_token(visit), item_id=visit.form.text("item") or None)
    if not visit.may(staff_roles(act.type, message)):
        return visit.page("error", status=403, title=NO_ROLE_FOR_PAGE, message="")
    if visit.form.text("step") != "send":
        return await _confirm(visit, facts, form, values)
    message_id = await sending.send(
        visit.connection, act, actor=visit.actor, clock=visit.office.clock
    )
    visit.wakes_relay = True
    return RedirectResponse(f"/acts/{message_id}", 303)


async def _state(visit: Visit) -> Response:
    try:
        message_id = str(uuid.UUID(visit.request.path_params["message"]))
    except ValueError as error:
        raise HTTPException(404) from error
    act = await store.read_act(visit.connection, message_id)
    if act is None or not (act.actor == visit.actor or visit.may(CASEWORK)):
        raise HTTPException(404)
    number = next_reload(visit) if act.answer is None else None
    return reloading(visit, visit.page("act_state", act=act, reloads=number is not None), number)


async def _asked(visit: Visit, *, item_id: str) -> tuple[CaseFacts, ActForm, About]:
    facts = await find_case(visit)
    form = ACTS.get(visit.request.path_params["act"])
    if form is None:
        raise HTTPException(404)
    zone = ZoneInfo(visit.office.settings.office_zone)
    about = about_of(facts, item_id=item_id, zone=zone)
    if not form.fits(about):
        raise HTTPException(409, _NOT_NOW)
    return facts, form, about


def _token(visit: Visit) -> str:
    """Return the token of the form that asked to confirm: sent twice, it is one act."""
    token = visit.form.text("token")
    try:
        return str(uuid.UUID(token))
    except ValueError:
        return str(uuid.uuid4())


async def _page(
    visit: Visit,
    facts: CaseFacts,
    form: ActForm,
    about: About,
    *,
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    names = await visit.names()
    return visit.page(
        "act",
        status=422 if errors else 200,
        case=facts.case,
        form=form,
        fields=[(field, options_of(field, names.catalog, names)) for field in form.fields],
        filled={field.name: values.get(field.name, "") for field in form.fields},
        errors=errors,
        item=visit.form.text("item") or visit.request.query_params.get("item", ""),
    )


async def _confirm(
    visit: Visit, facts: CaseFacts, form: ActForm, values: Mapping[str, str]
) -> Response:
    names = await visit.names()
    return visit.page(
        "act_confirm",
        case=facts.case,
        form=form,
        chosen=list(_in_words(form, values, names)),
        hidden={**values, "item": visit.form.text("item"), "token": _token(visit)},
    )


def _in_words(form: ActForm, values: Mapping[str, str], names: Names) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        if value := values.get(field.name):
            yield field.label, options_of(field, names.catalog, names).get(value, value)
