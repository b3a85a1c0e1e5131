"""Offers and work of providers and in programs that no longer take part. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.routing.life.capacity import Capacity, availability_lookup
from services.routing.life.evolve import TAKES_PART_AGAIN
from services.routing.life.offers import withdraw_offer
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import Request
from services.routing.rules.facts import decode_request_facts
from services.routing.rules.in_force import Rules, absence, closed
from services.routing.rules.matching import match
from shared.catalog.catalog import Catalog
from shared.contracts.routing import AffectedFacts, EngagementAffected


class Gone(NamedTuple):
    """The providers and the programs that make no offers, each with the reason."""

    providers: Mapping[str, str]
    programs: Mapping[str, str]

    def reason(self, request: Request) -> str:
        """Return why the open offer of *request* may not stand."""
        of_provider = self.providers.get(request.provider or "")
        return of_provider or self.programs[request.program or ""]

    @property
    def over(self) -> Mapping[str, str]:
        """The programs whose work is named to the office: not those that have yet to open."""
        stopped = ("program_suspended", "program_ended")
        return {name: why for name, why in self.programs.items() if why in stopped}


def gone(catalog: Catalog, *, at: datetime) -> Gone:
    """Return who no longer takes part at *at*."""
    providers = {name: absence(catalog, name, at=at) for name in catalog.providers}
    programs = {name: closed(catalog, name, at=at) for name in catalog.programs}
    return Gone(_with_reason(providers), _with_reason(programs))


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
    Return the outcomes that name the engagement of each of *requests* to the program office.

    If the provider has left, another is proposed: the one that would be asked now, with these
    *capacities*.
    """
    outcomes = []
    for request in requests:
        of_provider = left.providers.get(request.provider or "")
        cause = of_provider or left.over.get(request.program or "")
        builder = OutcomeBuilder(request, cause=request.last_event, at=at)
        builder.publish(
            EngagementAffected,
            AffectedFacts,
            status=request.status,
            ordinal=request.published,
            engagement_id=request.engagement_id,
            provider=request.provider,
            cause=cause or TAKES_PART_AGAIN,
            proposed_provider=of_provider and _proposed(request, rules, capacities, at=at),
        )
        outcomes.append(builder.build())
    return outcomes


def _proposed(
    request: Request, rules: Rules, capacities: Mapping[str, Capacity], *, at: datetime
) -> str | None:
    """Return who would be asked to go on with *request*, if anybody can be."""
    program = request.program
    if rules.ruleset is None or program is None or program not in rules.catalog.programs:
        return None
    facts = decode_request_facts(request.facts)
    return match(
        facts,
        rules.providers(program, at=at),
        availability_of=availability_lookup(capacities, facts, at=at),
        already_asked=request.offered,
    ).provider
