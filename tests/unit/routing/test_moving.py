"""A closure that is told late moves running clocks, and takes back a miss that was none."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.decide import decide
from services.routing.life.late import Late, late_by
from services.routing.life.moving import Decided, move
from services.routing.life.offers import run_out
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules
from shared.catalog.catalog import Catalog, ruleset_hash, with_entry
from shared.contracts.reference import Calendar, CalendarDefinition
from shared.contracts.routing import ClockMoved
from tests.examples.decisions import engaged, room
from tests.examples.routing import AT, Sender, catalog, ruleset

RULES = ruleset(
    effective_from=datetime.fromisoformat("2020-01-01T00:00:00-05:00"),
    calendar=Calendar(grace_seconds=0),
    calendar_id="federal",
)
HOLIDAYS = ["2025-12-25", "2026-01-01", "2026-12-25"]
CLOSED = [
    {"from": day, "until": day, "reason": "executive order"}
    for day in ("2025-12-24", "2025-12-26")
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


def known(**changes: Any) -> Catalog:
    calendar = {"id": "federal", "version": 1, "holidays": HOLIDAYS, **changes}
    before = catalog(ruleset=RULES)
    return with_entry(before, before.version + 1, CalendarDefinition.model_validate(calendar))


BEFORE, AFTER = known(), known(closures=CLOSED)


def offered(at: datetime) -> Request:
    rules = Rules(BEFORE, BEFORE.ruleset_at(at))
    accepted = decide(None, Sender().accepted(), rules, at=at).request
    [outcome] = match_in_order(LaneStep("cri-tac", True, rules, room("iacp"), at), [accepted])
    return outcome.request


def referred(at: datetime) -> Request:
    rules = Rules(BEFORE, BEFORE.ruleset_at(at))
    return decide(None, Sender(agency={"listed": False}).accepted(), rules, at=at).request


def decided(request: Request, at: datetime, late: Late | None = None) -> Decided:
    return Decided(request, at, ruleset_hash(RULES), late)


def test_e51_a_closure_told_late_moves_the_end_of_an_offer() -> None:
    made, told = local("2025-12-23 09:00"), local("2025-12-23 12:00")
    request = offered(made)
    assert request.due_at == local("2025-12-31 09:00")

    outcome = move(decided(request, made), AFTER, at=told)

    assert outcome is not None
    (event,) = outcome.events
    assert isinstance(event, ClockMoved)
    assert (event.data.before, event.data.due_at) == (request.due_at, local("2026-01-05 09:00"))
    assert not event.data.would_not_have_been_missed
    after = outcome.request
    assert after.due_at == after.offer_expires_at == local("2026-01-05 09:00")
    assert (after.due_clock, after.due_cause) == (request.due_clock, request.due_cause)
    assert after.status == "offered"
    assert move(decided(after, made), AFTER, at=told) is None  # told once


def test_what_the_calendar_does_not_move_is_not_announced() -> None:
    later = local("2026-02-02 09:00")

    assert move(decided(offered(later), later), AFTER, at=later) is None
    assert move(decided(engaged(Sender()), AT), AFTER, at=AT) is None


def test_a_miss_that_would_not_have_been_runs_again() -> None:
    made, told = local("2025-12-23 09:00"), local("2025-12-26 12:00")
    running = referred(made)
    assert running.due_at == local("2025-12-26 09:00")
    outcome = run_out(running, RULES, at=local("2025-12-26 09:00"))
    late = late_by(outcome.events[0])
    assert outcome.request.due_at is None

    moved = move(decided(outcome.request, made, late), AFTER, at=told)

    assert moved is not None
    (event,) = moved.events
    assert isinstance(event, ClockMoved)
    assert event.data.would_not_have_been_missed
    assert (moved.request.due_clock, moved.request.due_at) == (
        "triage.standard",
        local("2025-12-30 09:00"),
    )


def test_a_miss_stands_that_would_have_been_by_the_new_calendar_too() -> None:
    made, told = local("2025-12-23 09:00"), local("2025-12-31 12:00")
    outcome = run_out(referred(made), RULES, at=local("2025-12-26 09:00"))
    late = late_by(outcome.events[0])

    assert move(decided(outcome.request, made, late), AFTER, at=told) is None
