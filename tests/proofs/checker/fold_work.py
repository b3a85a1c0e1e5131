"""What must be open on the desk's work list, folded from the log by the checker itself."""

from collections import defaultdict
from datetime import UTC

from tests.proofs.checker import fold_reports
from tests.proofs.checker.log import (
    MAIL,
    NOTICES,
    ROUTING,
    data_of,
    firsts,
    is_subscription,
    is_tracking_number,
    moment,
    number_of,
    short,
)
from tests.proofs.checker.run import Body, Run

_WORKING = frozenset({"assigned", "planned", "in_delivery", "delivered"})
_STAYS_IN = {
    "referred": frozenset({"referred"}),
    "counter": frozenset({"referred"}),
    "waits_long": frozenset({"waiting"}),
    "rehome": _WORKING,
    "suspended_work": _WORKING,
}
_OFFICES_OWN = ("triage.", "rehome")
_MISSED = frozenset({"clock_missed", "clock_still_missed"})
_ENDS_LATENESS = frozenset(
    {"engagement_progressed", "clock_settled", "clock_moved", "clock_paused", "clock_resumed"}
)
_OF_ONE_CLOCK = frozenset({"clock_settled", "clock_moved"})
_LEFT = frozenset({"provider_ended", "provider_not_registered"})
_ENDS_A_MAIL = frozenset(
    {"notice_delivered", "notice_failed", "notice_cancelled", "notice_settled"}
)


def open_items(run: Run) -> set[str]:
    """Return the ids of the items that are open at the end."""
    about_requests = _of_requests(run) | _of_mails(run) | _calls(run)
    return about_requests | fold_reports.open_items(run)


def audience_of(body: Body) -> str:
    """Return the participant that an event about a mail or a call names, or whose contact."""
    data = data_of(body)
    return str(data.get("audience") or str(data["contact"]).split(":", 2)[1])


def _of_requests(run: Run) -> set[str]:
    items: dict[str, dict[str, str]] = defaultdict(dict)
    statuses: dict[str, str] = {}
    for _, body in firsts(run, ROUTING):
        subject, status = body.get("subject"), data_of(body).get("status")
        if is_tracking_number(subject) and status is not None:
            _step(items[str(subject)], body, before=statuses.get(str(subject)))
            statuses[str(subject)] = status
    return {item for of_request in items.values() for item in of_request}


def _step(items: dict[str, str], body: Body, *, before: str | None) -> None:
    """Close and open the *items* (by id: their kinds) of the request that *body* is about."""
    data, kind = data_of(body), short(body)
    closed = {each for each, stays in _STAYS_IN.items() if data["status"] not in stays}
    clock = str(data.get("clock"))
    is_offices_own = clock.startswith(_OFFICES_OWN)
    if data["status"] != before or kind in _ENDS_LATENESS:
        closed.add("late")
    if kind in _OF_ONE_CLOCK and is_offices_own:
        closed.discard("late")
    if kind == "request_referred":
        closed |= {"referred", "counter"}
    affected = _affected(body) if kind == "engagement_affected" else None
    if kind == "engagement_affected":
        closed |= {"rehome", "suspended_work"} - {affected}
    for item in [item for item, of in items.items() if of in closed]:
        del items[item]
    about = f"{body['subject']}:{number_of(body)}"
    if kind == "request_referred":
        opened = "counter" if data.get("reason") == "countered" else "referred"
        items[f"{opened}:{about}"] = opened
    elif kind == "request_waitlisted" and before != "waiting":
        items[f"waits_long:{about}"] = "waits_long"
    elif kind in _MISSED and not is_offices_own:
        due = moment(data["due_at"])
        assert due is not None
        since = due.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        items[f"late:{body['subject']}:{clock}:{since}"] = "late"
    elif affected is not None:
        items[f"{affected}:{data['engagement_id']}"] = affected


def _affected(body: Body) -> str | None:
    """Return the kind of item that work is whose provider or program does not take part."""
    data = data_of(body)
    if data["cause"] == "takes_part_again":
        return None
    return "rehome" if data.get("rehome") or data["cause"] in _LEFT else "suspended_work"


def _of_mails(run: Run) -> set[str]:
    items: set[str] = set()
    for _, body in firsts(run, MAIL):
        data, kind = data_of(body), short(body)
        if is_subscription(data.get("contact")) or ("mail" not in data and "notice" in data):
            continue  # what is mailed to subscribers is nobody's work; calls are below
        if kind in ("participant_unreachable", "participant_reachable"):
            change = items.add if kind == "participant_unreachable" else items.discard
            change(f"no_living_contact:{data['participant']}")
        elif kind == "notice_outcome_unknown":
            items.add(f"unknown_outcome:{data['mail']}")
        elif kind == "notice_undelivered":
            items.add(f"unreachable:{data['notice']}:{audience_of(body)}")
        elif kind in _ENDS_A_MAIL:
            items.discard(f"unknown_outcome:{data['mail']}")
            if kind != "notice_failed" and data.get("because") != "no_address":
                items.discard(f"unreachable:{data['notice']}:{audience_of(body)}")
    return items


def _calls(run: Run) -> set[str]:
    settled = {
        f"call:{data_of(body)['notice']}:{audience_of(body)}"
        for _, body in firsts(run, MAIL)
        if short(body) == "notice_settled"
    }
    wanted = {
        f"call:{body['id']}:{notice['audience']}"
        for _, body in firsts(run, NOTICES)
        for notice in data_of(body).get("notices", ())
        if notice.get("call")
    }
    return wanted - settled
