"""What triage leads to: a place in a lane, a wait, a referral, or an end; with its record."""

from typing import Any

from services.routing.life.offers import refer, wait
from services.routing.life.refusals import reason_of
from services.routing.life.story import Story
from services.routing.rules.books import Library
from services.routing.rules.facts import Facts
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


def triage_request(story: Story, facts: Facts, library: Library) -> None:
    """Triage a request that was accepted."""
    if library.ruleset is None:
        because = Sentences(
            staff="No rule set is in force; a person decides.",
            requester="The program office will look at your request.",
        )
        found = Triage("referred", because, reason="no_ruleset")
    else:
        found = triage(facts, library.programs, at=story.at)
    decision = _keep(story, facts, library, found)
    story.program, story.lane = found.program, found.lane
    accepted: dict[str, Any] = {"facts": facts, "need_stated": story.request.need_stated}
    match found.outcome:
        case "queued":
            story.publish(
                RequestTriaged, TriageFacts, status="triaged", decision=decision, **accepted
            )
        case "not_open":
            opens_at = found.opens_at
            wait(story, "program_not_open", decision=decision, opens_at=opens_at, **accepted)
        case "ineligible":
            story.publish(
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
            ruleset = library.ruleset
            refer(story, found.reason, decision=decision, ruleset=ruleset, **accepted)


def _keep(story: Story, facts: Facts, library: Library, found: Triage) -> DecisionFacts:
    book = None if library.ruleset is None else library.programs
    came = {"facts": facts, **found.decided}
    return story.keep("triage", came, found.because, library=library, book=book).facts


def _reason(found: Triage) -> Reason:
    """Return why the program does not serve the agency, in the words of the rule."""
    if not found.because.requester:
        return reason_of(refusals.AGENCY_NOT_SERVED)
    return reason_of(refusals.EXCLUDED_BY_RULE, because=found.because.requester)
