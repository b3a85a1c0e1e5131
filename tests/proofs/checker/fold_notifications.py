"""The expected tables of notifications, folded from the log by the checker itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.proofs.checker.log import (
    CONFIDENTIAL,
    INTAKE,
    ROUTING,
    data_of,
    firsts,
    moment,
    short,
)
from tests.proofs.checker.rows import json_of
from tests.proofs.checker.run import Body, Row, Run
from tests.proofs.checker.subscriptions import wrong_subscriptions

_AGENCY = ("cri_type", "agency_class", "state", "sworn_band")
_RELEASED = frozenset(
    {"offer_declined", "offer_lapsed", "offer_withdrawn", "request_waitlisted",
     "request_referred", "request_ineligible"}
)  # fmt: skip
_MOMENTS = frozenset({"since", "expires_at"})


def wrong_in_notifications(run: Run) -> Iterator[str | None]:
    """Compare requests (but the sentences, which are its own), needs, contacts and choices."""
    folded = _requests(run)
    rows = {row["tracking_number"]: row for row in run.rows("notifications", "requests")}
    for number in sorted(folded.keys() | rows.keys()):
        if number not in rows or number not in folded:
            yield f"{number}: notifications and the log do not both know it"
            continue
        wrong = [n for n, value in folded[number].items() if _held(rows[number], n) != value]
        named = f"notifications: {number} differs from the log in {', '.join(wrong)}"
        yield named if wrong else None
    yield from _confidential(run)
    yield from wrong_subscriptions(run)


def _held(row: Row, name: str) -> Any:
    if name in _MOMENTS:
        return moment(row[name])
    return json_of(row[name]) if name == "contact_ids" else row[name]


def _requests(run: Run) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for _, body in firsts(run, INTAKE):
        facts = data_of(body)
        if short(body) == "request_accepted":
            found[body["subject"]] = _accepted(body, facts)
        elif short(body) == "request_amended" and body["subject"] in found:
            found[body["subject"]] |= _amendable(facts)
    for _, body in firsts(run, ROUTING):
        if "status" in data_of(body) and body["subject"] in found:
            _step(found[body["subject"]], body)
    return found


def _accepted(body: Body, facts: Body) -> Row:
    agency = facts["agency"]
    return {
        "participant": facts["participant"],
        "agency_name": agency["name"],
        **{name: agency.get(name) for name in _AGENCY},
        **_amendable(facts),
        "status": "accepted",
        "since": moment(body["time"]),
        "program": facts.get("program"),
        **dict.fromkeys(("provider", "offer_id", "expires_at", "engagement_id")),
    }


def _amendable(facts: Body) -> Row:
    wished = facts.get("wished", {})
    return {
        "topics": " ".join(facts["topics"]),
        "service_forms": " ".join(facts.get("service_forms", ())),
        "wished_from": wished.get("from"),
        "wished_until": wished.get("until"),
        "contact_ids": facts.get("contact_ids", []),
    }


_CLOCKS = frozenset(
    {
        "clock_missed",
        "clock_paused",
        "clock_reminded",
        "clock_resumed",
        "clock_settled",
        "clock_still_missed",
    }
)


def _step(row: Row, body: Body) -> None:
    facts, kind = data_of(body), short(body)
    if kind in _CLOCKS:
        return
    if kind == "clock_moved":
        if facts["clock"].startswith("offer_answer."):
            row["expires_at"] = moment(facts["due_at"])
        return
    if kind != "engagement_progressed" or facts["status"] != row["status"]:
        row["program"] = facts.get("program") or row["program"]
    if facts["status"] != row["status"]:
        row["status"], row["since"] = facts["status"], moment(body["time"])
    if kind == "offer_made":
        row |= {"provider": facts["provider"], "offer_id": facts["offer_id"]}
        row["expires_at"] = moment(facts["expires_at"])
    elif kind == "engagement_opened":
        row |= {name: facts[name] for name in ("provider", "offer_id", "engagement_id")}
        row["expires_at"] = None
    elif kind == "request_withdrawn":
        row["expires_at"] = None
    elif kind in _RELEASED:
        row |= dict.fromkeys(("provider", "offer_id", "expires_at"))


def _confidential(run: Run) -> Iterator[str | None]:
    needs: dict[str, Body] = {}
    contacts: dict[tuple[str, str], Body] = {}
    choices: dict[tuple[str, str], Body] = {}
    for _, body in firsts(run, CONFIDENTIAL):
        facts = data_of(body)
        if short(body) == "need_stated":
            about = ("request_id", "tracking_number")
            needs[body["subject"]] = {n: v for n, v in facts.items() if n not in about}
        elif short(body) == "contact_set":
            contacts[facts["participant"], facts["contact_id"]] = facts
        elif short(body) == "preference_set":
            choices[facts["participant"], facts["contact_id"]] = _choice(facts)
    held = {r["tracking_number"]: json_of(r["need"]) for r in run.rows("notifications", "needs")}
    yield from _compared("the need of", needs, held)
    names = ("name", "title", "email", "phone", "zone")
    cards = {
        (row["participant"], row["contact_id"]): {name: row[name] for name in names}
        for row in run.rows("notifications", "contacts")
    }
    published = {key: {name: facts.get(name) for name in names} for key, facts in contacts.items()}
    yield from _compared("the contact", published, cards)
    chosen = {
        (row["participant"], row["contact_id"]): {
            "kinds": json_of(row["kinds"]),
            "quiet": row["quiet_from"] and (row["quiet_from"][:5], row["quiet_until"][:5]),
            "zone": row["zone"],
        }
        for row in run.rows("notifications", "preferences")
    }
    yield from _compared("the choice of", choices, chosen)


def _choice(facts: Body) -> Body:
    quiet = facts.get("quiet")
    return {
        "kinds": facts["kinds"],
        "quiet": quiet and (quiet["from"], quiet["until"]),
        "zone": facts.get("zone"),
    }


def _compared(
    what: str, published: Mapping[Any, object], held: Mapping[Any, object]
) -> Iterator[str | None]:
    for key in sorted(published.keys() | held.keys()):
        same = published.get(key) == held.get(key)
        yield None if same else f"notifications: {what} {key} is not what was last said"
