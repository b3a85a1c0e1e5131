"""The facts that rules can read, by name: of a request, a program, a provider."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from services.routing.rules import names
from shared.catalog.catalog import Catalog
from shared.contracts.intake import RequestFacts
from shared.contracts.reference import Program, Provider
from shared.contracts.states_and_zones import day_in

Facts = Mapping[str, Any]
"""Values are text, numbers, truth values, None, or tuples of text."""
_LISTED = ("agency.listed_oris", "agency.listed_names", "agency.listed_states")
"""Facts that release 0.1.0 did not have."""
_AUTHORITY = "request.authority"
"""Only requests that an office or the public desk entered have it; no rule can read it."""
_LISTS = ("request.topics", "request.families", "request.service_forms", "request.goals")


def request_facts(asked: RequestFacts, catalog: Catalog) -> Facts:
    """Return the facts of a request; the families are those of its topics, which are ids."""
    agency = asked.agency
    known = [catalog.topics.get(code) for code in asked.topics]
    families = {family for topic in known if topic is not None for family in topic.families}
    days = None
    if asked.incident_on is not None:
        days = (day_in(agency.state, asked.submitted_at) - asked.incident_on).days
    return {
        "agency.cri_type": agency.cri_type,
        "agency.agency_class": agency.agency_class,
        "agency.state": agency.state,
        "agency.listed": agency.listed,
        "agency.ori_stated": agency.ori is not None,
        "agency.name": agency.name,
        "agency.listed_oris": tuple(one.ori for one in agency.listed_as),
        "agency.listed_names": tuple(one.name for one in agency.listed_as),
        "agency.listed_states": tuple(one.state or "" for one in agency.listed_as),
        "agency.name_rule": names.RULE,
        "agency.sworn_band": agency.sworn_band,
        "request.topics": tuple(asked.topics),
        "request.families": tuple(sorted(families)),
        "request.service_forms": tuple(asked.service_forms),
        "request.goals": tuple(asked.goals),
        "request.program": asked.program,
        "urgency.level": asked.urgency,
        "urgency.incident_days": days,
        **({} if asked.authority is None else {_AUTHORITY: asked.authority.basis}),
    }


def confirmed(facts: Facts, before: Facts) -> Facts:
    """Return *facts* with the authority of *before*, if any: a person may have confirmed it."""
    return {**facts, _AUTHORITY: before[_AUTHORITY]} if _AUTHORITY in before else facts


def with_authority(facts: Facts, basis: str | None) -> Facts:
    """Return *facts* with the authority that a person has confirmed, relying on *basis*."""
    return {**facts, _AUTHORITY: basis}


def is_only_claimed(facts: Facts) -> bool:
    """Tell whether nobody has made sure that the agency's executive wants the request."""
    return facts.get(_AUTHORITY) == "claimed"


def program_facts(program: Program) -> Facts:
    """Return the facts of a program that rules and decisions read."""
    return {
        "program.id": program.id,
        "program.name": program.name,
        "program.status": program.status,
        "program.opens_at": None if program.opens_at is None else program.opens_at.isoformat(),
    }


def provider_facts(provider: Provider, program: Program) -> Facts:
    """Return the facts of a provider as a candidate for *program*."""
    return {
        "program.id": program.id,
        "program.name": program.name,
        "provider.id": provider.id,
        "provider.name": provider.name,
        "provider.programs": tuple(provider.programs),
        "provider.serves": tuple(provider.serves),
        "provider.topics": tuple(provider.topics),
        "provider.families": tuple(provider.families),
        "provider.states": tuple(provider.states),
        "provider.service_forms": tuple(provider.service_forms),
    }


def encode_facts(facts: Facts) -> str:
    """Return *facts* as compact JSON."""
    return to_json(facts).decode()


def decode_request_facts(text: str) -> dict[str, Any]:
    """Return the facts of a request from the JSON of `encode_facts`."""
    facts: dict[str, Any] = json.loads(text)
    for name in (*_LISTS, *_LISTED):
        if name in facts:
            facts[name] = tuple(facts[name])
    return facts


def decode_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return *facts*, read from JSON, with lists as tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
    }
