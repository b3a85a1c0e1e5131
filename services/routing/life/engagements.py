"""Work under way: milestones, and its close."""

from services.routing.life.offers import end_of_clock
from services.routing.life.request import Request
from services.routing.life.story import Story
from services.routing.rules.books import Library
from shared.contracts import refusals
from shared.contracts.intake import EngagementCloseReported, MilestoneReported
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    ClosedFacts,
    EngagementClosed,
    EngagementProgressed,
    ProgressFacts,
)


def report_milestone(story: Story, event: MilestoneReported, library: Library) -> None:
    """Take in a milestone of the provider's own engagement; the clock of silence starts anew."""
    told = event.data
    refusal = _refusal(story.request, told.engagement_id, told.provider)
    if refusal is not None:
        story.refused("milestone.report", told.engagement_id, refusal)
        return
    delivered = told.milestone == "delivered" or story.request.status == "delivered"
    story.publish(
        EngagementProgressed,
        ProgressFacts,
        status="delivered" if delivered else "in_delivery",
        engagement_id=told.engagement_id,
        provider=told.provider,
        milestone=told.milestone,
        on=told.on,
        due_at=end_of_clock(story, "engagement_silence", library.ruleset),
    )
    story.applied("milestone.report", told.engagement_id)


def close_engagement(story: Story, event: EngagementCloseReported) -> None:
    """Close the provider's own engagement: the request's end."""
    told = event.data
    refusal = _refusal(story.request, told.engagement_id, told.provider)
    if refusal is not None:
        story.refused("engagement.close", told.engagement_id, refusal)
        return
    story.publish(
        EngagementClosed,
        ClosedFacts,
        status="closed",
        engagement_id=told.engagement_id,
        provider=told.provider,
        reason=told.reason,
        outcome=told.outcome,
    )
    story.applied("engagement.close", told.engagement_id)


def _refusal(request: Request, engagement_id: str, provider: str) -> Refusal | None:
    if engagement_id != request.engagement_id:
        return refusals.UNKNOWN_ENGAGEMENT
    if provider != request.provider:
        return refusals.NOT_YOURS
    return refusals.REQUEST_ENDED if request.ended else None
