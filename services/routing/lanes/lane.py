"""Matches the next requests of a lane in the order of their queue numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.routing.life.capacity import Capacity, availability_lookup, taken
from services.routing.life.offers import make_offer, refer, wait
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import NOTHING_PAST, Request, not_again
from services.routing.rules.decisions import sentences
from services.routing.rules.facts import Facts, decode_request_facts
from services.routing.rules.in_force import DecisionBasis, Rules, closed, opens_at
from services.routing.rules.matching import Match, match
from services.routing.rules.triage import served_instead
from shared.clocks.lengths import Schedule, schedule
from shared.contracts.reference import RuleSet
from shared.contracts.routing import DecisionFacts, Sentences


@dataclass(slots=True)
class LaneStep:
    """The inputs of one step through a lane; offers update ``capacities`` and ``offers``."""

    program: str
    is_open: bool
    rules: Rules
    capacities: dict[str, Capacity]
    at: datetime
    offers: int = 0


def match_in_order(step: LaneStep, requests: Sequence[Request]) -> list[DecisionOutcome]:
    """
    Return the outcomes of *requests*, which are in the order of their queue numbers.

    Each request is decided before the next one, which gets only the remaining capacity. So the
    record of a request that is passed over shows that no suitable provider had capacity.
    """
    if not step.is_open:
        return [_not_open(step, request) for request in requests]
    basis = step.rules.providers(step.program, at=step.at)
    clocks: dict[str, Schedule] = {}
    return [_match(step, request, basis, clocks) for request in requests]


def is_lane_open(rules: Rules, program: str, *, at: datetime) -> bool:
    """Tell whether offers are made for *program* at *at*."""
    known = rules.ruleset is not None and program in rules.catalog.programs
    return known and closed(rules.catalog, program, at=at) is None


def _match(
    step: LaneStep, request: Request, basis: DecisionBasis, clocks: dict[str, Schedule]
) -> DecisionOutcome:
    facts = decode_request_facts(request.facts)
    availability_of = availability_lookup(step.capacities, facts, at=step.at)
    asked = _not_again(step, request)
    found = match(facts, basis, availability_of=availability_of, already_asked=asked)
    if found.outcome == "waiting" and request.waits_for == "no_capacity":
        return DecisionOutcome(request._replace(fresh=False))
    capacity = None if found.provider is None else step.capacities[found.provider]
    # One microsecond between offers of a step, so that "longest without an offer" is unambiguous.
    at = step.at + timedelta(microseconds=step.offers)
    builder = OutcomeBuilder(request, cause=_cause(request, capacity), at=at)
    answer = None
    if capacity is not None:
        clock = f"offer_answer.{request.pace}"
        if clock not in clocks:
            clocks[clock] = schedule(_timing(step), clock, start=step.at)
        answer = clocks[clock]
        if answer.due_at is None:
            return _no_deadline(step, builder, basis, found)
    decision = _record(step, builder, facts, basis, found)
    if found.outcome == "waiting":
        wait(builder, "no_capacity", decision=decision)
    elif capacity is None or found.entry is None or answer is None:
        refer(builder, "no_candidate", decision=decision, ruleset=_timing(step))
    else:
        make_offer(
            builder,
            capacity.provider,
            answer=answer,
            decision=decision,
            rules=step.rules,
            declaration=capacity.declaration,
            entry=found.entry,
        )
        step.offers += 1
        step.capacities[capacity.provider] = taken(capacity, entry=found.entry, at=at)
    return replace(builder.build(), changes=())  # already in `step.capacities`


def _not_again(step: LaneStep, request: Request) -> tuple[str, ...]:
    """Return the providers that are not asked again; usually all that were asked."""
    if request.past == NOTHING_PAST:
        return tuple(filter(None, request.offered))
    return not_again(request, {name: has.declaration for name, has in step.capacities.items()})


def _no_deadline(
    step: LaneStep, builder: OutcomeBuilder, basis: DecisionBasis, found: Match
) -> DecisionOutcome:
    """Refer the request: an offer would expire after the end of the calendar."""
    because = Sentences(
        staff=f"{found.provider} would be asked, but the calendar of the rule set in force"
        f" ends with {_timing(step).calendar.last_day}, before the offer would expire."
        " A person decides.",
        requester="No date for an answer can be set now; the program office will look at your"
        " request, which keeps its place.",
    )
    details = {
        "program": step.program,
        "provider": found.provider,
        "outcome": "referred",
        "because": sentences(because),
    }
    record = builder.record_decision("calendar", details, because, rules=step.rules, basis=basis)
    refer(builder, "calendar_ended", decision=record.facts, ruleset=_timing(step))
    return builder.build()


def _timing(step: LaneStep) -> RuleSet:
    """Return the rule set in force, with its calendar; there is one while lanes are matched."""
    assert step.rules.timing is not None
    return step.rules.timing


def _cause(request: Request, capacity: Capacity | None) -> str:
    """Return the cause of the step: the awaited declaration, or the request's last event."""
    if request.waits_for == "no_capacity" and capacity is not None:
        return capacity.declaration or request.last_event
    return request.last_event


def _record(
    step: LaneStep, builder: OutcomeBuilder, facts: Facts, basis: DecisionBasis, found: Match
) -> DecisionFacts:
    details = {
        "facts": facts,
        "program": step.program,
        "lane": builder.request.lane,
        "queue_number": builder.request.queue_number,
        **found.decided,
    }
    return builder.record_decision(
        "match", details, found.because, rules=step.rules, basis=basis
    ).facts


def _not_open(step: LaneStep, request: Request) -> DecisionOutcome:
    """
    Let the request wait until its program opens, or refer it if the program has ended.

    A request that already waits gets a new event only if the reason or the date has changed.
    """
    catalog = step.rules.catalog
    reason = closed(catalog, step.program, at=step.at) or "program_not_open"
    if reason == "program_ended":
        return _program_ended(step, request)
    opening = opens_at(catalog, step.program)
    if (request.waits_for, request.waits_until) == (reason, opening):
        return DecisionOutcome(request._replace(fresh=False))
    name = catalog.programs[step.program].name
    state = "suspended" if reason == "program_suspended" else "not open"
    because = Sentences(
        staff=f"{name} is {state}.",
        requester=f"{name} is {state}; your request keeps its place.",
    )
    details = {
        "program": step.program,
        "outcome": "waiting",
        "because": sentences(because),
    }
    builder = OutcomeBuilder(request, cause=request.last_event, at=step.at)
    basis = step.rules.programs
    record = builder.record_decision("closed", details, because, rules=step.rules, basis=basis)
    wait(builder, reason, decision=record.facts, opens_at=opening)
    return builder.build()


def _program_ended(step: LaneStep, request: Request) -> DecisionOutcome:
    """Refer the request to the program office; propose another program if one would serve it."""
    basis, name = step.rules.programs, step.rules.catalog.programs[step.program].name
    facts = decode_request_facts(request.facts)
    proposed = served_instead(facts, step.program, step.rules, at=step.at)
    also = ""
    if proposed is not None:
        also = f" {step.rules.catalog.programs[proposed].name} would serve the agency."
    because = Sentences(
        staff=f"{name} has ended; a person decides.{also}",
        requester=f"{name} has ended; the program office will look at your request.",
    )
    details = {
        "program": step.program,
        "outcome": "referred",
        "proposed": proposed,
        "because": sentences(because),
    }
    builder = OutcomeBuilder(request, cause=request.last_event, at=step.at)
    record = builder.record_decision("closed", details, because, rules=step.rules, basis=basis)
    refer(
        builder,
        "program_not_offered",
        decision=record.facts,
        ruleset=_timing(step),
        proposed_program=proposed,
    )
    return builder.build()
