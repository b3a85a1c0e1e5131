"""Engagements: milestones and closing."""

from services.routing.life.offers import end_of_clock
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules
from shared.contracts import refusals
from shared.contracts.intake import EngagementCloseReported, MilestoneReported
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    ClosedFacts,
    EngagementClosed,
    EngagementProgressed,
    ProgressFacts,
)


def report_milestone(builder: OutcomeBuilder, event: MilestoneReported, rules: Rules) -> None:
    """Record a milestone, which restarts the clock of silence, or refuse it."""
    report = event.data
    refusal = _refusal(builder.request, report.engagement_id, report.provider)
    if refusal is not None:
        builder.answer_refused("milestone.report", report.engagement_id, refusal)
        return
    delivered = report.milestone == "delivered" or builder.request.status == "delivered"
    builder.publish(
        EngagementProgressed,
        ProgressFacts,
        status="delivered" if delivered else "in_delivery",
        engagement_id=report.engagement_id,
        provider=report.provider,
        milestone=report.milestone,
        on=report.on,
        due_at=end_of_clock(builder, "engagement_silence", rules.timing),
    )
    builder.answer_applied("milestone.report", report.engagement_id)


def close_engagement(builder: OutcomeBuilder, event: EngagementCloseReported) -> None:
    """Close the engagement, which ends the request, or refuse that."""
    report = event.data
    refusal = _refusal(builder.request, report.engagement_id, report.provider)
    if refusal is not None:
        builder.answer_refused("engagement.close", report.engagement_id, refusal)
        return
    builder.publish(
        EngagementClosed,
        ClosedFacts,
        status="closed",
        engagement_id=report.engagement_id,
        provider=report.provider,
        reason=report.reason,
        outcome=report.outcome,
    )
    builder.answer_applied("engagement.close", report.engagement_id)


def _refusal(request: Request, engagement_id: str, provider: str) -> Refusal | None:
    if engagement_id != request.engagement_id:
        return refusals.UNKNOWN_ENGAGEMENT
    if provider != request.provider:
        return refusals.NOT_YOURS
    return refusals.REQUEST_ENDED if request.ended else None
