"""Transitions that several decisions share: offer, wait, refer, engage, expire."""

from datetime import datetime
from typing import Any

from services.routing.life.late import miss
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.pauses import SILENCE
from services.routing.life.request import Request, offer_id, pace_of
from services.routing.rules.in_force import Rules
from shared.clocks.lengths import Schedule, next_working_day, schedule
from shared.contracts.reference import RuleSet
from shared.contracts.routing import (
    DecisionFacts,
    EngagementFacts,
    EngagementOpened,
    OfferEndFacts,
    OfferFacts,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    ReferralFacts,
    RequestReferred,
    RequestWaitlisted,
    WaitFacts,
)


def make_offer(
    builder: OutcomeBuilder,
    provider: str,
    *,
    answer: Schedule,
    decision: DecisionFacts,
    rules: Rules,
    declaration: str | None = None,
    entry: int | None = None,
    continues: str | None = None,
) -> None:
    """
    Make an offer to *provider*, which takes capacity of *entry* of *declaration*, if given.

    *continues* is the engagement that the provider would take over. A provider without a system
    must be reached by mail within one working day, by the calendar of *rules*.
    """
    assert answer.due_at is not None
    request = builder.request
    number = len(request.offered) + 1
    builder.publish(
        OfferMade,
        OfferFacts,
        status="offered",
        ordinal=number,
        offer_id=offer_id(request.tracking_number, number),
        provider=provider,
        expires_at=answer.due_at,
        remind_at=answer.remind_at,
        decision=decision,
        declaration=declaration,
        entry=entry,
        continues=continues,
        reach_by=_reach_by(provider, rules, at=builder.at),
    )


def _reach_by(provider: str, rules: Rules, *, at: datetime) -> datetime | None:
    registered = rules.catalog.participants.get(provider)
    if registered is None or registered.reached_by != "desk" or rules.timing is None:
        return None
    return next_working_day(rules.timing, start=at)


def wait(
    builder: OutcomeBuilder,
    reason: str,
    *,
    decision: DecisionFacts,
    opens_at: datetime | None = None,
    **facts: Any,
) -> None:
    """Let the request wait under its queue number."""
    builder.publish(
        RequestWaitlisted,
        WaitFacts,
        status="waiting",
        ordinal=builder.request.decided + 1,
        reason=reason,
        opens_at=opens_at,
        decision=decision,
        **facts,
    )


def withdraw_offer(builder: OutcomeBuilder, reason: str) -> None:
    """
    Withdraw the open offer; the request keeps its queue number.

    Whether its provider may be asked again depends on *reason* (see `evolve`).
    """
    request = builder.request
    builder.publish(
        OfferWithdrawn,
        OfferEndFacts,
        status="triaged",
        offer_id=request.offer_id,
        provider=request.provider,
        reason=reason,
    )


def refer(
    builder: OutcomeBuilder,
    reason: str,
    *,
    decision: DecisionFacts,
    ruleset: RuleSet | None,
    **more: Any,
) -> None:
    """Refer the request to the program office; the triage clock limits the time to direct it."""
    triage = schedule_of(builder, f"triage.{pace_of(builder.lane)}", ruleset)
    builder.publish(
        RequestReferred,
        ReferralFacts,
        status="referred",
        ordinal=builder.request.decided + 1,
        reason=reason,
        decision=decision,
        due_at=triage.due_at,
        remind_at=triage.remind_at,
        **more,
    )


def engage(
    builder: OutcomeBuilder, *, ruleset: RuleSet | None, decision: DecisionFacts | None = None
) -> None:
    """Open the engagement with the provider of the last offer."""
    request = builder.request
    silence = schedule_of(builder, SILENCE, ruleset)
    builder.publish(
        EngagementOpened,
        EngagementFacts,
        status="assigned",
        engagement_id=f"{request.tracking_number}-E{len(request.offered)}",
        offer_id=request.offer_id,
        provider=request.provider,
        need_stated=request.need_stated,
        decision=decision,
        due_at=silence.due_at,
        remind_at=silence.remind_at,
    )


def schedule_of(builder: OutcomeBuilder, clock: str, ruleset: RuleSet | None) -> Schedule:
    """Return when *clock*, started now, runs out; never without rules or beyond the calendar."""
    return Schedule(None) if ruleset is None else schedule(ruleset, clock, start=builder.at)


def run_out(request: Request, ruleset: RuleSet, *, at: datetime) -> DecisionOutcome:
    """Return the outcome of the request's clock running out: a lapse or a missed clock."""
    assert request.due_clock is not None
    if not request.due_clock.startswith("offer_answer."):
        return miss(request, ruleset, at=at)
    assert request.due_cause is not None
    builder = OutcomeBuilder(request, cause=request.due_cause, at=at)
    builder.publish(
        OfferLapsed,
        OfferEndFacts,
        status="triaged",
        offer_id=request.offer_id,
        provider=request.provider,
        reason="no_answer",
    )
    return builder.build()
