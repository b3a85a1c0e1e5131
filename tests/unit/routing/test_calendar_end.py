"""The end of the calendar: no deadline is set beyond it."""

import asyncio
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest
import structlog

from services.routing.deadlines import Deadlines
from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life import capacity
from services.routing.life.decide import decide
from services.routing.life.rerun import rerun
from shared.clocks.lengths import due_at
from shared.contracts.reference import Calendar, Clock, RuleSet
from shared.contracts.routing import MessageRefused
from shared.process.metrics import REGISTRY
from tests.examples.routing import Sender, declared, rules_with, ruleset

HOLIDAYS = ["2027-01-01", "2028-12-25"]
ENDING = ruleset(calendar=Calendar(holidays=HOLIDAYS))
NEW_2029 = datetime(2029, 1, 1, tzinfo=UTC).timestamp()
NEW_YEAR = datetime(2029, 1, 1, 15, tzinfo=UTC)
LATE = datetime(2028, 12, 27, 15, tzinfo=UTC)
"""The last Wednesday of 2028; two working days remain in the year."""


def due(clock: Clock, start: datetime, **calendar: Any) -> datetime | None:
    rules = ruleset(clocks={"x": clock}, calendar=Calendar(holidays=HOLIDAYS, **calendar))
    return due_at(rules, "x", start=start)


@pytest.mark.parametrize(("days", "known"), [(2, True), (3, False)])
def test_working_days_end_with_the_year_of_the_last_holiday(days: int, known: bool) -> None:
    assert (due(Clock(amount=days, unit="working_days"), LATE) is not None) is known


@pytest.mark.parametrize("days", [0, 1, 5])
def test_new_years_day_of_2029_is_no_working_day(days: int) -> None:
    assert due(Clock(amount=days, unit="working_days"), NEW_YEAR) is None


def test_clocks_without_working_days_do_not_need_the_calendar() -> None:
    assert due(Clock(amount=8, unit="hours"), NEW_YEAR) == NEW_YEAR + timedelta(hours=8)
    assert due(Clock(amount=9, unit="days"), NEW_YEAR) == NEW_YEAR + timedelta(days=9)


def test_the_calendar_of_a_demonstration_does_not_end() -> None:
    assert due(Clock(amount=1, unit="working_days"), NEW_YEAR, seconds_per_day=1) is not None


def test_a_request_that_would_be_offered_is_referred() -> None:
    rules = rules_with(ruleset=ENDING, at=NEW_YEAR)
    sender = Sender()
    request = decide(None, sender.accepted(), rules, at=NEW_YEAR).request
    event = declared("iacp", 1)
    change = capacity.declared(event.subject, event.data, declaration=event.id)
    held = capacity.apply(capacity.Capacity("iacp"), change)
    step = LaneStep("cri-tac", True, rules, {"iacp": held}, NEW_YEAR)

    (outcome,) = match_in_order(step, [request])

    assert (outcome.request.status, outcome.request.waits_for) == ("referred", "calendar_ended")
    assert outcome.request.due_at is None
    assert step.capacities["iacp"].free == (1,)
    (record,) = outcome.records
    assert "2028-12-31" in record.facts.because.staff
    assert "iacp would be asked" in record.facts.because.staff
    kept: dict[str, Any] = {"kind": "calendar", "outcome": "referred"}
    assert rerun(kept, rules.providers("cri-tac", at=NEW_YEAR)) == kept


def test_a_directed_offer_beyond_the_calendar_is_refused() -> None:
    rules = rules_with(ruleset=ENDING, at=NEW_YEAR)
    sender = Sender(agency={"listed": False})
    request = decide(None, sender.accepted(), rules, at=NEW_YEAR).request

    outcome = decide(request, sender.directed("assign", provider="iacp"), rules, at=NEW_YEAR)

    (answer,) = outcome.events
    assert isinstance(answer, MessageRefused)
    assert [reason.code for reason in answer.data.reasons] == ["calendar_ended"]
    assert outcome.request.status == "referred"


def test_a_calendar_to_the_last_day_that_python_knows_has_an_end() -> None:
    deadlines = Deadlines(relay_wake=asyncio.Event(), matcher_wake=asyncio.Event())

    deadlines.watch_calendar(ruleset(calendar=Calendar(holidays=["9999-12-25"])), LATE.date())

    shown = REGISTRY.get_sample_value("cri_calendar_end_timestamp_seconds", {"service": "routing"})
    assert shown == datetime(9999, 12, 31, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("rules", "at", "days_left"),
    [
        (ENDING, datetime(2027, 12, 30, tzinfo=UTC), None),
        (ENDING, datetime(2028, 1, 1, tzinfo=UTC), 365),
        (ENDING, NEW_YEAR, 0),
        (ruleset(), NEW_YEAR, None),
    ],
)
def test_operators_are_warned_once_a_day_from_a_year_before(
    rules: RuleSet, at: datetime, days_left: int | None
) -> None:
    deadlines = Deadlines(relay_wake=asyncio.Event(), matcher_wake=asyncio.Event())

    with structlog.testing.capture_logs() as logged:
        deadlines.watch_calendar(rules, at.date())
        deadlines.watch_calendar(rules, at.date())

    assert [line["days_left"] for line in logged] == ([] if days_left is None else [days_left])
    shown = REGISTRY.get_sample_value("cri_calendar_end_timestamp_seconds", {"service": "routing"})
    assert shown == (NEW_2029 if rules is ENDING else inf)
