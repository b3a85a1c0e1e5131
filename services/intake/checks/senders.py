"""Checks whether a participant may send a message: registration, source, role, actor."""

from collections.abc import Iterator

from services.intake.findings import Finding
from services.intake.message import Message
from services.intake.registry import Registry, Sender
from shared.contracts import refusals
from shared.contracts.inbound import NEED_ACTOR, OFFICE, SENDERS, staff_roles

_REGISTER = "gov.cri.participant.register.v1"


def check_sender(message: Message, registry: Registry, *, office: str) -> Iterator[Finding]:
    """Yield the findings about the sender of *message*, as far as it could be parsed."""
    sender = sender_of(message, registry, office=office)
    if sender is None or not sender.is_effective(message.at):
        yield Finding(refusals.PARTICIPANT_NOT_REGISTERED)
        return
    if message.source is not None and not sender.owns_source(message.source):
        yield Finding(refusals.SOURCE_NOT_REGISTERED, "/source", {"sources": sender.sources})
    if message.kind is not None and sender.kind not in SENDERS[message.kind]:
        fields = {"kind": sender.kind, "kinds": sorted(SENDERS[message.kind])}
        yield Finding(refusals.ROLE_NOT_AUTHORIZED, "/type", fields)
    elif (sender.names_actors or message.kind in NEED_ACTOR) and not message.reasons:
        yield from _check_actor(message, sender, registry)


def _check_actor(message: Message, sender: Sender, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about the person who acts for a *sender* that must name persons."""
    if message.actor is None:
        yield Finding(refusals.ACTOR_NEEDED, "/actor")
        return
    assert message.kind is not None
    if sender.kind != OFFICE:
        return
    needed = staff_roles(message.kind, message.data)
    if not needed & registry.staff.get((sender.id, message.actor), frozenset()):
        yield Finding(refusals.ACTOR_NOT_AUTHORIZED, "/actor", {"roles": sorted(needed)})


def sender_of(message: Message, registry: Registry, *, office: str) -> Sender | None:
    """
    Return the participant that sent *message*; None if it is not registered.

    The program office may always register itself: no other participant could register it.
    """
    sender = registry.senders.get(message.participant)
    if message.participant != office or message.kind != _REGISTER:
        return sender
    if message.data is not None and message.data.id != office:
        return sender
    sources = (f"urn:cri:{office}", *(sender.sources if sender else ()))
    return Sender(office, OFFICE, sources)
