"""Acting on a case, reports or personal records: a form, a page to confirm, and the outcome."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk import sending, store
from services.desk.acts import Act, message_id_of
from services.desk.office.act_form import About, ActForm
from services.desk.office.act_forms import options_of
from services.desk.office.answers import OTHER_REASONS, answered
from services.desk.office.assessment_pages import facts_of, why_not
from services.desk.office.case_file_pages import close_in_time
from services.desk.office.labels import Names
from services.desk.office.named_act import Named, as_addressed, named_act
from services.desk.office.reloads import next_reload, reloading
from services.desk.office.report_pages import as_read
from services.desk.office.timeline import own_contact
from services.desk.office.visits import (
    ADMINISTRATOR,
    APPROVES,
    CASEWORK,
    WORKS,
    Office,
    Visit,
)
from services.desk.store import CaseFacts, CaseFile
from shared.contracts.inbound import staff_roles

_MAX_NAME = 200
_NOT_NOW = "This is no longer possible. Look at the case again."
_NOT_YOURS = "Your role does not include this. Nothing was changed."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of acts."""
    return [
        office.get("/cases/{number}/act/{act}", _form, roles=WORKS),
        office.post("/cases/{number}/act/{act}", _submit, roles=WORKS),
        office.get("/assessments/{engagement}/{act}", _form, roles=WORKS),
        office.post("/assessments/{engagement}/{act}", _submit, roles=WORKS),
        office.get("/records/{act}", _form, roles=APPROVES),
        office.post("/records/{act}", _submit, roles=APPROVES),
        office.get("/acts/{message}", _state, roles=CASEWORK | ADMINISTRATOR),
    ]


async def _form(visit: Visit) -> Response:
    named = await named_act(visit)
    about = _about(visit, named)
    if not named.form.fits(about):
        raise HTTPException(409, _NOT_NOW)
    if named.assessment is not None:
        read = await as_read(visit, named.assessment.engagement_id)
        first = {**named.form.begins_as(about), **read}
        return await _page(visit, named, values=first, errors={})
    if named.facts is None:
        return await _page(visit, named, values=await as_addressed(visit, named.form), errors={})
    file = await _open_file(visit, named.facts)
    held = own_contact(named.facts.happenings)
    values = {} if file is None else _as_held(named.form, file, held)
    response = await _page(visit, named, values=values, errors={})
    if file is not None:
        await close_in_time(visit, response, file)
    return response


async def _open_file(visit: Visit, facts: CaseFacts) -> CaseFile | None:
    """Return the case file that the address names, if the person has opened it in this case."""
    if (message := visit.request.query_params.get("file")) is None:
        return None
    file = await store.read_case_file(visit.connection, message, visit.actor)
    return file if file and file.tracking_number == facts.case.tracking_number else None


def _as_held(form: ActForm, file: CaseFile, contact_id: str | None) -> Mapping[str, str]:
    """Return the contact of *file* as it is held, in the fields of *form*."""
    contacts = (file.told or {}).get("contacts", [])
    held: Mapping[str, Any] = next(
        (each for each in contacts if each["contact_id"] == contact_id), {}
    )
    return {field.name: held.get(field.name) or "" for field in form.fields}


async def _submit(visit: Visit) -> Response:
    named = await named_act(visit)
    form = named.form
    values = {field.name: visit.form.text(field.name) for field in form.fields}
    if (sent := await _sent(visit, form)) is not None:
        visit.after = lambda: _answered(visit, named, values, sent)
        return Response()
    about = _about(visit, named)
    if not form.fits(about):
        errors: Mapping[str, str] = {OTHER_REASONS: _NOT_NOW}
        return await _page(visit, named, values=values, errors=errors, status=409)
    message, errors = form.read(about, values)
    if message is None or visit.form.text("step") == "change":
        return await _page(visit, named, values=values, errors=errors)
    token, item_id = _token(visit), visit.form.text("item") or None
    act = Act(message, token=token or "", item_id=item_id, case=named.number)
    if not visit.may(staff_roles(act.type, message)):
        errors = {OTHER_REASONS: _NOT_YOURS}
        return await _page(visit, named, values=values, errors=errors, status=403)
    if (barred := form.barred(about)) is not None:
        errors = {OTHER_REASONS: barred}
        return await _page(visit, named, values=values, errors=errors, status=403)
    if token is None or visit.form.text("step") != "send":
        return await _confirm(visit, named, values)
    message_id = await sending.send(
        visit.connection, act, actor=visit.actor, clock=visit.office.clock
    )
    visit.wakes_relay = True
    visit.after = lambda: _answered(visit, named, values, message_id)
    return Response()


async def _sent(visit: Visit, form: ActForm) -> str | None:
    """Return the message of this form if it was sent before, such as by another click."""
    token = _token(visit)
    if token is None or visit.form.text("step") != "send":
        return None
    message_id = message_id_of(form.model, token=token, actor=visit.actor)
    act = await store.read_act(visit.connection, message_id)
    return None if act is None else message_id


async def _answered(
    visit: Visit,
    named: Named,
    values: Mapping[str, str],
    message_id: str,
) -> Response:
    form = named.form

    async def refused(errors: Mapping[str, str]) -> Response:
        return await _page(visit, named, values=values, errors=errors, is_refused=True)

    async def waiting() -> Response:
        return visit.page(
            "act_waiting",
            tell="",
            chosen=list(_in_words(form, values, await visit.names())),
            hidden=_hidden(visit, named, values),
            back=named.back,
        )

    return await answered(
        visit, message_id, field_at=form.field_at, refused=refused, waiting=waiting
    )


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


def _token(visit: Visit) -> str | None:
    """Return the token of the form that asked to confirm: sent twice, it is one act."""
    try:
        return str(uuid.UUID(visit.form.text("token")))
    except ValueError:
        return None


def _hidden(visit: Visit, named: Named, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the fields that a page keeps of the form, with the token that makes it one act."""
    token = _token(visit) or str(uuid.uuid4())
    about = "item" if named.assessment is None else "of"  # forms may have a field named item
    return [*values.items(), (about, visit.form.text(about)), ("token", token)]


def _about(visit: Visit, named: Named) -> About:
    """Return what the act is about: an item or a part of an assessment, as the page names it."""
    return named.about(visit, item_id=_named(visit, "item"), of=_named(visit, "of"))


def _named(visit: Visit, name: str) -> str:
    return visit.form.text(name) or visit.request.query_params.get(name, "")[:_MAX_NAME]


async def _page(
    visit: Visit,
    named: Named,
    *,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 422,
    is_refused: bool = False,
) -> Response:
    """Show the form filled in with *values*; *status* is that of a page with errors."""
    names, form, about = await visit.names(), named.form, _about(visit, named)
    return visit.page(
        "act",
        status=status if errors else 200,
        named=named,
        form=form,
        fields=[(field, options_of(field, names.catalog, names)) for field in form.fields],
        filled={field.name: values.get(field.name, "") for field in form.fields},
        errors=errors,
        is_refused=is_refused,
        item=_named(visit, "item"),
        of=_named(visit, "of"),
        facts=await facts_of(visit, about) if about.assessment else (),
        barred=why_not(visit, form, about) if about.assessment else None,
    )


async def _confirm(visit: Visit, named: Named, values: Mapping[str, str]) -> Response:
    form, about = named.form, _about(visit, named)
    facts = await facts_of(visit, about) if about.assessment else ()
    return visit.page(
        "act_confirm",
        named=named,
        form=form,
        ends=form.ends(await store.read_now(visit.connection)),
        chosen=[*facts, *_in_words(form, values, await visit.names())],
        hidden=_hidden(visit, named, values),
    )


def _in_words(form: ActForm, values: Mapping[str, str], names: Names) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        if value := values.get(field.name):
            yield field.label, options_of(field, names.catalog, names).get(value, value)
