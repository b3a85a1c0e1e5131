"""What a provider is asked and works on: the list of everything, an offer, an engagement."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.webdesk import provider_store as store
from services.webdesk.provider_store import Act
from services.webdesk.site.visits import Site
from services.webdesk.site.work_visits import CODE, HERE, WorkVisit, get
from services.webdesk.work import offers
from services.webdesk.work.engagements import Engagement
from services.webdesk.work.forms import COMPLETE, OF_ENGAGEMENTS, OF_OFFERS
from services.webdesk.work.offers import Offer
from services.webdesk.work.work import DECLARE
from shared.contracts.codes import CODES, STATES
from shared.contracts.links import WORK_PATH
from shared.web.views import day

OFFERS, ENGAGEMENTS = f"{HERE}/offers", WORK_PATH
CAPACITY_PATH = f"{HERE}/capacity"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        get(site, HERE, _list),
        get(site, f"{OFFERS}/{{id}}", _offer, needs="session"),
        get(site, f"{ENGAGEMENTS}/{{id}}", _engagement),
    ]


async def find_offer(visit: WorkVisit) -> Offer:
    """Return the offer of the address; raise 404 if there is none to this provider."""
    name = visit.request.path_params["id"]
    offer = await store.read_offer(visit.connection, name, provider=visit.held.provider)
    if offer is None:
        raise HTTPException(404)
    return offer


async def find_engagement(visit: WorkVisit) -> Engagement:
    """Return the engagement of the address; raise 404 if this provider has no such engagement."""
    name = visit.request.path_params["id"]
    found = await store.read_engagement(visit.connection, name, provider=visit.held.provider)
    if found is None:
        raise HTTPException(404)
    return found


def is_shown(visit: WorkVisit, offer_id: str) -> bool:
    """Return whether this browser may see the offer: that of its link, or any after a code."""
    return visit.held.is_confirmed or visit.held.offer_id == offer_id


def is_answerable(visit: WorkVisit, offer: Offer) -> bool:
    """Return whether an answer to the offer may still arrive in time."""
    ends = offer.expires_at
    return offer.state == offers.OPEN and ends is not None and visit.now() < ends


async def declared(visit: WorkVisit) -> Act | None:
    """Return the last declaration of capacity that was taken."""
    return await store.read_last_applied(visit.connection, DECLARE, provider=visit.held.provider)


async def _list(visit: WorkVisit) -> Response:
    provider = visit.held.provider
    return visit.page(
        "work",
        offers=await store.read_offers(visit.connection, provider),
        engagements=await store.read_engagements(visit.connection, provider),
        capacity=await declared(visit),
        most_ended=store.MOST_ENDED,
        now=visit.now(),
    )


async def _offer(visit: WorkVisit) -> Response:
    name, held = visit.request.path_params["id"], visit.held
    if not is_shown(visit, name):
        return RedirectResponse(CODE, 303)
    offer = await store.read_offer(visit.connection, name, provider=held.provider)
    if offer is None and held.offer_id == name:
        return visit.page("work_not_yet", status=404, offer_id=name)
    if offer is None:
        raise HTTPException(404)
    return visit.page(
        "work_offer",
        offer=offer,
        lines=lines(visit, offer.told),
        is_answerable=is_answerable(visit, offer),
        answers=OF_OFFERS.values(),
        acts=await _acts(visit, offer.offer_id),
        most_acts=store.MOST_ACTS,
    )


async def _engagement(visit: WorkVisit) -> Response:
    work = await find_engagement(visit)
    forms = [each for each in OF_ENGAGEMENTS.values() if each is not COMPLETE or work.is_delivered]
    return visit.page(
        "work_engagement",
        work=work,
        lines=lines(visit, work.told),
        reached=[
            (CODES["milestones"].get(each["milestone"], each["milestone"]), each["on"])
            for each in work.milestones
        ],
        forms=forms,
        acts=await _acts(visit, work.engagement_id),
        most_acts=store.MOST_ACTS,
    )


async def _acts(visit: WorkVisit, about: str) -> list[Act]:
    return await store.read_acts_about(visit.connection, about, provider=visit.held.provider)


def lines(visit: WorkVisit, told: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return what the agency asks for, in words: each with its label."""
    lists = visit.site.lists
    topics = {code: name for group in lists.topics.values() for code, name in group.items()}
    forms, agency, wished = CODES["service_forms"], told.get("agency", {}), told.get("wished", {})
    found: list[tuple[str, Sequence[str]]] = [
        ("Agency", [agency.get("name", "")]),
        ("Who runs it", [_said(CODES["agency_classes"], agency.get("agency_class", ""))]),
        ("State", [STATES.get(agency.get("state", ""), agency.get("state", ""))]),
        ("Sworn officers", [agency.get("sworn_band", "")]),
        ("Program", [lists.programs.get(told.get("program", ""), told.get("program", ""))]),
        ("Topics", [topics.get(code, code) for code in told.get("topics", ())]),
        ("Forms of help", [_said(forms, code) for code in told.get("service_forms", ())]),
        ("Help wanted from", [_day(wished.get("from"))]),
        ("Help wanted until", [_day(wished.get("until"))]),
        ("Continues", [told.get("continues", "")]),
    ]
    return [(label, shown) for label, values in found if (shown := [v for v in values if v])]


def _said(meanings: Mapping[str, str], code: str) -> str:
    return meanings.get(code, code).rstrip(".")


def _day(text: str | None) -> str:
    return "" if text is None else day(date.fromisoformat(text))
