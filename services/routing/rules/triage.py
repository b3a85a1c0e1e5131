"""Triage: decides whether a program serves the agency, which one, and the request's lane."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.rules.decisions import sentences
from services.routing.rules.doubts import doubt
from services.routing.rules.facts import Facts
from services.routing.rules.in_force import DecisionBasis, Rules, is_open
from services.routing.rules.rulebook import fill
from shared.contracts.reference import Rule
from shared.contracts.refusals import EXCLUDED_BY_RULE
from shared.contracts.routing import Sentences

DEFAULT_PROGRAM = "cri-tac"


@dataclass(frozen=True, slots=True)
class Triage:
    """
    The result of triage: ``queued``, ``not_open``, ``ineligible`` or ``referred``.

    ``failed`` is the rule that made the agency ineligible.
    """

    outcome: str
    because: Sentences
    reason: str | None = None
    program: str | None = None
    lane: str | None = None
    opens_at: datetime | None = None
    elsewhere: str | None = None
    failed: Rule | None = None
    verdicts: Mapping[str, str] | None = None

    @property
    def decided(self) -> dict[str, Any]:
        """Return the part of the decision record that describes the result."""
        return {
            "verdicts": self.verdicts,
            "outcome": self.outcome,
            "reason": self.reason,
            "program": self.program,
            "lane": self.lane,
            "elsewhere": self.elsewhere,
            "because": sentences(self.because),
        }


def triage(facts: Facts, basis: DecisionBasis, *, at: datetime) -> Triage:
    """Triage a request with *facts* under the programs and rules of *basis*."""
    doubtful = doubt(facts)
    if doubtful is not None:
        reason, because = doubtful
        return Triage("referred", because, reason=reason)
    eligibility = basis.eligibility
    evaluation = eligibility.evaluate(facts)
    verdicts = {
        candidate["program.id"]: verdict
        for candidate, verdict in zip(basis.candidates, evaluation.verdicts, strict=True)
    }
    eligible = [
        basis.candidates[index]["program.id"]
        for index in evaluation.passing
        if basis.candidates[index]["program.status"] != "ended"
    ]
    rule = None
    program = facts["request.program"]
    if program is None:
        rule, program = _proposed(facts, basis, eligible)
    by_id = {c["program.id"]: index for index, c in enumerate(basis.candidates)}
    if program in eligible:
        return _into_lane(facts, basis, index=by_id[program], rule=rule, at=at, verdicts=verdicts)
    if program in by_id and by_id[program] not in evaluation.passing:
        failed = eligibility.failed(evaluation, by_id[program])[0]
        elsewhere = _proposed(facts, basis, eligible)[1] if eligible else None
        return _not_served(facts, basis, failed, program, elsewhere, verdicts)
    return Triage(
        "referred",
        Sentences(
            staff="The program asked for is not offered (any more).",
            requester="The program is not offered; the program office will look at the request.",
        ),
        reason="program_not_offered",
        verdicts=verdicts,
    )


def served_instead(facts: Facts, program: str, rules: Rules, *, at: datetime) -> str | None:
    """Return another program that would serve a request of *program*, which has ended."""
    instead = triage({**facts, "request.program": None}, rules.other_programs(program), at=at)
    return instead.program if instead.outcome in ("queued", "not_open") else None


def lane_of(program: str, facts: Facts, basis: DecisionBasis) -> str:
    """Return the lane of *program* for a request with *facts*; urgent only by a rule."""
    panel = basis.lanes
    index = [candidate["program.id"] for candidate in basis.candidates].index(program)
    matched = panel.evaluate(facts).matched[index]
    paces = [rule.value for rule in matched if rule.value in ("standard", "urgent")]
    return f"{program}.{paces[0] if paces else 'standard'}"


def _proposed(
    facts: Facts, basis: DecisionBasis, eligible: list[str]
) -> tuple[Rule | None, str | None]:
    """Return the eligible program that the heaviest matching rule proposes, or a default."""
    panel = basis.proposals
    matched = panel.evaluate(facts).matched[0]
    for rule in sorted(matched, key=lambda rule: -rule.weight):
        if rule.value in eligible:
            return rule, rule.value
    if DEFAULT_PROGRAM in eligible or not eligible:
        return None, DEFAULT_PROGRAM
    return None, eligible[0]


def _into_lane(
    facts: Facts,
    basis: DecisionBasis,
    *,
    index: int,
    rule: Rule | None,
    at: datetime,
    verdicts: Mapping[str, str],
) -> Triage:
    candidate = basis.candidates[index]
    program, name = candidate["program.id"], candidate["program.name"]
    lane = lane_of(program, facts, basis)
    staff = [f"{name} serves the agency."]
    requester = []
    if rule is not None:
        staff.append(fill(rule.because.staff, facts, candidate))
        if rule.because.requester is not None:
            requester.append(fill(rule.because.requester, facts, candidate))
    if is_open(candidate, at=at):
        requester.append(f"Your request goes to {name}.")
        because = Sentences(staff=" ".join(staff), requester=" ".join(requester))
        return Triage("queued", because, program=program, lane=lane, verdicts=verdicts)
    opens_at = candidate["program.opens_at"]
    staff.append("It is not open.")
    requester.append(f"{name} is not open yet; your request keeps its place.")
    return Triage(
        "not_open",
        Sentences(staff=" ".join(staff), requester=" ".join(requester)),
        reason="program_not_open",
        program=program,
        lane=lane,
        opens_at=None if opens_at is None else datetime.fromisoformat(opens_at),
        verdicts=verdicts,
    )


def _not_served(
    facts: Facts,
    basis: DecisionBasis,
    failed: Rule,
    program: str,
    elsewhere: str | None,
    verdicts: Mapping[str, str],
) -> Triage:
    names = {c["program.id"]: c["program.name"] for c in basis.candidates}
    because = failed.because
    requester = fill(because.requester or because.staff, facts)
    if elsewhere is not None:
        requester = f"{requester} {names[elsewhere]} can help your agency."
    staff = f"Not eligible for {names[program]}: rule {failed.id}."
    return Triage(
        "ineligible",
        Sentences(staff=staff, requester=requester),
        reason=EXCLUDED_BY_RULE.code,
        program=program,
        elsewhere=elsewhere,
        failed=failed,
        verdicts=verdicts,
    )
