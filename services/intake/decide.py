"""
Accepts, repeats or refuses a message: every one leads to exactly one answer.

Pure: what is known comes in as a value, and the decision says what to add to it.
"""

from collections.abc import Iterator

from services.intake import forwarding, requests
from services.intake.batch_state import BatchState, Decision, FirstRecord, Published
from services.intake.checks.content import check_content
from services.intake.checks.senders import check_sender
from services.intake.findings import Finding, first
from services.intake.list_limits import check_list_rate, list_key
from services.intake.message import Message, tracking_number_of
from services.intake.reference import entry_event
from services.intake.replies import asked, contact, refuse, repeat
from shared.contracts import refusals
from shared.contracts.envelope import summary_of
from shared.contracts.inbound import (
    Amendment,
    Capacity,
    Close,
    Contact,
    Direction,
    Milestone,
    OfferAnswer,
    StatusQuestion,
    Submission,
    Withdrawal,
)
from shared.contracts.reference import SUBJECT
from shared.contracts.reference import TOPIC as REFERENCE_TOPIC


def decide(message: Message, batch: BatchState) -> Decision:
    """
    Return what becomes of *message*.

    In this order: what is wrong with its form or its sender; whether it asks for a list too soon;
    whether it repeats what was said before; what is wrong with its contents. A refusal names all
    reasons found on its way.
    """
    reasons = [
        *message.reasons,
        *check_sender(message, batch.registry, office=batch.office),
    ]
    if reasons:
        return refuse(message, reasons, batch)
    seen = _seen(message, batch)
    reused = [*_reused(message, seen)]
    if reused:
        return refuse(message, reused, batch)
    if (waits := _waits(message, batch, again=bool(seen))) is not None:
        return refuse(message, [waits], batch)
    if seen:
        return repeat(message, seen[0][1].coordinate, batch)
    reasons, more = first(check_content(message, batch))
    if reasons:
        return refuse(message, reasons, batch, more=more)
    return accept(message, batch)


def _seen(message: Message, batch: BatchState) -> list[tuple[str, FirstRecord]]:
    """Return what was said before under the message's id or reference, with their paths."""
    assert message.source is not None
    assert message.id is not None
    found = [("/id", batch.by_id.get((message.participant, message.source, message.id)))]
    if isinstance(message.data, Submission):
        reference = (message.participant, message.data.reference)
        found.append(("/data/reference", batch.by_reference.get(reference)))
    return [(path, seen) for path, seen in found if seen is not None]


def _reused(message: Message, found: list[tuple[str, FirstRecord]]) -> Iterator[Finding]:
    for path, seen in found:
        if seen.content != message.content:
            reused = refusals.ID_REUSED if path == "/id" else refusals.REFERENCE_REUSED
            yield Finding(reused, path)


def _waits(message: Message, batch: BatchState, *, again: bool) -> Finding | None:
    listing = list_key(message)
    if listing is None:
        return None
    return check_list_rate(message, batch.list_uses.get(listing), again=again)


def accept(message: Message, batch: BatchState) -> Decision:
    """Return what follows from a message that nothing speaks against."""
    here = message.coordinate
    match message.data:
        case Submission():
            request, need, published = requests.accept(message, batch)
            return Decision("applied", published, here, request, need)
        case Amendment():
            request = batch.requests[tracking_number_of(message) or ""]
            request, need, published = requests.amend(message, request, batch)
            return Decision("applied", published, here, request, need)
        case Withdrawal() | OfferAnswer() | Milestone() | Close() | Direction():
            request = batch.requests[tracking_number_of(message) or ""]
            request, published = forwarding.forward(message, request, batch)
            return Decision("applied", published, here, request)
        case Capacity():
            return Decision("applied", (forwarding.capacity_event(message, batch),), here)
        case Contact():
            return Decision("applied", (contact(message, batch),), here)
        case StatusQuestion():
            return Decision("applied", (asked(message, batch),), here)
        case _:
            number = batch.next_number(REFERENCE_TOPIC, SUBJECT)
            key, event = entry_event(message, number=number, at=batch.at)
            entry = Published(
                REFERENCE_TOPIC,
                key,
                event.id,
                event.subject,
                number,
                event.encode(),
                summary_of(event),
            )
            return Decision("applied", (entry,), here, reference_event=event)
