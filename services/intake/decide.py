"""
Accepts, repeats or refuses a message: each message gets exactly one answer.

Pure: the state of the batch comes in, and the decision holds the changes to it.
"""

from collections.abc import Iterator

from services.intake import forwarding, requests
from services.intake.answer_events import (
    case_question_event,
    refuse,
    repeat,
    status_question_event,
)
from services.intake.assessments import assessment_events
from services.intake.batch_state import BatchState, Decision, FirstRecord, Published
from services.intake.checks.content import check_content
from services.intake.checks.senders import check_sender
from services.intake.contacts import code_event, contact_event, preference_event
from services.intake.findings import Finding, first_findings
from services.intake.forgetting import forgotten_event
from services.intake.list_limits import check_list_rate, list_key
from services.intake.message import Message, tracking_number_of
from services.intake.publications import publication_events
from services.intake.reference import entry_event
from services.intake.settlements import settlement_event
from services.intake.subscriptions import subscription_event
from shared.contracts import refusals
from shared.contracts.assessments import AboutAssessment
from shared.contracts.envelope import summary_of
from shared.contracts.inbound import (
    Amendment,
    Capacity,
    CaseQuestion,
    ClockSettlement,
    Close,
    CodeToSend,
    Contact,
    Direction,
    EngagementEnding,
    Forgetting,
    Milestone,
    NoticeSettlement,
    OfferAnswer,
    Preference,
    Rehoming,
    StatusQuestion,
    Submission,
    SubscriptionChoice,
    SubscriptionConfirmation,
    SubscriptionEnding,
    SubscriptionRequest,
    Withdrawal,
)
from shared.contracts.publications import AboutPublication
from shared.contracts.reference import SUBJECT
from shared.contracts.reference import TOPIC as REFERENCE_TOPIC


def decide(message: Message, batch: BatchState) -> Decision:
    """
    Return the decision about *message*.

    In this order: its form and its sender; an id or a reference used for other content; a list
    asked for too soon; a repetition; its content. The first step that fails refuses the message,
    with all the findings of that step.
    """
    reasons = [
        *message.reasons,
        *check_sender(message, batch.registry, office=batch.office),
    ]
    if reasons:
        return refuse(message.of_sender(), reasons, batch)
    earlier = _earlier(message, batch)
    reused = [*_check_reuse(message, earlier)]
    if reused:
        return refuse(message, reused, batch)
    key = list_key(message)
    if key is not None:
        last_use = batch.list_uses.get(key)
        too_soon = check_list_rate(message, last_use, repeated=bool(earlier))
        if too_soon is not None:
            return refuse(message, [too_soon], batch)
    if earlier:
        return repeat(message, earlier[0][1].coordinate, batch)
    reasons, more = first_findings(check_content(message, batch))
    if reasons:
        return refuse(message, reasons, batch, more=more)
    return accept(message, batch)


def _earlier(message: Message, batch: BatchState) -> list[tuple[str, FirstRecord]]:
    """Return the first records with the message's id and reference, each with its path."""
    assert message.source is not None
    assert message.id is not None
    found = [("/id", batch.by_id.get((message.sender, message.source, message.id)))]
    if isinstance(message.data, Submission):
        reference = (message.participant, message.data.reference)
        found.append(("/data/reference", batch.by_reference.get(reference)))
    return [(path, record) for path, record in found if record is not None]


def _check_reuse(message: Message, earlier: list[tuple[str, FirstRecord]]) -> Iterator[Finding]:
    for path, record in earlier:
        if record.content != message.content:
            reused = refusals.ID_REUSED if path == "/id" else refusals.REFERENCE_REUSED
            yield Finding(reused, path)


def accept(message: Message, batch: BatchState) -> Decision:
    """Return the decision about a valid message."""
    original = message.coordinate
    match message.data:
        case Submission():
            request, need, published = requests.accept(message, batch)
            return Decision("applied", published, original, request, need)
        case Amendment():
            request = batch.requests[tracking_number_of(message) or ""]
            request, need, published = requests.amend(message, request, batch)
            return Decision("applied", published, original, request, need)
        case (
            Withdrawal()
            | OfferAnswer()
            | Milestone()
            | Close()
            | EngagementEnding()
            | Rehoming()
            | ClockSettlement()
            | Direction()
        ):
            request = batch.requests[tracking_number_of(message) or ""]
            request, published = forwarding.forward(message, request, batch)
            return Decision("applied", published, original, request)
        case Capacity():
            return Decision("applied", (forwarding.capacity_event(message, batch),), original)
        case Contact():
            return Decision("applied", (contact_event(message, batch),), original)
        case Preference():
            return Decision("applied", (preference_event(message, batch),), original)
        case CodeToSend():
            return Decision("applied", (code_event(message, batch),), original)
        case NoticeSettlement():
            return Decision("applied", (settlement_event(message, batch),), original)
        case (
            SubscriptionRequest()
            | SubscriptionConfirmation()
            | SubscriptionChoice()
            | SubscriptionEnding()
        ):
            return Decision("applied", (subscription_event(message, batch),), original)
        case Forgetting():
            return Decision("applied", (forgotten_event(message, batch),), original)
        case StatusQuestion():
            return Decision("applied", (status_question_event(message, batch),), original)
        case CaseQuestion():
            request = batch.requests[tracking_number_of(message) or ""]
            asked = case_question_event(message, request, batch)
            return Decision("applied", (asked,), original)
        case data if isinstance(data, AboutAssessment):
            request = batch.requests[tracking_number_of(message) or ""]
            return Decision("applied", assessment_events(message, request, batch), original)
        case data if isinstance(data, AboutPublication):
            request = batch.requests[tracking_number_of(message) or ""]
            return Decision("applied", publication_events(message, request, batch), original)
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
            return Decision("applied", (entry,), original, reference_event=event)
