"""I20: an applied message has an effect, or its sender gets a notice that it came too late."""

from collections import Counter

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    CONFIDENTIAL,
    INTAKE,
    ROUTING,
    data_of,
    firsts,
    messages,
    number_of,
    short,
)
from tests.proofs.checker.run import Body, Run

_TERMINAL = frozenset({"closed", "ineligible", "withdrawn"})
_LEADS_NOWHERE = frozenset({"offer_withdrawn", "request_recorded"})
"""Types that name a terminal state without leading to it."""
_OF_ROUTING = 0
"""In place of a number: a message did not lead to this end, such as that of a program."""
_NOTE = "gov.cri.note.stated.v1"
_TOO_LATE = "amendment_came_too_late"


def i20_applied_has_an_effect(run: Run) -> Findings:
    """Each amendment behind the end of its request, and no other, is taken back, once."""
    published = {body["id"]: body for _, body in firsts(run, INTAKE)}
    ends = _ends(run, published)
    announced = {
        str(body["causationid"])
        for _, body in firsts(run, ROUTING)
        if short(body) == "facts_changed"
    }
    taken_back = Counter(
        str(body["causationid"]) for _, body in firsts(run, ROUTING) if short(body) == _TOO_LATE
    )
    for identity, body in published.items():
        if short(body) == "request_amended":
            end, times = ends.get(body["subject"]), taken_back.pop(identity, 0)
            too_late = end is not None and end < (number_of(body) or 0)
            if end == _OF_ROUTING:
                too_late = identity not in announced
            wrong = f"{body['subject']}: amendment {number_of(body)} is taken back {times} times"
            yield None if times == int(too_late) else wrong
    yield from (f"{cause} is no amendment, and taken back" for cause in taken_back)
    yield from _told(run)
    yield from _notes(run)


def _ends(run: Run, published: dict[str, Body]) -> dict[str, int]:
    """Return the number, on its topic, of the event that led to the end of each request."""
    return {
        body["subject"]: number_of(published.get(body["causationid"], {})) or _OF_ROUTING
        for _, body in firsts(run, ROUTING)
        if data_of(body).get("status") in _TERMINAL and short(body) not in _LEADS_NOWHERE
    }


def _told(run: Run) -> Findings:
    notified = {
        (participant, body["causationid"])
        for participant, _, body in messages(run)
        if body.get("type") == "gov.cri.amendment.came_too_late.v1"
    }
    for record, body in firsts(run, ROUTING):
        if short(body) == _TOO_LATE:
            sender = data_of(body)["participant"]
            known = (sender, body["id"]) in notified
            yield (
                None if known else f"{record.place}: {sender} is not told that it came too late"
            )


def _notes(run: Run) -> Findings:
    """Look for notes that reach nobody, and for some whose message was refused and that do."""
    applied = {
        body["inreplyto"]
        for _, _, body in messages(run)
        if body.get("type") == "gov.cri.message.applied.v1" and not data_of(body).get("repeat")
    }
    reached = {body["causationid"] for _, _, body in messages(run) if body.get("type") == _NOTE}
    for record, body in firsts(run, CONFIDENTIAL):
        if short(body) == "note_stated":
            wanted, there = body.get("inreplyto") in applied, body["id"] in reached
            wrong = "is told" if there else "reaches nobody"
            yield None if wanted == there else f"{record.place}: a provider's note {wrong}"
