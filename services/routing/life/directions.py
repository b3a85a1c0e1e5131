"""Decisions of the program office about requests that were referred to it."""

from typing import Any

from services.routing.life.offers import engage, make_offer, wait
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.refusals import reason_of
from services.routing.life.triaging import triage_request
from services.routing.rules.decisions import DecisionRecord, sentences
from services.routing.rules.facts import decode_request_facts, is_only_claimed, with_authority
from services.routing.rules.in_force import DecisionBasis, Rules, absence, closed, opens_at
from services.routing.rules.triage import DEFAULT_PROGRAM, lane_of
from shared.clocks.lengths import Schedule, schedule
from shared.contracts import refusals
from shared.contracts.intake import DirectionFacts, RequestDirected
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    IneligibleFacts,
    RequestIneligible,
    RequestTriaged,
    Sentences,
    TriageFacts,
)

WHAT = "request.direct"


def direct(builder: OutcomeBuilder, event: RequestDirected, rules: Rules) -> None:
    """Carry out a direction of the program office, or refuse it."""
    direction = event.data
    about = builder.request.tracking_number
    refusal = _refusal(builder, direction, rules)
    if refusal is not None:
        builder.answer_refused(WHAT, about, refusal)
        return
    match direction.action:
        case "assign":
            assign(builder, direction, rules, _why_named(direction, rules))
        case "ineligible":
            _end(builder, direction, rules)
        case "confirm_authority":
            _confirm(builder, direction, rules)
        case _:
            _route(builder, direction, rules)
    builder.answer_applied(WHAT, about)


def _refusal(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> Refusal | None:
    if builder.request.ended:
        return refusals.REQUEST_ENDED
    if builder.request.status != "referred":
        return refusals.NOT_REFERRED
    is_claimed = is_only_claimed(decode_request_facts(builder.request.facts))
    if direction.action == "confirm_authority":
        return None if is_claimed else refusals.AUTHORITY_NOT_OPEN
    if direction.action == "ineligible" and rules.ruleset is not None:
        return None
    if is_claimed:
        return refusals.AUTHORITY_NEEDED
    return naming_refused(builder, direction, rules)


def naming_refused(
    builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules
) -> Refusal | None:
    """Return why the program or the provider that *direction* names cannot be named."""
    if rules.ruleset is None:
        return refusals.NO_RULESET
    if direction.action == "assign" and direction.provider not in rules.catalog.providers:
        return refusals.UNKNOWN_PROVIDER
    program = _program(builder, direction, rules)
    known = program in rules.catalog.programs
    if not known or closed(rules.catalog, program, at=builder.at) == "program_ended":
        return refusals.PROGRAM_UNKNOWN_OR_ENDED
    makes_offer = direction.action == "assign" and not _takes_counter(builder, direction)
    if makes_offer and absence(rules.catalog, direction.provider or "", at=builder.at) is not None:
        return refusals.PROVIDER_NOT_ACTIVE
    if makes_offer and _answer(builder, direction, rules).due_at is None:
        return refusals.CALENDAR_ENDED
    return None


def _takes_counter(builder: OutcomeBuilder, direction: DirectionFacts) -> bool:
    """Tell whether the direction accepts the terms that its provider has proposed."""
    request = builder.request
    return request.offer_state == "countered" and request.provider == direction.provider


def _answer(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> Schedule:
    """Return when an offer would expire; without ``due_at`` if the calendar ends before that."""
    assert rules.timing is not None
    program = _program(builder, direction, rules)
    lane = _kept_lane(builder, program, rules)
    return schedule(rules.timing, f"offer_answer.{lane.rsplit('.', 1)[1]}", start=builder.at)


def _program(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> str:
    """
    Return the program that the direction is for.

    That is the first of: the named program, the request's, one of the named provider's, CRI-TAC.
    """
    program = direction.program or builder.request.program
    if program is not None or direction.provider is None:
        return program or DEFAULT_PROGRAM
    programs = rules.catalog.providers[direction.provider].programs
    return DEFAULT_PROGRAM if DEFAULT_PROGRAM in programs or not programs else programs[0]


def _route(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> None:
    """Queue the request in the lane of a program, or let it wait until that opens."""
    program = _program(builder, direction, rules)
    candidate = next(c for c in rules.programs.candidates if c["program.id"] == program)
    because = Sentences(
        staff=f"The program office directs it to {candidate['program.name']}: {direction.reason}.",
        requester=f"Your request goes to {candidate['program.name']}.",
    )
    builder.program, builder.lane = program, _lane(builder, program, rules)
    record = _record(builder, direction, rules, because, outcome="routed", program=program)
    reason = closed(rules.catalog, program, at=builder.at)
    if reason is None:
        builder.publish(RequestTriaged, TriageFacts, status="triaged", decision=record.facts)
    else:
        wait(builder, reason, decision=record.facts, opens_at=opens_at(rules.catalog, program))


def _why_named(direction: DirectionFacts, rules: Rules) -> Sentences:
    name = rules.catalog.providers[direction.provider or ""].name
    return Sentences(
        staff=f"The program office names {name}: {direction.reason}.",
        requester=f"The program office chose {name}.",
        provider="The program office names you for this request.",
    )


def assign(
    builder: OutcomeBuilder,
    direction: DirectionFacts,
    rules: Rules,
    because: Sentences,
    *,
    continues: str | None = None,
) -> None:
    """
    Make an offer to the named provider, or accept the terms that it has proposed.

    *continues* is the engagement that the provider would take over.
    """
    program = _program(builder, direction, rules)
    builder.program, builder.lane = program, _kept_lane(builder, program, rules)
    record = _record(
        builder,
        direction,
        rules,
        because,
        outcome="assigned",
        program=program,
        continues=continues,
    )
    if _takes_counter(builder, direction):
        engage(builder, ruleset=rules.timing, decision=record.facts)
        return
    answer = _answer(builder, direction, rules)
    make_offer(
        builder,
        direction.provider or "",
        answer=answer,
        decision=record.facts,
        rules=rules,
        continues=continues,
    )


def _confirm(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> None:
    """Triage the request again, now with confirmed authority."""
    facts = decode_request_facts(builder.request.facts)
    triage_request(builder, with_authority(facts, direction.basis), rules)


def _end(builder: OutcomeBuilder, direction: DirectionFacts, rules: Rules) -> None:
    because = Sentences(
        staff=f"The program office decided: {direction.reason}.",
        requester="The program office found that the programs cannot serve this request.",
    )
    record = _record(builder, direction, rules, because, outcome="ineligible", program=None)
    builder.publish(
        RequestIneligible,
        IneligibleFacts,
        status="ineligible",
        decision=record.facts,
        reasons=[reason_of(refusals.AGENCY_NOT_SERVED)],
        elsewhere=None,
    )


def _lane(builder: OutcomeBuilder, program: str, rules: Rules) -> str:
    return lane_of(program, decode_request_facts(builder.request.facts), rules.programs)


def _kept_lane(builder: OutcomeBuilder, program: str, rules: Rules) -> str:
    """Return the lane that the request has; in another program, the one that it gets there."""
    request = builder.request
    if request.lane is not None and request.program == program:
        return request.lane
    return _lane(builder, program, rules)


def _record(
    builder: OutcomeBuilder,
    direction: DirectionFacts,
    rules: Rules,
    because: Sentences,
    *,
    outcome: str,
    program: str | None,
    continues: str | None = None,
) -> DecisionRecord:
    """Record what a person decided, with the verdicts of the rules on all providers."""
    facts = decode_request_facts(builder.request.facts)
    basis = None
    if program is not None:
        basis = rules.providers(program, at=builder.at)
    details: dict[str, Any] = {
        "facts": facts,
        "action": direction.action,
        "reason": direction.reason,
        "verdicts": {} if basis is None else verdicts(basis, facts),
        "outcome": outcome,
        "program": program,
        "provider": direction.provider,
        "because": sentences(because),
    }
    kind = "direction"
    if continues is not None:
        kind, details["continues"] = "rehoming", continues
    return builder.record_decision(kind, details, because, rules=rules, basis=basis)


def verdicts(basis: DecisionBasis, facts: Any) -> dict[str, str]:
    """Return the verdicts of the rules by provider."""
    evaluation = basis.providers.evaluate(facts)
    names = [candidate["provider.id"] for candidate in basis.candidates]
    return dict(zip(names, evaluation.verdicts, strict=True))
