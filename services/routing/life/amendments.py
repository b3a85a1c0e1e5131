"""Amendments: change the facts of a request; withdraw an open offer that no longer fits them."""

from collections.abc import Mapping

from services.routing.life.capacity import Capacity, takes
from services.routing.life.offers import withdraw_offer
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.request import Request
from services.routing.rules.facts import Facts, confirmed, decode_request_facts, request_facts
from services.routing.rules.in_force import Rules
from services.routing.rules.matching import passes
from shared.contracts.intake import RequestAmended
from shared.contracts.routing import (
    NO_LONGER_FITS,
    AskedFacts,
    FactsChangedFacts,
    RequestFactsChanged,
)


def amend(
    builder: OutcomeBuilder,
    event: RequestAmended,
    rules: Rules,
    capacities: Mapping[str, Capacity] | None,
) -> None:
    """
    Change the facts, unless the request has ended; if it is queued, it is matched again.

    An offer that no longer fits is withdrawn first, so that its provider is not
    notified of the change. The request keeps its queue number.
    """
    request = builder.request
    if request.ended:
        builder.came_too_late(event)
        return
    before = decode_request_facts(request.facts)
    facts = confirmed(request_facts(event.data, rules.catalog), before)
    if _no_longer_fits(builder, facts, rules, capacities or {}):
        withdraw_offer(builder, NO_LONGER_FITS)
    builder.publish(
        RequestFactsChanged,
        FactsChangedFacts,
        status=builder.request.status,
        amendment=event.number,
        record=event.inreplyto,
        message_id=event.inreplytoid,
        facts=facts,
        need_stated=event.data.need_stated,
        asked=AskedFacts(
            topics=event.data.topics,
            service_forms=event.data.service_forms,
            wished=event.data.wished,
        ),
        words=event.data.words,
        provider=_holder(builder.request),
    )


def _holder(request: Request) -> str | None:
    """Return the provider that holds the open offer or the engagement."""
    return request.provider if request.offer_state in ("open", "accepted") else None


def _no_longer_fits(
    builder: OutcomeBuilder, facts: Facts, rules: Rules, capacities: Mapping[str, Capacity]
) -> bool:
    """
    Tell whether the open offer fitted until now, and does not fit the new *facts*.

    The rules about providers and the declared capacity are compared, each with the facts before
    and after: new rules or a new declaration alone withdraw no offer. An offer that the program
    office directed depends on neither, and stands.
    """
    request = builder.request
    provider, declaration = request.provider, request.offer_declaration
    if request.status != "offered" or provider is None or declaration is None:
        return False
    program = request.program
    if rules.ruleset is None or program is None or program not in rules.catalog.programs:
        return False
    before = decode_request_facts(request.facts)
    basis = rules.providers(program, at=builder.at)
    if passes(before, basis, provider) and not passes(facts, basis, provider):
        return True
    capacity = capacities.get(provider)
    if capacity is None:
        return False
    place = declaration, request.offer_entry
    return takes(capacity, before, place) and not takes(capacity, facts, place)
