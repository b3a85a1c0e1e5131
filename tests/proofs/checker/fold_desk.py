"""The expected tables of the desk, folded from the log by the checker itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.proofs.checker.fold_work import audience_of, open_items
from tests.proofs.checker.log import (
    DESK,
    DESK_IN,
    INTAKE,
    MAIL,
    NOTICES,
    REFUSED,
    ROUTING,
    data_of,
    firsts,
    is_subscription,
    is_tracking_number,
    messages,
    moment,
    number_of,
    short,
)
from tests.proofs.checker.rows import json_of
from tests.proofs.checker.run import Body, Row, Run

Rows = dict[tuple[str, ...], Row]
KEYS = {
    "cases": ("request_id",),
    "happenings": ("request_id", "event_id"),
    "notices": ("notice", "audience"),
    "acts": ("message_id",),
}
_NOT_IN_THE_CASE = frozenset({"message_applied", "message_refused"})
_WITH_PROVIDER = frozenset(
    {"offered", "assigned", "planned", "in_delivery", "delivered", "closed"}
)
_OF_A_MAIL = frozenset(
    {"notice_delivered", "notice_failed", "notice_outcome_unknown", "notice_cancelled",
     "notice_settled"}
)  # fmt: skip
_LEFT_OUT = frozenset(
    {"request_id", "tracking_number", "participant", "decision", "facts", "need_stated", "asked"}
)
_OF_FACTS = frozenset({"version", "program", "urgency", "authority"})
_OF_OWN = frozenset({"contact_ids"})
"""Fields of a request that the office has entered for a caller, whose contacts it keeps."""
_SINGLE = (str, int, float)


def wrong_in_desk(run: Run) -> Iterator[str | None]:
    """
    Compare cases, timelines, notices, acts with their answers, and what is open on the list.

    Of a timeline's data, compares single values, and looks for what it must leave out.
    """
    if "desk" not in run.tables:
        return
    for table, expected in folded(run).items():
        held = {tuple(row[name] for name in KEYS[table]): row for row in run.rows("desk", table)}
        for key in sorted(expected.keys() | held.keys()):
            wrong = _wrong(expected.get(key), held.get(key))
            yield f"desk: {table} {' '.join(key)}: {wrong}" if wrong else None
    wanted = open_items(run)
    there = {
        row["item_id"]
        for row in run.rows("desk", "work_items")
        if row["number"] is not None and row["closed_at"] is None
    }
    for item in sorted(wanted | there):
        yield None if item in wanted & there else f"desk: whether {item} is open is wrong"


def folded(run: Run) -> dict[str, Rows]:
    """Return the rows of each table that is a fold of the log, by their keys."""
    cases, happenings = _cases(run)
    return {"cases": cases, "happenings": happenings, "notices": _notices(run), "acts": _acts(run)}


def _wrong(expected: Row | None, held: Row | None) -> str:
    if expected is None or held is None:
        return "it is there and not in the log" if held else "it is in the log and not there"
    wrong = [
        name for name, value in expected.items() if name != "data" and not _same(held[name], value)
    ]
    if "data" in expected:
        wrong += _wrong_data(expected["data"], json_of(held["data"]))
    return f"it differs from the log in {', '.join(wrong)}" if wrong else ""


def _wrong_data(published: Body, held: Mapping[str, Any]) -> list[str]:
    kept = _OF_FACTS | _OF_OWN if published.get("participant") == DESK else _OF_FACTS
    left_out = _LEFT_OUT if "agency" not in published else published.keys() - kept
    return [
        name
        for name, value in held.items()
        if name in left_out
        or (isinstance(value, _SINGLE) and not _same(value, published.get(name, value)))
    ]


def _same(one: object, other: object) -> bool:
    if one == other:
        return True
    try:
        return moment(one) == moment(other) is not None
    except (TypeError, ValueError):
        return False


def _cases(run: Run) -> tuple[Rows, Rows]:
    cases: Rows = {}
    happenings: Rows = {}
    for record, body in firsts(run, INTAKE, ROUTING):
        if not is_tracking_number(body.get("subject")) or short(body) in _NOT_IN_THE_CASE:
            continue
        data = data_of(body)
        request_id = str(data.get("request_id", body["correlationid"]))
        case = cases.setdefault((request_id,), _case(request_id, str(body["subject"])))
        happenings[request_id, str(body["id"])] = _happening(request_id, body)
        if "agency" in data:
            _fold_facts(case, body)
        elif record.topic == ROUTING and data.get("status") is not None:
            _fold_status(case, body)
    return cases, happenings


def _case(request_id: str, tracking_number: str) -> Row:
    unknown = dict.fromkeys(
        ("agency", "state_code", "ori", "accepted_at", "first_contact_on", "status", "since",
         "program", "lane", "provider")
    )  # fmt: skip
    return {"request_id": request_id, "tracking_number": tracking_number, **unknown}


def _fold_facts(case: Row, body: Body) -> None:
    data = data_of(body)
    agency = data["agency"]
    facts = {
        "agency": agency["name"],
        "state_code": agency["state"],
        "ori": agency.get("ori"),
        "first_contact_on": data.get("first_contact_on"),
    }
    if short(body) == "request_accepted":
        facts["accepted_at"] = body["time"]
    case |= {name: value for name, value in facts.items() if value is not None}


def _fold_status(case: Row, body: Body) -> None:
    data = data_of(body)
    if data["status"] != case["status"]:
        case["since"] = body["time"]
    case |= {name: data.get(name) for name in ("status", "program", "lane")}
    if data["status"] not in _WITH_PROVIDER:
        case["provider"] = None
    elif data.get("provider") is not None:
        case["provider"] = data["provider"]


def _happening(request_id: str, body: Body) -> Row:
    decision = data_of(body).get("decision")
    return {
        "request_id": request_id,
        "event_id": body["id"],
        "number": number_of(body),
        "at": body["time"],
        "type": short(body),
        "sentence": None if decision is None else decision["because"]["staff"],
        "data": data_of(body),
    }


def _notices(run: Run) -> Rows:
    """
    Return what was decided, and the last outcome of a mail about it.

    If there are several, such as one that was told together with others in a later one, it is
    that of the mail which the desk names: they are in different partitions, without an order.
    """
    found: Rows = {}
    ends: dict[tuple[str, str], dict[object, Row]] = defaultdict(dict)
    for _, body in firsts(run, NOTICES):
        if short(body) != "notice_decided":
            continue
        is_about_request = is_tracking_number(body["subject"])
        for notice in data_of(body)["notices"]:
            if is_subscription(notice["audience"]):
                continue
            row = _notice(found, body["id"], notice["audience"])
            row |= {name: notice.get(name) for name in ("channel", "outcome", "because")}
            row["request_id"] = body["correlationid"] if is_about_request else None
            row["fact_type"] = data_of(body)["fact_type"].split(".")[3]
            row["at"] = body["time"]
    for _, body in firsts(run, MAIL):
        data = data_of(body)
        if short(body) in _OF_A_MAIL and not is_subscription(data.get("contact")):
            outcome = data.get("how", short(body).removeprefix("notice_"))
            mail = data.get("mail")
            ends[data["notice"], audience_of(body)][mail] = {"mail": mail, "mail_outcome": outcome}
    held = {(row["notice"], row["audience"]): row for row in run.rows("desk", "notices")}
    for key, of_mails in ends.items():
        mail = held.get(key, {}).get("mail")
        _notice(found, *key).update(of_mails.get(mail) or [*of_mails.values()][-1])
    return found


def _notice(found: Rows, notice: str, audience: str) -> Row:
    names = ("request_id", "fact_type", "channel", "outcome", "because", "at")
    unknown = dict.fromkeys((*names, "mail", "mail_outcome"))
    row = {"notice": notice, "audience": audience, **unknown}
    return found.setdefault((notice, audience), row)


def _acts(run: Run) -> Rows:
    """Return what was sent, with its first answer."""
    answers: dict[object, str] = {}
    for participant, _, body in messages(run):
        if participant == DESK and body.get("inreplytoid") is not None:
            answer = "refused" if body["type"] in REFUSED else "applied"
            answers.setdefault(body["inreplytoid"], answer)
    return {
        (str(body["id"]),): {
            "message_id": body["id"],
            "kind": str(body["type"]).removeprefix("gov.cri.").rpartition(".")[0],
            "answer": answers.get(body["id"]),
        }
        for _, body in firsts(run, DESK_IN)
    }
