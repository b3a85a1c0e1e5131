"""The page of one case: where it stands, what waits, what happened, and who was told."""

from collections.abc import Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk import store
from services.desk.office import act_forms, labels, people, timeline
from services.desk.office.act_form import ActForm
from services.desk.office.assessment_pages import assessed_in
from services.desk.office.visits import WORKS, Office, Visit
from services.desk.store import CaseFacts
from services.desk.work.items import ABOUT_REPORTS
from shared.contracts.codes import CODES
from shared.contracts.tracking import is_tracking_number

UNKNOWN = "There is no request with this number. Check the number, or search the work list."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the route of the page."""
    return [office.get("/cases/{number}", _show)]


async def find_case(visit: Visit) -> CaseFacts:
    """Return the case that the address names; raise 404 if there is none."""
    number = visit.request.path_params["number"]
    found = None
    if is_tracking_number(number):
        found = await store.read_case(visit.connection, number, at=await visit.now())
    if found is None:
        raise HTTPException(404, UNKNOWN)
    return found


async def _show(visit: Visit) -> Response:
    facts = await find_case(visit)
    standing = facts.case.status or "accepted"
    names = await visit.names()
    may_act = visit.may(WORKS)
    offered = _offered(visit, facts) if may_act else {}
    with_items = {form.name for forms in offered.values() for form in forms}
    entered = await people.list_people(visit.connection, issuer=visit.office.issuer.url)
    return visit.page(
        "case",
        case=facts.case,
        standing=labels.STATUSES.get(standing, labels.words_of(standing)),
        items=facts.items,
        kinds=labels.KINDS,
        names=names,
        people={person.actor: person.name for person in entered},
        clock=timeline.running_clock(facts.happenings),
        entries=timeline.entries(facts.happenings, names),
        told=timeline.told(facts.notices, names),
        offered=offered,
        possible=[form for form in act_forms.possible(facts) if form.name not in with_items],
        done=await store.read_acts(visit.connection, facts.case.tracking_number),
        act_kinds=labels.ACT_KINDS,
        answers=labels.ANSWERS,
        purposes=CODES["purposes"],
        assessed=assessed_in(facts),
        of_reports=ABOUT_REPORTS,
        at=await visit.now(),
        may_act=may_act,
    )


def _offered(visit: Visit, facts: CaseFacts) -> Mapping[str, Sequence[ActForm]]:
    """Return, by item, the acts that it is likely to need; none if another person has it."""
    return {
        item.item_id: act_forms.likely(facts, item)
        for item in facts.items
        if item.taken_by in (None, visit.actor)
    }
