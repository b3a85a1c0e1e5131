"""For the administrator: who may sign in, under which pseudonym, and who no longer may."""

import re
import uuid
from collections.abc import Sequence

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import sending, store
from services.desk.acts import OFFICE, Act
from services.desk.office import labels, people
from services.desk.office.people import Person
from services.desk.office.visits import ADMINISTRATOR, Office, Visit
from shared.contracts.reference import StaffMember
from shared.web.forms import identifiers_in

log = structlog.get_logger()
_ACTOR = re.compile(r"staff:[A-Za-z0-9_-]{1,64}")
_MAX_NAME = 200
_MAX_SUBJECT = 255
_SUBJECT = "Give the person's identifier at the sign-in service, as listed below or on their page."
_NAME = "Give the person's name, in at most 200 characters."
_ALIAS = "Give 1 to 64 letters, digits, hyphens or underscores, such as k7f2. It is no name."
_TAKEN = "This person or this pseudonym is entered already."
_YOURSELF = "You cannot disable yourself. Ask another administrator."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the administrator's pages."""
    return [
        office.get("/people", _show, roles=ADMINISTRATOR),
        office.post("/people", _add, roles=ADMINISTRATOR),
        office.post("/people/disable", _disable, roles=ADMINISTRATOR),
        office.post("/people/enable", _enable, roles=ADMINISTRATOR),
        office.post("/people/roles", _give_roles, roles=ADMINISTRATOR),
    ]


async def _show(visit: Visit) -> Response:
    return await _page(visit, errors={})


async def _add(visit: Visit) -> Response:
    subject, name, alias = (visit.form.text(each) for each in ("subject", "name", "alias"))
    errors = {}
    if not 0 < len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        errors["subject"] = _SUBJECT
    if not 0 < len(name) <= _MAX_NAME or not name.isprintable():
        errors["name"] = _NAME
    actor = f"staff:{alias}"
    if not _ACTOR.fullmatch(actor):
        errors["alias"] = _ALIAS
    errors |= identifiers_in({"name": name, "alias": alias})
    if not errors:
        person = Person(visit.office.issuer.url, subject, actor, name)
        if await people.add_person(visit.connection, person, by=visit.actor):
            log.info("office.person_added", actor=actor, by=visit.actor)
            return RedirectResponse("/people", 303)
        errors["subject"] = _TAKEN
    return await _page(visit, errors=errors)


async def _disable(visit: Visit) -> Response:
    person = await _named(visit)
    if person.actor == visit.actor:
        return await _page(visit, errors={"disable": _YOURSELF})
    if not visit.form.text("confirmed"):
        return visit.page("disable", disabled=person)
    issuer, subject = person.issuer, person.subject
    await people.disable_person(visit.connection, issuer=issuer, subject=subject)
    log.info("office.person_disabled", actor=person.actor, by=visit.actor)
    return RedirectResponse("/people", 303)


async def _enable(visit: Visit) -> Response:
    person = await _named(visit)
    await people.enable_person(visit.connection, issuer=person.issuer, subject=person.subject)
    log.info("office.person_enabled", actor=person.actor, by=visit.actor)
    return RedirectResponse("/people", 303)


async def _give_roles(visit: Visit) -> Response:
    person = await _named(visit)
    roles = [role for role in labels.ROLES if role in visit.form.all("roles")]
    if not visit.form.text("confirmed"):
        return visit.page(
            "give_roles",
            given=person,
            given_roles=roles,
            role_names=labels.ROLES,
            token=str(uuid.uuid4()),
        )
    member = StaffMember.model_validate(
        {"id": person.actor, "participant": OFFICE, "roles": roles}
    )
    message_id = await sending.send(
        visit.connection,
        Act(member, token=visit.form.text("token")),
        actor=visit.actor,
        clock=visit.office.clock,
    )
    visit.wakes_relay = True
    return RedirectResponse(f"/acts/{message_id}", 303)


async def _named(visit: Visit) -> Person:
    issuer, subject = visit.office.issuer.url, visit.form.text("subject")
    person = await people.find_person(visit.connection, issuer=issuer, subject=subject)
    if person is None:
        raise HTTPException(404)
    return person


async def _page(visit: Visit, *, errors: dict[str, str]) -> Response:
    issuer = visit.office.issuer.url
    entered = await people.list_people(visit.connection, issuer=issuer)
    roles = {each.actor: await store.read_roles(visit.connection, each.actor) for each in entered}
    return visit.page(
        "people",
        status=422 if errors else 200,
        people=entered,
        roles_of=roles,
        role_names=labels.ROLES,
        most_strangers=people.STRANGERS,
        strangers=await people.list_strangers(visit.connection, issuer=issuer),
        filled={name: visit.form.text(name) for name in ("subject", "name", "alias")},
        errors=errors,
    )
