"""Checks the entries of the catalog that the program office defines."""

from collections.abc import Iterator
from datetime import datetime

from services.intake.checks.fields import (
    check_program,
    check_service_forms,
    check_states,
    check_years,
)
from services.intake.checks.registrations import check_registration
from services.intake.checks.rulesets import check_calendar_definition, check_ruleset
from services.intake.findings import Finding
from services.intake.registry import Registry
from shared.contracts import refusals
from shared.contracts.inbound import OFFICE
from shared.contracts.reference import (
    CalendarDefinition,
    Entry,
    Hold,
    KnownAgency,
    Participant,
    Program,
    Provider,
    RuleSet,
    Solicitation,
    StaffMember,
)


def check_entry(entry: Entry, registry: Registry, *, at: datetime) -> Iterator[Finding]:
    """Yield the findings about an entry of the catalog that was received *at* that moment."""
    if isinstance(entry, RuleSet):
        yield from check_years({"/data/effective_from": entry.effective_from})
        yield from check_ruleset(entry, at=at, calendars=registry.calendars)
        return
    if isinstance(entry, CalendarDefinition):
        yield from check_calendar_definition(entry, at)
        return
    if isinstance(entry, StaffMember):
        office = registry.senders.get(entry.participant)
        if office is None or office.kind != OFFICE:
            offices = [one.id for one in registry.senders.values() if one.kind == OFFICE]
            fields = {"offices": sorted(offices)}
            yield Finding(refusals.NOT_AN_OFFICE, "/data/participant", fields)
        return
    if isinstance(entry, Solicitation):
        yield from _check_solicitation(entry, registry)
        return
    if isinstance(entry, KnownAgency | Hold):
        return
    begin, end = entry.effective_from, entry.effective_until
    yield from check_years({"/data/effective_from": begin, "/data/effective_until": end})
    if isinstance(entry, Provider):
        yield from check_states(entry.states, path="/data/states")
        yield from check_service_forms(entry.service_forms, path="/data/service_forms")
    if isinstance(entry, Participant):
        yield from check_registration(entry, registry)
    if isinstance(entry, Program):
        yield from check_years({"/data/opens_at": entry.opens_at})
    if begin is not None and end is not None and end <= begin:
        yield Finding(refusals.END_BEFORE_BEGINNING, "/data/effective_until")


def _check_solicitation(entry: Solicitation, registry: Registry) -> Iterator[Finding]:
    yield from check_program(entry.program, registry)
    yield from check_years({"/data/opens_on": entry.opens_on, "/data/closes_at": entry.closes_at})
    if entry.closes_at.date() < entry.opens_on:  # the day in the office's own offset
        yield Finding(refusals.CLOSES_BEFORE_OPENING, "/data/closes_at")
    following = registry.solicitations.get(entry.id, 0) + 1
    if entry.version != following:
        yield Finding(refusals.VERSION_NOT_NEXT, "/data/version", {"next": following})
