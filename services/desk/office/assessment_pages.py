"""Assessments in public: where each stands, what waits about its reports, and what we can do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.desk import store
from services.desk.acts import OFFICE, roles_for
from services.desk.office import labels, people
from services.desk.office.act_form import About, ActForm
from services.desk.office.labels import Names
from services.desk.office.published_forms import (
    PUBLISHED,
    correction_at,
    of_correction,
    proposal_at,
    verified_at,
)
from services.desk.office.report_forms import REPORTS, due_at, of_version, report_at
from services.desk.office.visits import WORKS, Office, Visit
from services.desk.store import CaseFacts
from services.desk.work import words
from services.desk.work.assessment import (
    Assessment,
    Correction,
    Person,
    Proposal,
    Report,
    Verified,
    assessment_of,
)
from shared.contracts.codes import CODES
from shared.contracts.tracking import tracking_number_in
from shared.web.views import day

UNKNOWN = "There is no assessment with this number. Check the number, or open it from the list."
_NO_ROLE = "This needs a person who {role}: your role does not include it."
FORMS: Mapping[str, ActForm] = {**REPORTS, **PUBLISHED}
"""The acts on an assessment, by the last part of their address."""
_SHOWN_DAYS = 3
"""How many open days of each plan are shown."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An act on a part of an assessment: its address, or why this person cannot do it."""

    form: ActForm
    of: str
    why_not: str | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in words."""

    report: Report
    name: str
    state: str
    facts: Sequence[tuple[str, str]]
    acts: Sequence[Offered]


@dataclass(frozen=True, slots=True)
class DateRow:
    """A day on which a report is due; ``first`` is the day by the plan, ``now`` the day now."""

    name: str
    first: date
    now: date
    is_late: bool
    act: Offered


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A recommendation: its verified status, and the one that waits to be verified."""

    number: str
    verified: str
    proposed: str
    act: Offered | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A day that was moved, and why."""

    name: str
    before: date
    after: date
    why: str


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        office.get("/assessments", _list),
        office.get("/assessments/{engagement}", _show),
    ]


async def find_assessment(visit: Visit) -> tuple[Assessment, CaseFacts]:
    """Return the assessment that the address names, with its case; raise 404 if there is none."""
    engagement = visit.request.path_params["engagement"]
    number = tracking_number_in(engagement)
    facts = None
    if number is not None:
        facts = await store.read_case(visit.connection, number, at=await visit.now())
    if facts is None or engagement not in assessed_in(facts):
        raise HTTPException(404, UNKNOWN)
    return assessment_of(engagement, await store.read_said(visit.connection, engagement)), facts


def assessed_in(facts: CaseFacts) -> dict[str, str]:
    """Return the engagements of a case that are assessed in public, in order, by whom."""
    return {
        data["engagement_id"]: data["provider"]
        for happening, data in facts.happenings
        if happening.type == "engagement_opened" and data.get("program") == store.ASSESSED
    }


def about_assessment(assessment: Assessment, actor: str, *, of: str = "") -> About:
    """Return what acts on an assessment are about; *of* names a part of it."""
    return About(assessment=assessment, of=of, person=Person(OFFICE, actor))


def why_not(visit: Visit, form: ActForm, about: About) -> str | None:
    """Return why this person cannot do an act; None if nothing prevents it."""
    roles = roles_for(form.model)
    if not visit.may(roles):
        role = " or ".join(labels.ROLES[role] for role in labels.ROLES if role in roles)
        return _NO_ROLE.format(role=role)
    return form.barred(about)


async def facts_of(visit: Visit, about: About) -> list[tuple[str, str]]:
    """Return what a person should know before an act on a part of an assessment, in words."""
    if (report := report_at(about)) is not None:
        named, names = await _people(visit), await visit.names()
        name = f"{words.report_kind(report.kind).capitalize()}, {report.report_id}"
        return [("Report", name), *_facts(report, visit, named, names, await visit.now())]
    if (due := due_at(about)) is not None:
        kind, on = due
        return [("Report", words.report_kind(kind).capitalize()), ("Due on", day(on))]
    if (found := correction_at(about)) is not None:
        return _correction(*found, await _people(visit), await visit.names())
    if (verified := verified_at(about)) or proposal_at(about):
        facts = [("Recommendation", about.of)]
        if (proposal := proposal_at(about)) is not None:
            facts.append(("The provider says", _proposed(proposal, await visit.names())))
        if verified is not None:
            facts.append(("Verified before", _verified(verified, await _people(visit))))
        return facts
    return []


async def _list(visit: Visit) -> Response:
    names = await visit.names()
    found = await store.list_assessed(visit.connection, at=await visit.now())
    return visit.page("assessments", assessments=found, names=names, statuses=labels.STATUSES)


async def _show(visit: Visit) -> Response:
    assessment, facts = await find_assessment(visit)
    names, named, at = await visit.names(), await _people(visit), await visit.now()
    may_act = visit.may(WORKS)
    return visit.page(
        "assessment",
        assessment=assessment,
        provider=assessed_in(facts)[assessment.engagement_id],
        case=facts.case,
        names=names,
        people=named,
        kinds=labels.KINDS,
        items=[item for item in facts.items if is_of(item.item_id, assessment)],
        reports=[
            ReportRow(
                report,
                words.report_kind(report.kind).capitalize(),
                _state(report, visit, at),
                _facts(report, visit, named, names, at),
                _acts(visit, assessment, report),
            )
            for report in assessment.reports.values()
        ],
        dates=list(_dates(visit, assessment, at)),
        moved=[
            Moved(
                words.report_kind(kind).capitalize(),
                before,
                after,
                CODES["slip_reasons"][reason].rstrip("."),
            )
            for kind, before, after, reason in assessment.moves
        ],
        statuses=list(_statuses(visit, assessment, named, names)),
        plan=_offered(visit, assessment, "plan", ""),
        at=at,
        may_act=may_act,
    )


def is_of(item_id: str, assessment: Assessment) -> bool:
    """Tell whether an item is about *assessment*."""
    return engagement_of(item_id) == assessment.engagement_id


def engagement_of(item_id: str) -> str:
    """Return the engagement of an item about reports, which its id names."""
    return item_id.split(":")[1]


def _dates(visit: Visit, assessment: Assessment, at: datetime) -> Iterator[DateRow]:
    today = at.astimezone(visit.office.zone).date()
    rows = []
    for kind in assessment.plans:
        for place, (first, now) in enumerate(assessment.open_days(kind)):
            if place >= _SHOWN_DAYS and first > today:
                break
            act = _offered(visit, assessment, "move", f"{kind}:{now}")
            name = words.report_kind(kind).capitalize()
            rows.append(DateRow(name, first, now, now < today, act))
    yield from sorted(rows, key=lambda row: (row.now, row.name))


def _statuses(
    visit: Visit, assessment: Assessment, named: Mapping[str, str], names: Names
) -> Iterator[StatusRow]:
    numbers = assessment.proposals.keys() | assessment.statuses.keys()
    for number in sorted(numbers, key=lambda number: [int(part) for part in number.split(".")]):
        about = about_assessment(assessment, visit.actor, of=number)
        verified, proposal = verified_at(about), proposal_at(about)
        act = next((name for name in ("verify", "back") if FORMS[name].fits(about)), None)
        yield StatusRow(
            number,
            "" if verified is None else _verified(verified, named),
            "" if proposal is None else _proposed(proposal, names),
            None if act is None else _offered(visit, assessment, act, number),
        )


def _verified(verified: Verified, named: Mapping[str, str]) -> str:
    by = named.get(verified.by.actor or "", verified.by.actor or "")
    return f"{labels.words_of(verified.status)} from {day(verified.on)}, verified by {by}"


def _proposed(proposal: Proposal, names: Names) -> str:
    who = f"{names.participant(proposal.by.participant)} ({proposal.by.actor})"
    status = labels.words_of(proposal.status)
    why = CODES["status_reasons"].get(proposal.reason or "", "")
    return f"{status} from {day(proposal.on)}, says {who}. {why}".strip()


def _correction(
    report: Report, number: int, correction: Correction, named: Mapping[str, str], names: Names
) -> list[tuple[str, str]]:
    return [
        ("Report", f"{words.report_kind(report.kind).capitalize()}, {report.report_id}"),
        ("Correction", str(number)),
        ("Where", correction.item),
        ("Found by", _named([correction.by], named, names)),
    ]


def _acts(visit: Visit, assessment: Assessment, report: Report) -> list[Offered]:
    of = of_version(report)
    about = about_assessment(assessment, visit.actor, of=of)
    names = [n for n in ("approve", "return", "correct", "withdraw") if FORMS[n].fits(about)]
    waiting = [
        of_correction(report, number)
        for number, each in report.corrections.items()
        if not each.is_approved and not report.is_withdrawn
    ]
    return [
        *(_offered(visit, assessment, "approve-correction", each) for each in waiting),
        *(_offered(visit, assessment, name, of) for name in names),
    ]


def _offered(visit: Visit, assessment: Assessment, name: str, of: str) -> Offered:
    form = FORMS[name]
    about = about_assessment(assessment, visit.actor, of=of)
    return Offered(form, of, why_not(visit, form, about))


def _state(report: Report, visit: Visit, at: datetime) -> str:
    """Return where a report stands, in words."""
    if report.is_withdrawn:
        return "withdrawn"
    if report.state == "fact_check" and report.due_at <= at:
        return "not checked by the agency in time"
    return labels.REPORT_STATES[report.state]


def _facts(
    report: Report, visit: Visit, named: Mapping[str, str], names: Names, at: datetime
) -> list[tuple[str, str]]:
    """Return what is known of a report's last version, in words."""
    found = [
        ("Version", f"{report.version}, statuses as of {day(report.as_of)}"),
        ("Where it stands", f"{_state(report, visit, at)}, {_when(report, visit, at)}"),
        ("Drafted by", _named(report.drafters, named, names)),
    ]
    if report.verifiers:
        found.append(("Statuses verified by", _named(report.verifiers, named, names)))
    if report.disputed:
        places = ("the report as a whole" if item is None else item for item in report.disputed)
        found.append(("The agency disputes", ", ".join(places)))
    found += [
        (f"Correction {number}", f"{each.item}, found by {_named([each.by], named, names)}"
         f"{', approved' if each.is_approved else ', waits for a second person'}")
        for number, each in report.corrections.items()
    ]  # fmt: skip
    found.append(("Fingerprint of the text", report.hash))
    return found


def _when(report: Report, visit: Visit, at: datetime) -> str:
    views = visit.office.views
    if report.state == "fact_check":
        until = views.when(report.due_at)
        return f"its time ended on {until}" if report.due_at <= at else f"until {until}"
    return f"since {views.when(report.since)}"


def _named(persons: Sequence[Person], named: Mapping[str, str], names: Names) -> str:
    return ", ".join(
        named.get(each.actor or "", each.actor or "a person without a name")
        if each.participant == OFFICE
        else f"{names.participant(each.participant)} ({each.actor or 'nobody named'})"
        for each in persons
    )


async def _people(visit: Visit) -> Mapping[str, Any]:
    issuer = visit.office.issuer.url
    return {p.actor: p.name for p in await people.list_people(visit.connection, issuer=issuer)}
