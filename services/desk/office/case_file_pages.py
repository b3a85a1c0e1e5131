"""Opening a case file for a purpose: only that person sees it, for a quarter of an hour."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.desk import sending, store
from services.desk.acts import REPORT, Act
from services.desk.office.case_page import find_case
from services.desk.office.labels import Names
from services.desk.office.reloads import next_reload, reloading
from services.desk.office.timeline import own_contact
from services.desk.office.visits import WORKS, Office, Visit
from services.desk.store import CaseFile
from shared.contracts.codes import CODES
from shared.contracts.inbound import CaseQuestion

_CLOSED = "This case file is closed. Open it again from the page of the case."
_CHOOSE = "Choose what you open it for."
_TEXTS: Mapping[str, str] = {
    "issue": "What is the problem",
    "how_noticed": "How the agency noticed",
    "if_nothing_is_done": "What happens if nothing is done",
    "supporting_data": "Figures or findings",
    "obstacles": "What has kept the agency from solving it",
    "current_policy": "What the policy says now",
    "other_topic": "What help is wanted with",
    "urgency_reason": "Why it is urgent",
}
"""The texts of a need."""


def routes(office: Office) -> Sequence[BaseRoute]:
    """Return the routes of case files."""
    return [
        office.post("/cases/{number}/file", _ask, roles=WORKS),
        office.get("/files/{message}", _show, roles=WORKS),
    ]


async def _ask(visit: Visit) -> Response:
    facts = await find_case(visit)
    purpose = visit.form.text("purpose")
    if purpose not in CODES["purposes"]:
        raise HTTPException(422, _CHOOSE)
    question = CaseQuestion.model_validate(
        {"tracking_number": facts.case.tracking_number, "purpose": purpose}
    )
    act = Act(question, token=str(uuid.uuid4()))
    message_id = await sending.send(
        visit.connection, act, actor=visit.actor, clock=visit.office.clock
    )
    visit.wakes_relay = True
    return RedirectResponse(f"/files/{message_id}", 303)


async def _show(visit: Visit) -> Response:
    message_id = visit.request.path_params["message"]
    file = await store.read_case_file(visit.connection, message_id, visit.actor)
    act = await store.read_act(visit.connection, message_id)
    if file is None or act is None or file.purpose == REPORT:
        raise HTTPException(404, _CLOSED)
    if file.told is not None and file.until is not None:
        facts = await store.read_case(visit.connection, file.tracking_number, at=await visit.now())
        response = visit.page(
            "case_file",
            file=file,
            message_id=message_id,
            own_contact=None if facts is None else own_contact(facts.happenings),
            **_in_words(file.told, await visit.names()),
        )
        await close_in_time(visit, response, file)
        return response
    number = next_reload(visit) if act.answer is None else None
    return reloading(visit, visit.page("act_state", act=act, reloads=number is not None), number)


async def close_in_time(visit: Visit, response: Response, file: CaseFile) -> None:
    """Have the browser leave a page that shows *file* when the time of the file is over."""
    if file.until is not None:
        left = (file.until - await store.read_now(visit.connection)).total_seconds()
        response.headers["Refresh"] = f"{max(1, int(left))}; url=/cases/{file.tracking_number}"


def _in_words(told: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return what the page shows of a case file."""
    need = told.get("need") or {}
    return {
        "purpose": CODES["purposes"].get(told.get("purpose", ""), ""),
        "need": [(label, need[name]) for name, label in _TEXTS.items() if need.get(name)],
        "contacts": told.get("contacts", []),
        "not_held": [CODES["held_parts"].get(part, "") for part in told.get("not_held", [])],
        "notes": [
            {
                "at": datetime.fromisoformat(note["at"]),
                "whom": names.participant(note["participant"]),
                "note": note["note"],
            }
            for note in told.get("notes", [])
        ],
    }
