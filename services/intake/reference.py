"""Reference data that the program office says: checked, then published whole."""

from collections.abc import Iterator
from datetime import datetime

from services.intake.checks.fields import (
    check_service_forms,
    check_states,
    check_years,
)
from services.intake.checks.registrations import check_registration
from services.intake.checks.rulesets import check_ruleset
from services.intake.events import attributes
from services.intake.findings import Finding
from services.intake.message import Message
from services.intake.registry import Registry
from shared.contracts import refusals
from shared.contracts.reference import (
    SUBJECT,
    Participant,
    ParticipantRegistered,
    Program,
    ProgramDefined,
    Provider,
    ProviderListed,
    ReferenceEvent,
    RuleSet,
    RulesetApproved,
    TopicDefined,
    TopicOfHelp,
)

Entry = Participant | Program | TopicOfHelp | Provider | RuleSet


def check_entry(entry: Entry, registry: Registry, *, at: datetime) -> Iterator[Finding]:
    """Yield all that is wrong with an entry of the catalog."""
    if isinstance(entry, RuleSet):
        yield from check_years({"/data/effective_from": entry.effective_from})
        yield from check_ruleset(entry, at=at)
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


def entry_event(message: Message, *, number: int, at: datetime) -> tuple[str, ReferenceEvent]:
    """Return the key and the event that says the entry of *message* as it now is."""
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


def _event(
    name: str,
    model: type[ReferenceEvent],
    entry: Entry,
    message: Message,
    number: int,
    at: datetime,
) -> tuple[str, ReferenceEvent]:
    kind = model.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    about = attributes(message, kind=kind, subject=SUBJECT, number=number, at=at)
    return f"{name}:{entry.id}:{number}", model(**about, data=entry)
