"""
Accepts, repeats or refuses a message: every one leads to exactly one answer.

Pure: what is known comes in as a value, and the decision says what to add to it.
"""

from collections.abc import Iterator

from services.intake import forwarding, requests
from services.intake.batch_state import Decision, Known, Published, Seen
from services.intake.checks.content import contents_reasons
from services.intake.checks.senders import sender_reasons
from services.intake.findings import Finding, first
from services.intake.list_limits import listing_of, too_often
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


def decide(message: Message, known: Known) -> Decision:
    """
    Return what becomes of *message*.

    In this order: what is wrong with its form or its sender; whether it asks for a list too soon;
    whether it repeats what was said before; what is wrong with its contents. A refusal names all
    reasons found on its way.
    """
    reasons = [
        *message.reasons,
        *sender_reasons(message, known.registry, office=known.office),
    ]
    if reasons:
        return refuse(message, reasons, known)
    seen = _seen(message, known)
    reused = [*_reused(message, seen)]
    if reused:
        return refuse(message, reused, known)
    if (waits := _waits(message, known, again=bool(seen))) is not None:
        return refuse(message, [waits], known)
    if seen:
        return repeat(message, seen[0][1].first, known)
    reasons, more = first(contents_reasons(message, known))
    if reasons:
        return refuse(message, reasons, known, more=more)
    return accept(message, known)


def _seen(message: Message, known: Known) -> list[tuple[str, Seen]]:
    """Return what was said before under the message's id or reference, with their paths."""
    assert message.source is not None
    assert message.id is not None
    found = [("/id", known.seen.get((message.participant, message.source, message.id)))]
    if isinstance(message.data, Submission):
        reference = (message.participant, message.data.reference)
        found.append(("/data/reference", known.references.get(reference)))
    return [(path, seen) for path, seen in found if seen is not None]


def _reused(message: Message, found: list[tuple[str, Seen]]) -> Iterator[Finding]:
    for path, seen in found:
        if seen.content != message.content:
            reused = refusals.ID_REUSED if path == "/id" else refusals.REFERENCE_REUSED
            yield Finding(reused, path)


def _waits(message: Message, known: Known, *, again: bool) -> Finding | None:
    listing = listing_of(message)
    if listing is None:
        return None
    return too_often(message, known.listed.get(listing), again=again)


def accept(message: Message, known: Known) -> Decision:
    """Return what follows from a message that nothing speaks against."""
    here = message.coordinate
    match message.data:
        case Submission():
            request, words, published = requests.accept(message, known)
            return Decision("applied", published, here, request, words)
        case Amendment():
            request = known.requests[tracking_number_of(message) or ""]
            request, words, published = requests.amend(message, request, known)
            return Decision("applied", published, here, request, words)
        case Withdrawal() | OfferAnswer() | Milestone() | Close() | Direction():
            request = known.requests[tracking_number_of(message) or ""]
            request, published = forwarding.passed_on(message, request, known)
            return Decision("applied", published, here, request)
        case Capacity():
            return Decision("applied", (forwarding.declared(message, known),), here)
        case Contact():
            return Decision("applied", (contact(message, known),), here)
        case StatusQuestion():
            return Decision("applied", (asked(message, known),), here)
        case _:
            number = known.next_number(REFERENCE_TOPIC, SUBJECT)
            key, event = entry_event(message, number=number, at=known.at)
            entry = Published(
                REFERENCE_TOPIC,
                key,
                event.id,
                event.subject,
                number,
                event.encode(),
                summary_of(event),
            )
            return Decision("applied", (entry,), here, reference=event)
