"""The expected tables of reporting, folded from the log by the checker itself."""

import hashlib
from collections.abc import Iterator
from typing import Any

from tests.proofs.checker.log import (
    INTAKE,
    REFERENCE,
    ROUTING,
    data_of,
    firsts,
    is_tracking_number,
    moment,
    number_of,
    short,
)
from tests.proofs.checker.run import Body, Row, Run

_AGENCY = {"cri_type": "cri_type", "agency_class": "agency_class", "state": "us_state",
           "sworn_band": "sworn_band"}  # fmt: skip
_LISTS = ("topics", "service_forms", "goals")
_REACHED: dict[str, tuple[str, ...]] = {
    "request_triaged": ("triaged_at",),
    "request_ineligible": ("triaged_at", "ineligible_at"),
    "request_waitlisted": ("triaged_at", "waiting_since"),
    "request_referred": ("triaged_at", "referred_at"),
    "offer_made": ("first_offer_at",),
    "engagement_opened": ("assigned_at",),
    "engagement_progressed": ("started_at",),
    "engagement_closed": ("closed_at",),
    "request_withdrawn": ("withdrawn_at",),
}
_COUNTED = {"offer_made": "offers", "offer_declined": "declines", "offer_lapsed": "lapses",
            "clock_missed": "clocks_missed"}  # fmt: skip
_DETAILS = {"engagement_progressed": "milestone", "milestone_reported": "milestone",
            "clock_missed": "clock", "clock_still_missed": "clock", "clock_moved": "clock",
            "clock_reminded": "clock", "clock_resumed": "clock",
            "message_applied": "what",
            "engagement_affected": "cause",
            "amendment_came_too_late": "ended"}  # fmt: skip


def wrong_in_reporting(run: Run) -> Iterator[str | None]:
    """Compare every column of every request, every line of the timeline, and the programs."""
    requests: dict[str, Row] = {}
    lines: dict[tuple[str, str, int], Row] = {}
    unknown = set()
    for record, body in firsts(run, INTAKE, ROUTING):
        if is_tracking_number(body.get("subject")):
            key = (body["subject"], record.topic, number_of(body) or 0)
            lines[key] = _line(body)
            if run.may_be_unknown(body):
                unknown.add(key)
            fold(requests, body)
    rows = {row["tracking_number"]: row for row in run.rows("reporting", "requests")}
    for number in sorted(requests.keys() | rows.keys()):
        wrong = _differences(requests.get(number, {}), rows.get(number, {}))
        yield f"reporting: {number} differs from the log in {', '.join(wrong)}" if wrong else None
    held = {
        (row["tracking_number"], row["topic"], row["sequence"]): row
        for row in run.rows("reporting", "timeline")
    }
    for key in sorted(lines.keys() | held.keys()):
        there = held.get(key, {})
        wrong = [name for name, value in lines.get(key, {}).items() if there.get(name) != value]
        wrong = [n for n in wrong if n != "at" or moment(there.get(n)) != moment(lines[key][n])]
        if key in unknown:  # a release that does not know the type keeps its place alone
            wrong = [name for name in wrong if there.get(name) is not None]
        missing = key not in held or key not in lines
        yield f"reporting: the timeline is wrong at {key} {wrong}" if wrong or missing else None
    yield from _programs(run)


def _differences(published: Row, held: Row) -> list[str]:
    wrong = []
    # A release before 0.4.0 has folded this request without the lists; a rebuild adds them.
    is_older = held and all(held.get(name) is None for name in _LISTS)
    older = {*_LISTS, "agency"} if is_older else set()
    for name in sorted((published.keys() | held.keys()) - {"tracking_number"} - older):
        expected, found = published.get(name), held.get(name)
        if name.endswith(("_at", "_since")):
            expected, found = moment(expected), moment(found)
        if name in _COUNTED.values():
            expected = expected or 0
        if expected != found:
            wrong.append(name)
    return wrong


def _identity(facts: Body) -> str:
    agency, listed = facts["agency"], facts["agency"].get("listed_as", [])
    if len(listed) == 1:
        return str(listed[0]["ori"])
    if agency.get("ori"):
        return str(agency["ori"])
    named = f"{facts['participant']}\nagency\n{agency.get('key') or agency['name']}\n0"
    text = hashlib.sha1(named.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def fold(requests: dict[str, Row], body: Body) -> None:
    """Bring the row of the request that *body* is about up to date."""
    kind, facts = short(body), data_of(body)
    if kind in ("request_accepted", "request_amended"):
        row = requests.setdefault(body["subject"], {})
        published = {column: facts["agency"].get(name) for name, column in _AGENCY.items()}
        published["agency"] = _identity(facts)
        published["first_contact_on"] = facts.get("first_contact_on")
        published |= {name: facts.get(name, []) for name in _LISTS}
        row |= {name: value for name, value in published.items() if value is not None}
        row.setdefault("submitted_at", facts["submitted_at"])
        if kind == "request_accepted":
            row.setdefault("accepted_at", body["time"])
    elif "status" in facts:
        _fold_state(requests.setdefault(body["subject"], {}), kind, body, facts)


def _fold_state(row: Row, kind: str, body: Body, facts: Body) -> None:
    for name in ("status", "program", "lane"):
        if facts.get(name) is not None:
            row[name] = facts[name]
    reached = _REACHED.get(kind, ())
    if kind == "engagement_progressed" and facts["milestone"] == "delivered":
        reached = (*reached, "delivered_at")
    for name in reached:
        row.setdefault(name, body["time"])
    if kind in _COUNTED:
        row[_COUNTED[kind]] = row.get(_COUNTED[kind], 0) + 1
    published: dict[str, Any] = {}
    if kind == "request_waitlisted":
        published = {"wait_reason": facts["reason"], "opens_at": facts.get("opens_at")}
    elif kind == "engagement_closed":
        published = {"close_reason": facts["reason"]}
    row |= {name: value for name, value in published.items() if value is not None}


def _line(body: Body) -> Row:
    facts = data_of(body)
    return {
        "type": short(body),
        "at": body["time"],
        "status": facts.get("status"),
        "provider": facts.get("provider"),
        "detail": _detail(short(body), facts),
        "event_id": body["id"],
    }


def _detail(kind: str, facts: Body) -> str | None:
    codes = ", ".join(str(reason["code"]) for reason in facts.get("reasons", ()))
    match kind:
        case "offer_answered":
            more = facts.get("reason_code")
            return f"{facts['answer']}: {more}" if more else str(facts["answer"])
        case "request_directed":
            return f"{facts['action']}: {facts['reason']}"
        case "engagement_end_directed":
            return f"{facts['then']}: {facts['reason']}"
        case "engagement_rehome_directed":
            return f"{facts['to']}: {facts['reason']}"
        case "clock_settle_directed" | "clock_settled":
            return f"{facts['clock']}: {facts['reason']}"
        case "clock_paused":
            days, seconds = divmod(round(facts["left"]), 86_400)
            return f"{facts['clock']}: {days} days {seconds // 3600} hours left"
        case "message_refused":
            return f"{facts['what']}: {codes}"
        case "request_ineligible":
            return codes
        case _:
            return facts.get(_DETAILS.get(kind, "reason"))


def _programs(run: Run) -> Iterator[str | None]:
    published: dict[str, Body] = {}
    for _, body in firsts(run, REFERENCE):
        if short(body) == "program_defined":
            published[data_of(body)["id"]] = body
    for row in run.rows("reporting", "programs"):
        event = published.pop(row["program"], None)
        same = event is not None and (event["id"], data_of(event)["status"]) == (
            row["defined_by"],
            row["status"],
        )
        yield None if same else f"reporting: {row['program']} is not as last defined"
    for program in published:
        yield f"reporting does not hold the program {program}"
