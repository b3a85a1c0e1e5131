"""The turns of a request's life that several decisions share: offer, wait, refer, engage."""

from datetime import datetime
from typing import Any

from services.routing.clocks import due_at
from services.routing.request import CapacityChange, Request, offer_id
from services.routing.story import Story, Told
from shared.contracts.reference import RuleSet
from shared.contracts.routing import (
    ClockFacts,
    ClockMissed,
    DecisionFacts,
    EngagementFacts,
    EngagementOpened,
    OfferEndFacts,
    OfferFacts,
    OfferLapsed,
    OfferMade,
    ReferralFacts,
    RequestReferred,
    RequestWaitlisted,
    WaitFacts,
)

NO_CLOCK: dict[str, Any] = {"due_clock": None, "due_at": None, "due_cause": None}


def make_offer(
    story: Story,
    provider: str,
    *,
    expires_at: datetime,
    decision: DecisionFacts,
    declaration: str | None = None,
    entry: int | None = None,
) -> None:
    """Ask *provider*; what it takes of a declaration is given back when nothing comes of it."""
    before = story.request
    offered = (*before.offered, provider)
    story.become(
        status="offered",
        queued=False,
        fresh=False,
        waits_for=None,
        offered=offered,
        offer_state="open",
        offer_expires_at=expires_at,
        offer_declaration=declaration,
        offer_entry=entry,
    )
    made = story.publish(
        OfferMade,
        OfferFacts,
        ordinal=len(offered),
        offer_id=offer_id(before.tracking_number, len(offered)),
        provider=provider,
        expires_at=expires_at,
        decision=decision,
    )
    clock = f"offer_answer.{before.pace}"
    story.become(due_clock=clock, due_at=expires_at, due_cause=made)


def wait(
    story: Story,
    reason: str,
    *,
    decision: DecisionFacts,
    opens_at: datetime | None = None,
) -> None:
    """Let the request wait at its place in the lane."""
    story.become(status="waiting", queued=True, fresh=False, waits_for=reason, **NO_CLOCK)
    story.publish(
        RequestWaitlisted,
        WaitFacts,
        ordinal=story.decided,
        reason=reason,
        opens_at=opens_at,
        decision=decision,
    )


def refer(
    story: Story, reason: str, *, decision: DecisionFacts, ruleset: RuleSet | None, **counter: Any
) -> None:
    """Hand the request to the program office, which has the time of triage to direct it."""
    story.become(status="referred", queued=False, fresh=False, waits_for=reason, **NO_CLOCK)
    referred = story.publish(
        RequestReferred,
        ReferralFacts,
        ordinal=story.decided,
        reason=reason,
        decision=decision,
        **counter,
    )
    if ruleset is not None:
        start_clock(story, f"triage.{story.request.pace}", cause=referred, ruleset=ruleset)


def engage(story: Story, *, ruleset: RuleSet | None) -> None:
    """Open the engagement with the provider of the last offer."""
    story.become(
        status="assigned",
        queued=False,
        fresh=False,
        waits_for=None,
        offer_state="accepted",
        **NO_CLOCK,
    )
    request = story.request
    opened = story.publish(
        EngagementOpened,
        EngagementFacts,
        engagement_id=request.engagement_id,
        offer_id=request.offer_id,
        provider=request.provider,
        need_stated=request.need_stated,
    )
    if ruleset is not None:
        start_clock(story, "engagement_silence", cause=opened, ruleset=ruleset)


def start_clock(story: Story, clock: str, *, cause: str, ruleset: RuleSet) -> None:
    """Start the request's one clock, unless the calendar ends before; the event *cause* set it."""
    runs_out = due_at(ruleset, clock, start=story.at)
    if runs_out is None:
        return
    story.become(due_clock=clock, due_at=runs_out, due_cause=cause)


def back_to_lane(story: Story, *, offer_state: str) -> None:
    """Put the request back at its place after an offer came to nothing; give the room back."""
    story.change(given_back(story.request))
    story.become(status="triaged", queued=True, fresh=True, offer_state=offer_state, **NO_CLOCK)


def given_back(request: Request) -> CapacityChange:
    """Return the change that undoes what the last offer took."""
    assert request.provider is not None
    return CapacityChange(
        request.provider,
        declaration=request.offer_declaration,
        entry=request.offer_entry,
        free=0 if request.offer_declaration is None else 1,
        load=-1,
    )


def run_out(request: Request, *, at: datetime) -> Told:
    """Return what follows when the request's clock has run out: a lapse, or a clock missed."""
    clock, due, cause = request.due_clock, request.due_at, request.due_cause
    assert clock is not None
    assert cause is not None
    story = Story(request, cause=cause, at=at)
    if clock.startswith("offer_answer."):
        back_to_lane(story, offer_state="lapsed")
        story.publish(
            OfferLapsed,
            OfferEndFacts,
            offer_id=request.offer_id,
            provider=request.provider,
            reason="no_answer",
        )
    else:
        story.become(**NO_CLOCK)
        story.publish(ClockMissed, ClockFacts, clock=clock, due_at=due)
    return story.told()
