"""Triages an accepted request: queues, waitlists, refers or ends it, with a decision record."""

from typing import Any

from services.routing.life.offers import refer, wait
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.refusals import reason_of
from services.routing.rules.facts import Facts
from services.routing.rules.in_force import Rules
from services.routing.rules.triage import Triage, triage
from shared.contracts import refusals
from shared.contracts.intake import Reason
from shared.contracts.routing import (
    DecisionFacts,
    IneligibleFacts,
    RequestIneligible,
    RequestTriaged,
    Sentences,
    TriageFacts,
)


def triage_request(builder: OutcomeBuilder, facts: Facts, rules: Rules) -> None:
    """Triage an accepted request and add the event that follows."""
    if rules.ruleset is None:
        because = Sentences(
            staff="No rule set is in force; a person decides.",
            requester="The program office will look at your request.",
        )
        found = Triage("referred", because, reason="no_ruleset")
    else:
        found = triage(facts, rules.programs, at=builder.at)
    decision = _record(builder, facts, rules, found)
    builder.program, builder.lane = found.program, found.lane
    accepted: dict[str, Any] = {"facts": facts, "need_stated": builder.request.need_stated}
    match found.outcome:
        case "queued":
            builder.publish(
                RequestTriaged, TriageFacts, status="triaged", decision=decision, **accepted
            )
        case "not_open":
            opens_at = found.opens_at
            wait(builder, "program_not_open", decision=decision, opens_at=opens_at, **accepted)
        case "ineligible":
            builder.publish(
                RequestIneligible,
                IneligibleFacts,
                status="ineligible",
                **accepted,
                decision=decision,
                reasons=[_reason(found)],
                elsewhere=found.elsewhere,
            )
        case _:
            assert found.reason is not None
            timing = rules.timing
            refer(builder, found.reason, decision=decision, ruleset=timing, **accepted)


def _record(builder: OutcomeBuilder, facts: Facts, rules: Rules, found: Triage) -> DecisionFacts:
    basis = None if rules.ruleset is None else rules.programs
    details = {"facts": facts, **found.decided}
    return builder.record_decision(
        "triage", details, found.because, rules=rules, basis=basis
    ).facts


def _reason(found: Triage) -> Reason:
    """Return the reason of ineligibility, with the rule's sentence."""
    if not found.because.requester:
        return reason_of(refusals.AGENCY_NOT_SERVED)
    return reason_of(refusals.EXCLUDED_BY_RULE, because=found.because.requester)
