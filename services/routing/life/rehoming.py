"""Lets another provider go on with the work of an engagement, as the program office directs."""

from collections.abc import Mapping

from services.routing.life.directions import assign, naming_refused
from services.routing.life.engagements import carry_out, end, refused
from services.routing.life.outcome import OutcomeBuilder
from services.routing.rules.in_force import Rules
from shared.contracts import refusals
from shared.contracts.intake import (
    DirectionFacts,
    EngagementEndFacts,
    EngagementRehomeDirected,
    EngagementRehomeFacts,
)
from shared.contracts.refusals import Refusal
from shared.contracts.routing import Sentences

WHAT = "engagement.rehome"
_PATHS: Mapping[Refusal, str] = {refusals.NO_RULESET: "/to", refusals.CALENDAR_ENDED: "/to"}


def rehome_engagement(
    builder: OutcomeBuilder,
    event: EngagementRehomeDirected,
    rules: Rules,
    declarations: Mapping[str, str],
) -> None:
    """
    End the engagement, and ask the named provider to go on with it, or refuse that.

    The request keeps its queue number in case that provider does not accept. Without a named
    provider, this does the same as ``engagement.end``.
    """
    rehoming = event.data
    refusal = _refusal(builder, rehoming, rules)
    if refusal is not None:
        path = _PATHS.get(refusal)
        builder.answer_refused(WHAT, rehoming.engagement_id, refusal, path=path)
        return
    if rehoming.to == "provider":
        _ask(builder, rehoming, rules, declarations)
    else:
        carry_out(builder, _ending(rehoming), rules, declarations)
    builder.answer_applied(WHAT, rehoming.engagement_id)


def _refusal(
    builder: OutcomeBuilder, rehoming: EngagementRehomeFacts, rules: Rules
) -> Refusal | None:
    refusal = refused(builder.request, rehoming.engagement_id)
    if refusal is not None or rehoming.to != "provider":
        return refusal
    if rehoming.provider == builder.request.provider:
        return refusals.SAME_PROVIDER
    return naming_refused(builder, _direction(rehoming), rules)


def _ask(
    builder: OutcomeBuilder,
    rehoming: EngagementRehomeFacts,
    rules: Rules,
    declarations: Mapping[str, str],
) -> None:
    engagement, before = builder.request.engagement_id, builder.request.provider or ""
    providers = rules.catalog.providers
    name = providers[before].name if before in providers else before
    following = providers[rehoming.provider or ""]
    end(
        builder,
        rehoming.reason,
        by=rehoming.participant,
        declarations=declarations,
        next_provider=following.id,
    )
    because = Sentences(
        staff=f"The program office ended {engagement} with {name} ({rehoming.reason}), and names"
        f" {following.name} to go on with it.",
        requester=f"The work with {name} has ended; {following.name} is asked to go on with it.",
        provider="The program office asks you to go on with work that another provider began.",
    )
    assign(builder, _direction(rehoming), rules, because, continues=engagement)


def _direction(rehoming: EngagementRehomeFacts) -> DirectionFacts:
    return DirectionFacts(
        request_id=rehoming.request_id,
        tracking_number=rehoming.tracking_number,
        participant=rehoming.participant,
        action="assign",
        program=rehoming.program,
        provider=rehoming.provider,
        reason=rehoming.reason,
        reference_version=rehoming.reference_version,
    )


def _ending(rehoming: EngagementRehomeFacts) -> EngagementEndFacts:
    return EngagementEndFacts(
        request_id=rehoming.request_id,
        tracking_number=rehoming.tracking_number,
        engagement_id=rehoming.engagement_id,
        participant=rehoming.participant,
        reason=rehoming.reason,
        then="close" if rehoming.to == "close" else "back_to_lane",
        noted=rehoming.noted,
    )
