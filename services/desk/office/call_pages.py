"""Entering a request for an agency that calls: one page, judged by the contract's models."""

import uuid
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import sending
from services.desk.acts import Act
from services.desk.office.answers import answered
from services.desk.office.call_form import FIELDS, SECTIONS, field_at, options_of, read
from services.desk.office.visits import Office, Visit
from shared.contracts.reference import StaffRole
from shared.web.forms import Form

ENTERS: frozenset[StaffRole] = frozenset({"worker"})
_TELL = "Tell the caller that we will call with the number."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the page."""
    return [
        office.get("/call", _show, roles=ENTERS),
        office.post("/call", _enter, roles=ENTERS, stale=_again),
    ]


async def _show(visit: Visit) -> Response:
    zone = ZoneInfo(visit.office.settings.office_zone)
    today = (await visit.now()).astimezone(zone).date().isoformat()
    return await _page(visit, Form({"received_on": [today], "authority_on": [today]}))


async def _again(visit: Visit) -> Response:
    """Show what was written if the session has ended meanwhile: nothing is lost."""
    return await _page(visit, visit.form, send_again=True)


async def _enter(visit: Visit) -> Response:
    token = _token(visit.form)
    entered = read(visit.form, reference=f"call-{token}")
    if entered.submission is None or entered.contact is None:
        return await _page(visit, visit.form, errors=entered.errors)
    for data, part in ((entered.contact, "contact"), (entered.submission, "request")):
        message_id = await sending.send(
            visit.connection,
            Act(data, token=f"{token}:{part}"),
            actor=visit.actor,
            clock=visit.office.clock,
        )
    visit.wakes_relay = True
    visit.after = lambda: _answered(visit, message_id)
    return RedirectResponse(f"/acts/{message_id}", 303)


async def _answered(visit: Visit, message_id: str) -> Response:
    """Show a refusal in the form, and the number on its own page."""

    async def refused(errors: Mapping[str, str]) -> Response:
        return await _page(visit, visit.form, errors=errors, is_refused=True)

    async def waiting() -> Response:
        return visit.page(
            "act_waiting",
            tell=_TELL,
            chosen=(),
            hidden=visit.form.pairs(),
            back="/",
        )

    return await answered(visit, message_id, field_at=field_at, refused=refused, waiting=waiting)


async def _page(
    visit: Visit,
    form: Form,
    *,
    errors: Mapping[str, str] | None = None,
    send_again: bool = False,
    is_refused: bool = False,
) -> Response:
    catalog = (await visit.names()).catalog
    options = {name: options_of(field, catalog) for name, field in FIELDS.items()}
    return visit.page(
        "call",
        status=422 if errors or send_again else 200,
        sections=SECTIONS,
        options=options,
        filled={name: form.text(name) for name in FIELDS},
        chosen={name: form.all(name) for name in FIELDS},
        token=str(uuid.uuid4()) if is_refused else _token(form),
        errors=errors or {},
        is_refused=is_refused,
        send_again=send_again,
        settings=visit.office.settings,
    )


def _token(form: Form) -> str:
    """Return the token of the form: sent twice, it is one request."""
    try:
        return str(uuid.UUID(form.text("token")))
    except ValueError:
        return str(uuid.uuid4())
