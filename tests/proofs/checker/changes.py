"""I9: a provider is notified of an amendment that differs from its last message."""

from typing import Any

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import NOTICES, ROUTING, data_of, firsts, messages, short
from tests.proofs.checker.run import Body, Run

_TELLS_ALL = frozenset({"gov.cri.offer.made.v1", "gov.cri.engagement.opened.v1"})
CHANGED = frozenset({"gov.cri.offer.changed.v1", "gov.cri.engagement.changed.v1"})
PASSED_ON = "gov.cri.amendment.passed_on.v1"
_PARTS = ("topics", "service_forms", "wished")
_NOTHING = dict.fromkeys(_PARTS)


def told_of_changes(run: Run) -> Findings:
    """Compare what the holder of each request was told last with each amendment after it."""
    sent = {
        (body["causationid"], participant, body["type"] == PASSED_ON): body
        for participant, _, body in messages(run)
        if body["type"] in _TELLS_ALL | CHANGED | {PASSED_ON}
    }
    # A release before 0.4.0 decides nothing about changed facts.
    decided = {data_of(body).get("fact") for _, body in firsts(run, NOTICES)}
    told: dict[tuple[str, str], Body] = {}
    for record, body in firsts(run, ROUTING):
        facts, kind = data_of(body), short(body)
        holder = (str(body.get("subject")), str(facts.get("provider")))
        message = sent.get((body["id"], holder[1], False))
        if kind in ("offer_made", "engagement_opened"):
            if message is not None and "topics" in data_of(message):
                told[holder] = _parts(data_of(message))
        elif kind == "facts_changed" and "asked" in facts and body["id"] in decided:
            passed_on = sent.get((body["id"], facts["participant"], True))
            before = told.get(holder)
            wrong = _wrong(record.place, facts, before, message, passed_on)
            # What an earlier release has told last is not known to the present one.
            from_nothing = _wrong(record.place, facts, _NOTHING, message, passed_on)
            yield from_nothing if wrong and run.may_be_unknown(body) else wrong
            told[holder] = _parts(facts["asked"])


def _wrong(
    place: str, facts: Body, before: Body | None, message: Body | None, passed_on: Body | None
) -> str | None:
    if (message is None) != (passed_on is None):
        return f"{place}: not both are told, the provider and the requester"
    if facts.get("provider") is None:
        return None if message is None else f"{place}: somebody is told that holds nothing"
    if before is None:
        return None  # told by a release before 0.4.0
    now = _parts(facts["asked"])
    differing = {part for part in _PARTS if before[part] != now[part]}
    if facts.get("words") and facts["status"] != "offered":
        differing.add("need")
    if message is None:
        parts = ", ".join(sorted(differing))
        return f"{place}: {facts['provider']} is not told of {parts}" if differing else None
    data = data_of(message)
    if set(data["changed"]) != differing or _parts(data) != now:
        return f"{place}: {facts['provider']} is told otherwise than it is"
    return None


def _parts(data: Body) -> dict[str, Any]:
    wished = data.get("wished") or {}
    return {
        "topics": data["topics"],
        "service_forms": data.get("service_forms", []),
        "wished": {day: wished[day] for day in ("from", "until") if wished.get(day)},
    }
