"""The catalog as intake needs it: the senders, and the codes that messages may use."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.agency_list import full_ori
from shared.contracts.inbound import OFFICE
from shared.contracts.reference import (
    AgencySet,
    CalendarDefined,
    CalendarDefinition,
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
    Solicitation,
    SolicitationAnnounced,
    StaffMember,
    StaffRole,
    StaffSet,
    TopicDefined,
    TopicOfHelp,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered participant; ``oris`` have nine characters each."""

    id: str
    kind: str
    sources: tuple[str, ...]
    oris: frozenset[str] = frozenset()
    agency_keys: frozenset[str] = frozenset()
    names_actors: bool = False
    reached_by_desk: bool = False
    effective_from: datetime | None = None
    effective_until: datetime | None = None

    def owns_source(self, source: str) -> bool:
        """Tell whether *source* is one of its sources, or begins with one and a colon."""
        return any(source == own or source.startswith(f"{own}:") for own in self.sources)

    def has_ori(self, ori: str) -> bool:
        """Tell whether *ori* is registered; seven characters match as a prefix."""
        if len(ori) == 9:
            return ori in self.oris
        return any(own.startswith(ori) for own in self.oris)

    def is_effective(self, at: datetime) -> bool:
        """Tell whether the registration is effective at *at*."""
        begun = self.effective_from is None or self.effective_from <= at
        return begun and (self.effective_until is None or at < self.effective_until)


@dataclass(frozen=True, slots=True)
class Registry:
    """
    Reference data as of ``version``; ``topics`` maps each id and alias of ``defined_topics`` to
    the id.

    ``staff`` has the roles of each person of a program office, by participant and pseudonym;
    ``solicitations`` the last version of each; ``known_domains`` the domains of an agency's
    addresses, by its ORI of nine characters.
    """

    version: int = 0
    senders: Mapping[str, Sender] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    defined_topics: Mapping[str, TopicOfHelp] = field(default_factory=dict)
    programs: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()
    staff: Mapping[tuple[str, str], frozenset[StaffRole]] = field(default_factory=dict)
    solicitations: Mapping[str, int] = field(default_factory=dict)
    known_domains: Mapping[str, frozenset[str]] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)

    @property
    def held_requests(self) -> set[str]:
        """The requests that a hold names, whether or not it stands."""
        return {hold.tracking_number for hold in self.holds.values() if hold.tracking_number}

    def is_office(self, participant: str) -> bool:
        """Tell whether *participant* is a program office."""
        found = self.senders.get(participant)
        return found is not None and found.kind == OFFICE


def sender(participant: Participant) -> Sender:
    """Return *participant* as a sender, with its default source if it registered none."""
    return Sender(
        id=participant.id,
        kind=participant.kind,
        sources=tuple(participant.sources) or (f"urn:cri:{participant.id}",),
        oris=frozenset(map(full_ori, participant.oris)),
        agency_keys=frozenset(participant.agency_keys),
        names_actors=bool(participant.names_actors),
        reached_by_desk=participant.reached_by == "desk",
        effective_from=participant.effective_from,
        effective_until=participant.effective_until,
    )


def topic_ids(topics: Collection[TopicOfHelp]) -> dict[str, str]:
    """Return the id for each id and alias: an id wins, then the topic that was defined first."""
    ids = {topic.id: topic.id for topic in topics}
    for topic in topics:
        for alias in topic.aliases:
            ids.setdefault(alias, topic.id)
    return ids


def registry(
    version: int,
    *,
    participants: Mapping[str, Participant],
    topics: Mapping[str, TopicOfHelp],
    programs: Mapping[str, Program],
    providers: Mapping[str, Provider],
    calendars: Mapping[str, CalendarDefinition],
    staff: Mapping[tuple[str, str], StaffMember],
    solicitations: Mapping[str, Solicitation],
    agencies: Mapping[str, KnownAgency],
    holds: Mapping[str, Hold],
) -> Registry:
    """Return the registry of a catalog at *version*."""
    return Registry(
        version=version,
        senders={one.id: sender(one) for one in participants.values()},
        topics=topic_ids(topics.values()),
        defined_topics=topics,
        programs=frozenset(programs),
        providers=frozenset(providers),
        calendars=frozenset(calendars),
        staff={key: frozenset(person.roles) for key, person in staff.items()},
        solicitations={one.id: one.version for one in solicitations.values()},
        known_domains={one.id: frozenset(one.known_domains) for one in agencies.values()},
        holds=dict(holds),
    )


def with_event(before: Registry, event: ReferenceEvent) -> Registry:
    """Return the registry after *event*, for the messages behind it in the batch."""
    after = replace(before, version=event.number)
    match event:
        case ParticipantRegistered(data=participant):
            senders = {**before.senders, participant.id: sender(participant)}
            return replace(after, senders=senders)
        case TopicDefined(data=topic):
            defined = {**before.defined_topics, topic.id: topic}
            return replace(after, topics=topic_ids(defined.values()), defined_topics=defined)
        case ProgramDefined(data=program):
            return replace(after, programs=before.programs | {program.id})
        case ProviderListed(data=provider):
            return replace(after, providers=before.providers | {provider.id})
        case CalendarDefined(data=calendar):
            return replace(after, calendars=before.calendars | {calendar.id})
        case StaffSet(data=person):
            key = (person.participant, person.id)
            return replace(after, staff={**before.staff, key: frozenset(person.roles)})
        case SolicitationAnnounced(data=solicitation):
            versions = {**before.solicitations, solicitation.id: solicitation.version}
            return replace(after, solicitations=versions)
        case AgencySet(data=agency):
            domains = {**before.known_domains, agency.id: frozenset(agency.known_domains)}
            return replace(after, known_domains=domains)
        case HoldSet(data=hold):
            return replace(after, holds={**before.holds, hold.id: hold})
        case _:
            return after
