"""Stores reference events; builds the current catalog from them, once per version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from shared.contracts.reference import (
    AgencySet,
    CalendarDefined,
    CalendarDefinition,
    Entry,
    Hold,
    HoldSet,
    KnownAgency,
    Participant,
    ParticipantRegistered,
    Program,
    ProgramDefined,
    Provider,
    ProviderListed,
    ReferenceEvent,
    RuleSet,
    RulesetApproved,
    Solicitation,
    SolicitationAnnounced,
    StaffMember,
    StaffSet,
    TopicDefined,
    TopicOfHelp,
)
from shared.postgres.statements import load_statements

if TYPE_CHECKING:  # pure modules import this one, and must not import I/O
    from asyncpg.pool import PoolConnectionProxy

_SQL = load_statements(__package__)
EVENTS: TypeAdapter[Any] = TypeAdapter(Annotated[ReferenceEvent, Field(discriminator="type")])
"""Parses any event of the reference topic."""


def ruleset_hash(ruleset: RuleSet) -> str:
    """Return the SHA-256 of the rule set's JSON, whose fields are in the contract's order."""
    return sha256(ruleset.model_dump_json(exclude_none=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All reference data at ``version``, which is the number of its last reference event."""

    version: int = 0
    participants: Mapping[str, Participant] = field(default_factory=dict)
    programs: Mapping[str, Program] = field(default_factory=dict)
    topics: Mapping[str, TopicOfHelp] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    rulesets: Sequence[RuleSet] = ()
    by_hash: Mapping[str, RuleSet] = field(default_factory=dict)
    calendars: Mapping[str, CalendarDefinition] = field(default_factory=dict)
    calendars_version: int = 0
    """The version of the last calendar that was defined apart from a rule set."""
    staff: Mapping[tuple[str, str], StaffMember] = field(default_factory=dict)
    """By participant and pseudonym."""
    solicitations: Mapping[str, Solicitation] = field(default_factory=dict)
    agencies: Mapping[str, KnownAgency] = field(default_factory=dict)
    """By ORI."""
    holds: Mapping[str, Hold] = field(default_factory=dict)

    def ruleset_at(self, moment: datetime) -> RuleSet | None:
        """Return the rule set in force at *moment*: the latest effective, then last approved."""
        in_force = [rules for rules in self.rulesets if rules.effective_from <= moment]
        latest_first = reversed(in_force)  # max returns the first of equals
        return max(latest_first, key=lambda rules: rules.effective_from, default=None)

    def with_calendar(self, ruleset: RuleSet) -> RuleSet:
        """Return *ruleset* with the current working days of the calendar that it names, if any."""
        named = None if ruleset.calendar_id is None else self.calendars.get(ruleset.calendar_id)
        if named is None:
            return ruleset
        holidays = [day.isoformat() for day in named.holidays]
        days = {"zone": named.zone, "holidays": holidays, "closures": named.closures}
        return ruleset.model_copy(update={"calendar": ruleset.calendar.model_copy(update=days)})

    def ruleset_by_hash(self, digest: str) -> RuleSet | None:
        """Return the rule set with the hash *digest*, whether or not it is in force."""
        return self.by_hash.get(digest)


async def take_in(
    connection: "PoolConnectionProxy[Any]", events: Sequence[tuple[int, ReferenceEvent]]
) -> None:
    """Store (number, event) pairs in the caller's transaction."""
    if events:
        await connection.execute(
            _SQL["store_catalog"],
            [number for number, _ in events],
            [_kind(event) for _, event in events],
            [event.data.id for _, event in events],
            [event.data.model_dump_json(exclude_none=True) for _, event in events],
        )


class CatalogCache:
    """Caches the database's catalog; parses only entries that are new."""

    def __init__(self) -> None:
        self._catalog = Catalog()

    async def current(self, connection: Any, *, version: int | None = None) -> Catalog:
        """
        Return the current catalog; costs one small query if nothing is new.

        A caller that has just read the stored catalog's *version* passes it to save that query.
        """
        if version is None:
            version = await connection.fetchval(_SQL["read_catalog_version"])
        if version == self._catalog.version:
            return self._catalog
        if version < self._catalog.version:  # the database was restored from an older state
            self._catalog = Catalog()
        rows = await connection.fetch(_SQL["read_catalog"], self._catalog.version)
        for number, kind, _, body in rows:
            if kind in _MODELS:
                self._catalog = with_entry(self._catalog, number, _parse(kind, body))
            else:  # written by a later release that ran here before
                self._catalog = replace(self._catalog, version=number)
        return self._catalog


async def read_as_of(connection: Any, version: int) -> Catalog:
    """Return the catalog as it was at *version*."""
    catalog = Catalog()
    for number, kind, _, body in await connection.fetch(_SQL["read_catalog"], 0):
        if number <= version and kind in _MODELS:
            catalog = with_entry(catalog, number, _parse(kind, body))
    return catalog


def _kind(event: ReferenceEvent) -> str:
    match event:
        case ParticipantRegistered():
            return "participant"
        case ProgramDefined():
            return "program"
        case TopicDefined():
            return "topic"
        case ProviderListed():
            return "provider"
        case RulesetApproved():
            return "ruleset"
        case CalendarDefined():
            return "calendar"
        case StaffSet():
            return "staff"
        case SolicitationAnnounced():
            return "solicitation"
        case AgencySet():
            return "agency"
        case HoldSet():
            return "hold"


_MODELS: Mapping[str, Any] = {
    "participant": Participant,
    "program": Program,
    "topic": TopicOfHelp,
    "provider": Provider,
    "ruleset": RuleSet,
    "calendar": CalendarDefinition,
    "staff": StaffMember,
    "solicitation": Solicitation,
    "agency": KnownAgency,
    "hold": Hold,
}


@lru_cache(maxsize=4096)
def _parse(kind: str, body: str) -> Entry:
    parsed: Entry = _MODELS[kind].model_validate_json(body)
    return parsed


def with_entry(catalog: Catalog, number: int, entry: Entry) -> Catalog:
    """Return *catalog* with *entry*, which replaces the one with its id; rule sets all stay."""
    match entry:
        case Participant():
            return replace(
                catalog,
                version=number,
                participants={**catalog.participants, entry.id: entry},
            )
        case Program():
            return replace(catalog, version=number, programs={**catalog.programs, entry.id: entry})
        case Provider():
            return replace(
                catalog, version=number, providers={**catalog.providers, entry.id: entry}
            )
        case TopicOfHelp():
            return replace(catalog, version=number, topics={**catalog.topics, entry.id: entry})
        case RuleSet():
            return replace(
                catalog,
                version=number,
                rulesets=(*catalog.rulesets, entry),
                by_hash={**catalog.by_hash, ruleset_hash(entry): entry},
            )
        case CalendarDefinition():
            return replace(
                catalog,
                version=number,
                calendars={**catalog.calendars, entry.id: entry},
                calendars_version=number,
            )
        case StaffMember():
            staff = {**catalog.staff, (entry.participant, entry.id): entry}
            return replace(catalog, version=number, staff=staff)
        case Solicitation():
            announced = {**catalog.solicitations, entry.id: entry}
            return replace(catalog, version=number, solicitations=announced)
        case KnownAgency():
            agencies = {**catalog.agencies, entry.id: entry}
            return replace(catalog, version=number, agencies=agencies)
        case Hold():
            return replace(catalog, version=number, holds={**catalog.holds, entry.id: entry})
