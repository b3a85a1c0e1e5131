"""Checks whether a participant may send a message: registration, source, role, actor."""

from collections.abc import Iterator

from services.intake.findings import Finding
from services.intake.message import Message
from services.intake.registry import Registry, Sender
from shared.contracts import refusals
from shared.contracts.inbound import AGENCY_DESK, NEED_ACTOR, OFFICE, SENDERS, staff_roles

_REGISTER = "gov.cri.participant.register.v1"


def check_sender(message: Message, registry: Registry, *, office: str) -> Iterator[Finding]:
    """Yield the findings about the sender of *message*, as far as it could be parsed."""
    sender = sender_of(message.of_sender(), registry, office=office)
    if sender is None or not sender.is_effective(message.at):
        yield Finding(refusals.PARTICIPANT_NOT_REGISTERED)
        return
    if message.source is not None and not sender.owns_source(message.source):
        yield Finding(refusals.SOURCE_NOT_REGISTERED, "/source", {"sources": sender.sources})
    if sender.reached_by_desk:
        yield Finding(refusals.REACHED_BY_DESK)
        return
    acting = sender if message.desk is None else _reached(message, sender, registry)
    if acting is None:
        yield Finding(refusals.NOT_REACHED_BY_DESK, "/onbehalfof")
        return
    kinds = frozenset({acting.kind}) if message.kind is None else SENDERS[message.kind]
    # Types that only the desk may send, it may also send on behalf of others.
    if acting.kind not in kinds and not kinds == {sender.kind} == {AGENCY_DESK}:
        fields = {"kind": acting.kind, "kinds": sorted(kinds)}
        yield Finding(refusals.ROLE_NOT_AUTHORIZED, "/type", fields)
    elif (sender.names_actors or message.kind in NEED_ACTOR) and not message.reasons:
        yield from _check_actor(message, sender, registry)


def _reached(message: Message, sender: Sender, registry: Registry) -> Sender | None:
    """Return the participant for which *sender* acts; None if it may not act for it."""
    found = registry.senders.get(message.participant)
    if sender.kind != AGENCY_DESK or found is None or not found.is_effective(message.at):
        return None
    return found if found.reached_by_desk else None


def _check_actor(message: Message, sender: Sender, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about the person who acts for *sender*, which must name that person."""
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
    Return the participant for which *message* acts; None if it is not registered.

    The program office may always register itself: no other participant could register it.
    """
    sender = registry.senders.get(message.participant)
    if message.participant != office or message.kind != _REGISTER:
        return sender
    if message.data is not None and message.data.id != office:
        return sender
    sources = (f"urn:cri:{office}", *(sender.sources if sender else ()))
    return Sender(office, OFFICE, sources)
