"""Engagements: milestones, and how they end."""

from collections.abc import Mapping

from services.routing.life.offers import refer, schedule_of
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.pauses import SILENCE, pause
from services.routing.life.request import Request, past_of
from services.routing.rules.decisions import sentences
from services.routing.rules.in_force import Rules
from shared.clocks.lengths import Schedule
from shared.contracts import refusals
from shared.contracts.intake import (
    EngagementCloseReported,
    EngagementEndDirected,
    EngagementEndFacts,
    MilestoneReported,
)
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    ClosedFacts,
    EngagementClosed,
    EngagementEnded,
    EngagementEndedFacts,
    EngagementProgressed,
    ProgressFacts,
    Sentences,
)

CANNOT_GO_ON = "cannot_go_on"
PROVIDER_LOST = "provider_lost"
ENDED_BY_PROGRAM = "ended_by_program"


def report_milestone(builder: OutcomeBuilder, event: MilestoneReported, rules: Rules) -> None:
    """Record a milestone, which restarts the clock of silence, or refuse it."""
    report = event.data
    refusal = refused(builder.request, report.engagement_id, report.provider)
    if refusal is not None:
        builder.answer_refused("milestone.report", report.engagement_id, refusal)
        return
    stopped = builder.request.stopped
    silence = Schedule(None) if stopped else schedule_of(builder, SILENCE, rules.timing)
    delivered = report.milestone == "delivered" or builder.request.status == "delivered"
    builder.publish(
        EngagementProgressed,
        ProgressFacts,
        status="delivered" if delivered else "in_delivery",
        engagement_id=report.engagement_id,
        provider=report.provider,
        milestone=report.milestone,
        on=report.on,
        due_at=silence.due_at,
        remind_at=silence.remind_at,
    )
    if stopped:
        pause(builder, rules.timing, from_its_start=True)
    builder.answer_applied("milestone.report", report.engagement_id)


def close_engagement(
    builder: OutcomeBuilder, event: EngagementCloseReported, declarations: Mapping[str, str]
) -> None:
    """
    Close the delivered engagement, which ends the request, or refuse that.

    If the provider cannot go on (``provider_lost`` in contract 0.9), only the engagement ends.
    Intake refuses the other reasons of 0.9; reports with one that it accepted before close the
    request.
    """
    report = event.data
    refusal = refused(builder.request, report.engagement_id, report.provider)
    if refusal is None and report.reason == "completed" and builder.request.status != "delivered":
        refusal = refusals.NOT_DELIVERED
    if refusal is not None:
        builder.answer_refused("engagement.close", report.engagement_id, refusal)
        return
    if report.reason in (CANNOT_GO_ON, PROVIDER_LOST):
        end(builder, PROVIDER_LOST, by=report.provider, declarations=declarations)
    else:
        close(builder, report.reason, outcome=report.outcome)
    taken_as = CANNOT_GO_ON if report.reason == PROVIDER_LOST else None
    builder.answer_applied("engagement.close", report.engagement_id, taken_as=taken_as)


def end_engagement(
    builder: OutcomeBuilder,
    event: EngagementEndDirected,
    rules: Rules,
    declarations: Mapping[str, str],
) -> None:
    """End an engagement as the program office directs, or refuse that."""
    ending = event.data
    refusal = refused(builder.request, ending.engagement_id)
    if refusal is not None:
        builder.answer_refused("engagement.end", ending.engagement_id, refusal)
        return
    carry_out(builder, ending, rules, declarations)
    builder.answer_applied("engagement.end", ending.engagement_id)


def carry_out(
    builder: OutcomeBuilder,
    ending: EngagementEndFacts,
    rules: Rules,
    declarations: Mapping[str, str],
) -> None:
    """End the engagement; *ending* says whether its request is closed, referred or queued."""
    match ending.then:
        case "close":
            close(builder, ending.reason, by=ending.participant)
        case "refer":
            _refer(builder, ending, rules, declarations)
        case _:
            end(builder, ending.reason, by=ending.participant, declarations=declarations)


def close(
    builder: OutcomeBuilder, reason: str, *, outcome: str | None = None, by: str | None = None
) -> None:
    """
    Close the engagement, and the request with it.

    *by* is the office that ends it, or the program that has ended; None if its provider does.
    """
    request = builder.request
    builder.publish(
        EngagementClosed,
        ClosedFacts,
        status="closed",
        engagement_id=request.engagement_id,
        provider=request.provider,
        reason=reason,
        outcome=outcome,
        ended_by=by,
    )


def end(
    builder: OutcomeBuilder,
    reason: str,
    *,
    by: str,
    declarations: Mapping[str, str],
    referred: bool = False,
    next_provider: str | None = None,
) -> None:
    """
    End the engagement; the request returns to its lane with the queue number that it had.

    If it is *referred*, or *next_provider* is asked, the caller publishes the event that does so.
    """
    request = builder.request
    assert request.provider is not None
    builder.publish(
        EngagementEnded,
        EngagementEndedFacts,
        status="triaged",
        engagement_id=request.engagement_id,
        provider=request.provider,
        reason=reason,
        ended_by=by,
        declaration=declarations.get(request.provider, "") if reason == PROVIDER_LOST else None,
        referred=referred,
        next_provider=next_provider,
    )


def _refer(
    builder: OutcomeBuilder,
    ending: EngagementEndFacts,
    rules: Rules,
    declarations: Mapping[str, str],
) -> None:
    """End the engagement and refer the request to the program office."""
    engagement, provider = builder.request.engagement_id, builder.request.provider
    end(builder, ending.reason, by=ending.participant, declarations=declarations, referred=True)
    because = Sentences(
        staff=f"The program office ended {engagement} with {provider}: {ending.reason}."
        " A person decides.",
        requester="The work with your provider has ended; the program office will look at your"
        " request.",
    )
    details = {
        "engagement": engagement,
        "outcome": "referred",
        "provider": provider,
        "because": sentences(because),
    }
    record = builder.record_decision("ended", details, because, rules=rules, basis=None)
    refer(builder, "engagement_ended", decision=record.facts, ruleset=rules.timing)


def refused(request: Request, engagement_id: str, provider: str | None = None) -> Refusal | None:
    """Return why a message about an engagement is refused; without *provider*, the office's."""
    if engagement_id != request.engagement_id:
        return _of_another(request, engagement_id, provider)
    if provider not in (None, request.provider):
        return refusals.NOT_YOURS
    return refusals.REQUEST_ENDED if request.ended else None


def _of_another(request: Request, engagement_id: str, provider: str | None) -> Refusal:
    """Return the refusal of a message about an engagement that is not the current one."""
    for number in past_of(request):
        if engagement_id == f"{request.tracking_number}-E{number}":
            own = provider in (None, request.offered[int(number) - 1])
            return refusals.ENGAGEMENT_NOT_OPEN if own else refusals.NOT_YOURS
    return refusals.UNKNOWN_ENGAGEMENT
