"""I6: the path of each request, and of the offers and engagements on it."""

from collections import defaultdict
from collections.abc import Iterator

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import ROUTING, data_of, firsts, is_tracking_number, short
from tests.proofs.checker.run import Body, Run

_TERMINAL = frozenset({"closed", "ineligible", "withdrawn"})
_OPEN = frozenset({"accepted", "triaged", "waiting", "referred"})
_WORK = frozenset({"assigned", "in_delivery", "delivered"})
_ANY = _OPEN | _WORK | {"offered"}
_LANE = frozenset({"triaged", "waiting", "referred"})

# For each event: the legal states before it, and those after it.
_PATHS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "request_triaged": (_OPEN, frozenset({"triaged"})),
    "request_ineligible": (_OPEN, frozenset({"ineligible"})),
    "request_waitlisted": (_OPEN, frozenset({"waiting"})),
    "request_referred": (_OPEN, frozenset({"referred"})),
    "offer_made": (_LANE, frozenset({"offered"})),
    "offer_declined": (frozenset({"offered"}), frozenset({"triaged"})),
    "offer_lapsed": (frozenset({"offered"}), frozenset({"triaged"})),
    "offer_withdrawn": (frozenset({"offered"}), frozenset({"triaged", "withdrawn"})),
    # A provider that answered in time is let in also when its answer was delayed by an outage.
    "engagement_opened": (_LANE | {"offered"}, frozenset({"assigned"})),
    "engagement_progressed": (_WORK, frozenset({"in_delivery", "delivered"})),
    "engagement_closed": (_WORK, frozenset({"closed"})),
    "engagement_ended": (_WORK, frozenset({"triaged"})),
    "request_withdrawn": (_ANY | {"withdrawn"}, frozenset({"withdrawn"})),
}
_STAYS = frozenset(
    {
        "clock_missed",
        "clock_moved",
        "clock_paused",
        "clock_resumed",
        "clock_reminded",
        "clock_settled",
        "clock_still_missed",
        "engagement_affected",
        "facts_changed",
        "request_recorded",
    }
)


def i06_path_is_legal(run: Run) -> Findings:
    """Each step is legal; at most one terminal state, and no step after it."""
    by_request: dict[str, list[Body]] = defaultdict(list)
    for _, body in firsts(run, ROUTING):
        if is_tracking_number(body.get("subject")):
            by_request[body["subject"]].append(body)
    for number, events in sorted(by_request.items()):
        yield from _steps(number, events)
        yield from _offers(number, events)
        yield from _rehomed(number, events)


def _steps(number: str, events: list[Body]) -> Iterator[str | None]:
    status, ends = "accepted", 0
    for body in events:
        kind, after = short(body), data_of(body).get("status")
        if after is None:
            continue  # an answer, not a step
        if kind in _STAYS:
            yield None if after == status else f"{number}: {kind} made it {after}"
        elif kind not in _PATHS:
            yield f"{number}: {kind} is no step of a request"
        else:
            before, following = _PATHS[kind]
            # Withdrawing takes the open offer back first, which already says `withdrawn`.
            legal = status in before and after in following and ends == 0
            yield None if legal else f"{number}: {kind} leads from {status} to {after}"
            ends += after in _TERMINAL and kind != "offer_withdrawn"
        status = after


def _offers(number: str, events: list[Body]) -> Iterator[str | None]:
    made: dict[str, str] = {}
    ended: set[str] = set()
    engaged: str | None = None
    for body in events:
        kind, facts = short(body), data_of(body)
        offer, provider = str(facts.get("offer_id")), str(facts.get("provider"))
        match kind:
            case "offer_made":
                new = offer not in made and engaged is None
                yield None if new else f"{number}: {offer} is made twice, or too late"
                made[offer] = provider
            case "offer_declined" | "offer_lapsed" | "offer_withdrawn":
                own = made.get(offer) == provider and offer not in ended
                yield None if own else f"{number}: {kind} of {offer}, which is not open"
                ended.add(offer)
            case "engagement_opened":
                fits = made.get(offer) == provider and engaged is None
                yield None if fits else f"{number}: {provider} is engaged without its offer"
                engaged = str(facts.get("engagement_id"))
            case "engagement_progressed" | "engagement_closed" | "engagement_ended":
                known = facts.get("engagement_id") == engaged
                yield None if known else f"{number}: {kind} of an engagement that is not open"
                engaged = None if kind == "engagement_ended" else engaged
            case _:
                pass


def _rehomed(number: str, events: list[Body]) -> Iterator[str | None]:
    """Compare offers to go on with an engagement with the ends right before them."""
    awaited: tuple[str, str] | None = None
    lost = ""
    for body in events:
        kind, facts = short(body), data_of(body)
        if "status" not in facts:
            continue  # an answer, not a step
        provider, continued = str(facts.get("provider")), facts.get("continues")
        asked = (str(continued), provider) if kind == "offer_made" and continued else None
        if asked is not None or awaited is not None:
            fits = asked == awaited and provider != lost
            yield None if fits else f"{number}: {awaited} is to go on, {asked} is asked to"
        awaited = None
        if kind == "engagement_ended" and facts.get("next_provider") is not None:
            awaited, lost = (str(facts["engagement_id"]), str(facts["next_provider"])), provider
    if awaited is not None:
        yield f"{number}: nobody is asked to go on with {awaited[0]}"
