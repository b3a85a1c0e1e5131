"""Open offers and engagements whose provider or program no longer takes part. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from services.routing.life.capacity import Capacity, availability_lookup
from services.routing.life.engagements import ENDED_BY_PROGRAM, close
from services.routing.life.evolve import TAKES_PART_AGAIN
from services.routing.life.late import REHOME_CLOCK
from services.routing.life.offers import schedule_of, withdraw_offer
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.pauses import pause, resume
from services.routing.life.request import REHOME, STOPPED, Request
from services.routing.rules.facts import decode_request_facts
from services.routing.rules.in_force import Rules, absence, closed
from services.routing.rules.matching import match
from services.routing.rules.triage import served_instead
from shared.catalog.catalog import Catalog
from shared.clocks.lengths import Schedule
from shared.contracts.reference import Program
from shared.contracts.routing import PROVIDER_LEFT, AffectedFacts, EngagementAffected

CLOSE = " close"
_NONE: Mapping[str, str] = MappingProxyType({})


class Gone(NamedTuple):
    """
    The providers that get no offers and the programs that make none, each with the reason.

    ``work`` says what becomes of engagements, by program: `STOPPED`, `REHOME` or `CLOSE`. In other
    programs they go on.
    """

    providers: Mapping[str, str]
    programs: Mapping[str, str]
    work: Mapping[str, str] = _NONE

    def reason(self, request: Request) -> str:
        """Return why the open offer of *request* may not stand."""
        of_provider = self.providers.get(request.provider or "")
        return of_provider or self.programs[request.program or ""]

    @property
    def over(self) -> Mapping[str, str]:
        """The programs whose engagements the office must know of: suspended or ended ones."""
        stopped = ("program_suspended", "program_ended")
        return {name: why for name, why in self.programs.items() if why in stopped}


def gone(catalog: Catalog, *, at: datetime) -> Gone:
    """Return the providers and programs that do not take part at *at*."""
    providers = {name: absence(catalog, name, at=at) for name in catalog.providers}
    programs = {name: closed(catalog, name, at=at) for name in catalog.programs}
    work = {name: _work(catalog.programs[name], reason) for name, reason in programs.items()}
    return Gone(_with_reason(providers), _with_reason(programs), _with_reason(work))


def _work(program: Program, reason: str | None) -> str | None:
    """Return what becomes of work in *program*, closed for *reason*; None: it goes on."""
    match reason, program.on_suspension, program.on_end:
        case "program_suspended", "stop", _:
            return STOPPED
        case "program_ended", _, "rehome":
            return REHOME
        case "program_ended", _, "close":
            return CLOSE
        case _:
            return None


def _with_reason(reasons: Mapping[str, str | None]) -> dict[str, str]:
    return {name: reason for name, reason in reasons.items() if reason is not None}


def withdrawn(requests: Sequence[Request], left: Gone, *, at: datetime) -> list[DecisionOutcome]:
    """Return the outcomes that withdraw the open offer of each of *requests*."""
    outcomes = []
    for request in requests:
        builder = OutcomeBuilder(request, cause=request.last_event, at=at)
        withdraw_offer(builder, left.reason(request))
        outcomes.append(builder.build())
    return outcomes


def affected(
    requests: Sequence[Request],
    left: Gone,
    rules: Rules,
    capacities: Mapping[str, Capacity],
    *,
    at: datetime,
) -> list[DecisionOutcome]:
    """
    Return the outcomes that report the engagement of each of *requests* to the program office.

    If it needs another provider, the one that would be asked now, given *capacities*, is proposed.
    An engagement in a program that has ended is closed if the program says so.
    """
    outcomes = []
    for request in requests:
        builder = OutcomeBuilder(request, cause=request.last_event, at=at)
        if left.work.get(request.program or "") == CLOSE:
            close(builder, ENDED_BY_PROGRAM, by=request.program)
        else:
            _report(builder, left, rules, capacities)
        outcomes.append(builder.build())
    return outcomes


def _report(
    builder: OutcomeBuilder, left: Gone, rules: Rules, capacities: Mapping[str, Capacity]
) -> None:
    request = builder.request
    program = request.program or ""
    of_provider, of_program = left.providers.get(request.provider or ""), left.over.get(program)
    work = left.work.get(program)
    provider, elsewhere = None, None
    if of_provider is not None or work == REHOME:
        has_ended = of_program == "program_ended"
        provider, elsewhere = _proposed(
            request, rules, capacities, at=builder.at, has_ended=has_ended
        )
    cause = of_provider or of_program or TAKES_PART_AGAIN
    clock = Schedule(None)
    if (work == REHOME or cause in PROVIDER_LEFT) and not request.needs_rehome:
        clock = schedule_of(builder, REHOME_CLOCK, rules.timing)
    builder.publish(
        EngagementAffected,
        AffectedFacts,
        status=request.status,
        ordinal=request.published,
        engagement_id=request.engagement_id,
        provider=request.provider,
        cause=cause,
        rehome_by=clock.due_at,
        remind_at=clock.remind_at,
        proposed_provider=provider,
        proposed_program=elsewhere,
        stopped=work == STOPPED,
        stop_changed=(work == STOPPED) != request.stopped,
        rehome=work == REHOME,
    )
    if builder.request.stopped and not request.stopped:
        pause(builder, rules.timing)
    elif request.stopped and not builder.request.stopped:
        resume(builder, rules.timing)


def _proposed(
    request: Request,
    rules: Rules,
    capacities: Mapping[str, Capacity],
    *,
    at: datetime,
    has_ended: bool,
) -> tuple[str | None, str | None]:
    """
    Return the provider that would be asked to take over *request*, if there is one.

    If the program *has_ended*, it is a provider of another program, which is returned, too.
    """
    program = request.program
    if rules.ruleset is None or program is None or program not in rules.catalog.programs:
        return None, None
    facts = decode_request_facts(request.facts)
    elsewhere = served_instead(facts, program, rules, at=at) if has_ended else None
    if has_ended and (elsewhere is None or closed(rules.catalog, elsewhere, at=at) is not None):
        return None, elsewhere
    found = match(
        facts,
        rules.providers(elsewhere or program, at=at),
        availability_of=availability_lookup(capacities, facts, at=at),
        already_asked=request.offered,
    )
    return found.provider, elsewhere
