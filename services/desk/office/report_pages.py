"""Reading the text of a report: one person sees it, for a quarter of an hour."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import sending, store
from services.desk.acts import REPORT, Act
from services.desk.office import labels
from services.desk.office.assessment_pages import about_assessment, find_assessment
from services.desk.office.case_file_pages import close_in_time
from services.desk.office.reloads import next_reload, reloading
from services.desk.office.report_forms import report_at
from services.desk.office.visits import WORKS, Office, Visit
from services.desk.store import CaseFile
from shared.contracts.outbound import ReportText
from shared.contracts.publications import ReportQuestion

_CLOSED = "This text is closed. Open it again from the page of the reports."
_NOT_NOW = "There is a newer version. Look at the reports again."


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of the pages."""
    return [
        office.post("/assessments/{engagement}/read", _ask, roles=WORKS),
        office.get("/reports/{message}", _show, roles=WORKS),
    ]


async def _ask(visit: Visit) -> Response:
    assessment, facts = await find_assessment(visit)
    about = about_assessment(assessment, visit.actor, of=visit.form.text("of"))
    report = report_at(about)
    if report is None:
        raise HTTPException(409, _NOT_NOW)
    question = ReportQuestion(
        engagement_id=assessment.engagement_id,
        report_id=report.report_id,
        version=report.version,
    )
    act = Act(question, token=str(uuid.uuid4()), case=facts.case.tracking_number)
    message_id = await sending.send(
        visit.connection, act, actor=visit.actor, clock=visit.office.clock
    )
    visit.wakes_relay = True
    return RedirectResponse(f"/reports/{message_id}", 303)


async def _show(visit: Visit) -> Response:
    message_id = visit.request.path_params["message"]
    file = await _read(visit, message_id)
    act = await store.read_act(visit.connection, message_id)
    if file is None or act is None:
        raise HTTPException(404, _CLOSED)
    if file.told is not None:
        told = ReportText.model_validate(file.told)
        response = visit.page(
            "report_text",
            told=told,
            file=file,
            message_id=message_id,
            words_of=labels.words_of,
        )
        await close_in_time(visit, response, file)
        return response
    number = next_reload(visit) if act.answer is None else None
    return reloading(visit, visit.page("act_state", act=act, reloads=number is not None), number)


async def as_read(visit: Visit, engagement_id: str) -> Mapping[str, str]:
    """Return the place that the address names and its text, if this person has the report open."""
    query = visit.request.query_params
    file = await _read(visit, query["file"]) if "file" in query else None
    if file is None or file.told is None or file.told["engagement_id"] != engagement_id:
        return {}
    texts = dict(places(ReportText.model_validate(file.told)))
    item = query.get("place", "")
    return {"item": item, "before": texts[item]} if item in texts else {}


def places(told: ReportText) -> Iterator[tuple[str, str]]:
    """Yield the places of a report that can be corrected, each with its text."""
    body = told.report
    if body is None:
        return
    yield "title", body.title
    yield "summary", body.summary
    for area in body.focus_areas:
        yield str(area.number), area.title
        for finding in area.findings:
            yield finding.number, finding.text
            yield from ((each.number, each.text) for each in finding.recommendations)


async def _read(visit: Visit, message_id: Any) -> CaseFile | None:
    file = await store.read_case_file(visit.connection, message_id, visit.actor)
    return file if file is not None and file.purpose == REPORT else None
