"""Publishes the entries of the catalog that the program office defines."""

from datetime import datetime

from services.intake.events import event_attributes
from services.intake.message import Message
from shared.contracts.reference import (
    SUBJECT,
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


def entry_event(message: Message, *, number: int, at: datetime) -> tuple[str, ReferenceEvent]:
    """Return the key and the event for the catalog entry in *message*."""
    entry: Entry = message.data
    match entry:
        case Participant():
            sources = entry.sources or [f"urn:cri:{entry.id}"]
            whole = entry.model_copy(update={"sources": sources})
            return _event("participant", ParticipantRegistered, whole, message, number, at)
        case Program():
            return _event("program", ProgramDefined, entry, message, number, at)
        case TopicOfHelp():
            return _event("topic", TopicDefined, entry, message, number, at)
        case Provider():
            return _event("provider", ProviderListed, entry, message, number, at)
        case RuleSet():
            return _event("ruleset", RulesetApproved, entry, message, number, at)
        case CalendarDefinition():
            return _event("calendar", CalendarDefined, entry, message, number, at)
        case StaffMember():
            return _event("staff", StaffSet, entry, message, number, at)
        case Solicitation():
            return _event("solicitation", SolicitationAnnounced, entry, message, number, at)
        case KnownAgency():
            return _event("agency", AgencySet, entry, message, number, at)
        case Hold():
            return _event("hold", HoldSet, entry, message, number, at)


def _event(
    name: str,
    model: type[ReferenceEvent],
    entry: Entry,
    message: Message,
    number: int,
    at: datetime,
) -> tuple[str, ReferenceEvent]:
    kind = model.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    about = event_attributes(message, kind=kind, subject=SUBJECT, number=number, at=at)
    return f"{name}:{entry.id}:{number}", model(**about, data=entry)
