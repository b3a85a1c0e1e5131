"""The expected tables of routing, folded from the log by the checker itself."""

import json
from collections.abc import Iterator
from typing import Any

from tests.proofs.checker.log import INTAKE, ROUTING, data_of, firsts, moment, short
from tests.proofs.checker.run import Body, Row, Run

_STAYS = frozenset(
    {
        "clock_missed",
        "clock_moved",
        "clock_paused",
        "clock_reminded",
        "clock_resumed",
        "clock_settled",
        "clock_still_missed",
        "engagement_progressed",
        "facts_changed",
    }
)
_LATE = frozenset({"clock_missed", "clock_reminded", "clock_settled", "clock_still_missed"})
_CLOCK_STAYS = frozenset(
    {
        "clock_reminded",
        "clock_settled",
        "engagement_affected",
        "engagement_progressed",
        "facts_changed",
    }
)
_NEWER = ("decided", "offer_declaration", "offer_entry", "due_at", "due_left", "waits_until")
_WORK_ENDS = frozenset({"engagement_closed", "engagement_ended", "request_withdrawn"})
_TAKEN = frozenset({"offer_declined", "offer_lapsed", "offer_withdrawn"})
_ENDED = {"offer_declined": "declined", "offer_lapsed": "lapsed", "offer_withdrawn": "withdrawn"}
_COUNTS = ("request_withdrawn", "unreachable")
"""Reasons for which an offer is withdrawn, and its provider not asked again."""


def wrong_in_routing(run: Run) -> Iterator[str | None]:
    """Compare requests and the last declarations of capacity."""
    folded = _requests(run)
    rows = {row["tracking_number"]: row for row in run.rows("routing", "requests")}
    for number in sorted(folded.keys() | rows.keys()):
        if number not in rows or number not in folded:
            yield f"{number}: routing and the log do not both know it"
            continue
        wrong = [
            name for name, value in folded[number].items() if _held(rows[number], name) != value
        ]
        yield f"routing: {number} differs from the log in {', '.join(wrong)}" if wrong else None
    yield from _capacities(run)


def _held(row: Row, name: str) -> Any:
    if name in ("offer_expires_at", "due_at", "waits_until"):
        return moment(row[name])
    return json.loads(row[name]) if name in ("facts", "past") else row[name]


def _requests(run: Run) -> dict[str, Row]:
    found: dict[str, Row] = {}
    unannounced: dict[str, str] = {}
    for _, body in firsts(run, INTAKE):
        facts = data_of(body)
        if short(body) == "request_amended":
            unannounced[body["id"]] = body["subject"]
        if short(body) in ("request_accepted", "request_amended"):
            row = found.setdefault(
                body["subject"], {"status": "accepted", "offered": [], "past": {}}
            )
            row["participant"] = facts["participant"]
            row["request_id"] = facts["request_id"]
            row["need_stated"] = facts["need_stated"]
    for _, body in firsts(run, ROUTING):
        facts = data_of(body)
        unannounced.pop(body.get("causationid", ""), None)
        if "status" not in facts or body["subject"] not in found:
            continue
        row = found[body["subject"]]
        row |= {name: facts.get(name) for name in ("status", "program", "lane")}
        if "decided" in facts:
            _fold_newer_fields(row, short(body), facts)
        else:  # an earlier release published less
            for name in _NEWER:
                row.pop(name, None)
        match short(body):
            case "offer_made":
                row["offered"] = [*row["offered"], facts["provider"]]
                row["offer_expires_at"] = moment(facts["expires_at"])
                row["offer_state"] = "open"
            case "clock_moved" if facts["clock"].startswith("offer_answer."):
                row["offer_expires_at"] = moment(facts["due_at"])
            case "engagement_opened":
                row["offer_state"] = "accepted"
            case "engagement_ended":
                row["offer_state"] = "ended"
                declaration = facts.get("declaration")
                how = "ended" if declaration is None else f"lost:{declaration}"
                row["past"] = {**row["past"], str(len(row["offered"])): how}
            case "offer_declined" if facts.get("reason") == "countered":
                row["offer_state"] = "countered"
            case kind if kind in _TAKEN:
                row["offer_state"] = _ENDED[kind]
                if kind == "offer_withdrawn" and facts.get("reason") not in _COUNTS:
                    row["offered"] = [*row["offered"][:-1], ""]  # it does not count
            case _:
                pass
    for subject in unannounced.values():  # an earlier release took it in, and published nothing
        found[subject].pop("facts", None)
    return found


def _fold_newer_fields(row: Row, kind: str, facts: Body) -> None:
    """Fold the fields that events carry since 0.3.0."""
    row["decided"] = facts["decided"]
    if "facts" in facts:
        row["facts"] = facts["facts"]
    if "queue_number" in facts:
        row.setdefault("queue_number", facts["queue_number"])
    if kind == "offer_made":
        row["offer_declaration"] = facts.get("declaration")
        row["offer_entry"] = facts.get("entry")
    if kind == "request_recorded":
        row["queue_number"] = facts.get("queue_number")
        row["offer_declaration"], row["offer_entry"] = facts.get("declaration"), facts.get("entry")
    if "due_at" in facts and kind not in _LATE:
        row["due_at"] = moment(facts["due_at"])
    elif kind == "offer_made":
        row["due_at"] = moment(facts["expires_at"])
    elif kind not in _CLOCK_STAYS and facts.get("clock") != "rehome":
        row["due_at"] = None
    if kind in ("clock_paused", "request_recorded"):
        row["due_left"] = facts.get("left", facts.get("due_left"))
    elif kind == "clock_resumed" or kind not in (*_STAYS, "engagement_affected"):
        row["due_left"] = None
    if kind == "request_waitlisted":
        row["waits_until"] = moment(facts.get("opens_at"))
    elif kind == "request_recorded":
        row["waits_until"] = moment(facts.get("waits_until"))
    elif kind not in _STAYS:
        row["waits_until"] = None
    if kind in ("engagement_affected", "request_recorded"):
        row["affected"] = facts.get("affected", _affected(facts))
    elif kind not in _STAYS:
        row["affected"] = None


def _affected(facts: Body) -> str | None:
    cause = facts.get("cause")
    if cause is None or cause == "takes_part_again":
        return None
    work = " stop" if facts.get("stopped") else " rehome" if facts.get("rehome") else ""
    return f"{cause}{work}"


def _capacities(run: Run) -> Iterator[str | None]:
    """Compare the last declaration and the load: offers that are open, and work under way."""
    declared: dict[str, str] = {}
    for _, body in firsts(run, INTAKE):
        if short(body) == "capacity_declared":
            declared[body["subject"]] = body["id"]
    for row in run.rows("routing", "capacities"):
        same = declared.get(row["provider"]) == row["declaration"]
        yield None if same else f"routing: the capacity of {row['provider']} is not the last said"
    load = _load(run)
    for row in run.rows("routing", "capacities"):
        expected = load.get(row["provider"], 0)
        wrong = f"routing: {row['provider']} carries {expected}, its load is {row['load']}"
        yield None if row["load"] == expected else wrong


def _load(run: Run) -> dict[str, int]:
    carrying: dict[str, str] = {}
    for _, body in firsts(run, ROUTING):
        facts = data_of(body)
        match short(body):
            case "offer_made" | "engagement_opened":
                carrying[body["subject"]] = facts["provider"]
            case kind if kind in _TAKEN or kind in _WORK_ENDS:
                carrying.pop(body["subject"], None)
            case _:
                pass
    found: dict[str, int] = {}
    for provider in carrying.values():
        found[provider] = found.get(provider, 0) + 1
    return found
