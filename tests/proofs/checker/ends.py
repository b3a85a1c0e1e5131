"""I9: everyone concerned by the end of an engagement, or by its stop, is told once."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import NOTICES, REFERENCE, ROUTING, data_of, firsts, messages, short
from tests.proofs.checker.run import Body, Run

ENDED = "gov.cri.engagement.ended.v1"
AFFECTED = "gov.cri.engagement.affected.v1"
STATUS = "gov.cri.request.status_changed.v1"
ENDS = frozenset({"engagement_ended", "engagement_closed", "engagement_affected"})
Told = Mapping[tuple[str, str], int]
"""How often each (participant, type of message) was told of one event."""


def told_of_ends(run: Run) -> Findings:
    """Compare the messages about each end and each stop with those whom it concerns."""
    told: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for participant, _, body in messages(run):
        told[body["causationid"]][participant, body["type"]] += 1
    # A release before 0.4.0 passes these events over.
    decided = {data_of(body).get("fact") for _, body in firsts(run, NOTICES)}
    following = _following(run)
    offices = {
        data_of(body)["id"]
        for _, body in firsts(run, REFERENCE)
        if short(body) == "participant_registered" and data_of(body)["kind"] == "program_office"
    }
    for record, body in firsts(run, ROUTING):
        if short(body) in ENDS and body["id"] in decided:
            after = told[following.get(body["id"], "")]
            for wrong in _wrong(short(body), data_of(body), told[body["id"]], after, offices):
                yield f"{record.place}: {wrong}"
            yield None


def _following(run: Run) -> dict[str, str]:
    """Return, by event, the next event about the same request."""
    last: dict[str, str] = {}
    found: dict[str, str] = {}
    for _, body in firsts(run, ROUTING):
        if body["subject"] in last:
            found[last[body["subject"]]] = body["id"]
        last[body["subject"]] = body["id"]
    return found


def _wrong(kind: str, facts: Body, told: Told, after: Told, offices: set[str]) -> list[str]:
    provider, requester = str(facts["provider"]), str(facts["participant"])
    by = facts.get("ended_by")
    wanted = {}
    match kind:
        case "engagement_affected":
            wanted[provider, AFFECTED] = 1
            wanted[requester, STATUS] = int(facts.get("stop_changed", False))
            wanted |= {(office, AFFECTED): 1 for office in offices}
        case "engagement_closed":
            wanted[provider, ENDED] = int(by is not None)
            wanted[requester, STATUS] = 1
            with_program = by is not None and by == facts.get("program")
            wanted |= {(office, ENDED): int(with_program) for office in offices}
        case _:
            goes_on = bool(facts.get("referred")) or facts.get("next_provider") is not None
            wanted[provider, ENDED] = int(by != provider)
            wanted[requester, STATUS] = int(not goes_on)
            wanted |= {(office, ENDED): int(by == provider) for office in offices}
            if goes_on and after.get((requester, STATUS), 0) != 1:
                times = after.get((requester, STATUS), 0)
                return [f"{requester} is told {times} times of what follows the end"]
    return [
        f"{who} has {told.get((who, what), 0)} of {what}, and should have {times}"
        for (who, what), times in sorted(wanted.items())
        if told.get((who, what), 0) != times
    ]
