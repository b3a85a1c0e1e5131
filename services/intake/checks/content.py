"""Checks the content of a message against the registry and the request that it is about."""

from collections.abc import Iterator

from services.intake.batch_state import BatchState, Request
from services.intake.checks.assessments import check_assessment
from services.intake.checks.catalog_entries import check_entry
from services.intake.checks.fields import (
    check_email,
    check_past_dates,
    check_program,
    check_zone,
    latest_date,
)
from services.intake.checks.holds import check_forgetting, check_hold
from services.intake.checks.messages import (
    check_amendment,
    check_capacity,
    check_close,
    check_direction,
    check_offer_answer,
    check_rehoming,
    check_settlement,
    check_submission,
)
from services.intake.checks.publications import check_publication
from services.intake.checks.senders import sender_of
from services.intake.findings import Finding
from services.intake.forwarding import AboutRequest
from services.intake.message import Message, tracking_number_of
from shared.contracts import refusals
from shared.contracts.assessments import AboutAssessment
from shared.contracts.inbound import (
    LISTS,
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
from shared.contracts.intake import RequestFacts
from shared.contracts.publications import AboutPublication
from shared.contracts.reference import CLOCKS, Hold
from shared.contracts.tracking import is_tracking_number


def check_content(message: Message, batch: BatchState) -> Iterator[Finding]:
    """Yield the findings about the content of *message*, those about single texts first."""
    yield from message.text_findings
    match message.data:
        case Submission() as submission:
            sender = sender_of(message, batch.registry, office=batch.office)
            assert sender is not None
            yield from check_submission(
                submission,
                at=message.at,
                sender=sender,
                registry=batch.registry,
                agencies=batch.agencies,
            )
        case Capacity() as capacity:
            yield from check_capacity(capacity, at=message.at, registry=batch.registry)
        case Contact() as contact:
            yield from check_email(contact.email, path="/data/email")
            yield from check_zone(contact.zone, path="/data/zone")
        case CodeToSend():
            pass  # notifications checks the contact, and how many codes it was sent
        case Preference(zone=zone):
            yield from check_zone(zone, path="/data/zone")
        case SubscriptionRequest() as asked:
            yield from check_email(asked.address, path="/data/address")
            yield from check_zone(asked.zone, path="/data/zone")
            yield from check_program(asked.program, batch.registry)
        case SubscriptionChoice(program=program):
            yield from check_program(program, batch.registry)
        case SubscriptionConfirmation() | SubscriptionEnding():
            return
        case Forgetting():
            yield from check_forgetting(message, batch)
        case Hold() as hold:
            yield from check_hold(hold, batch)
        case NoticeSettlement() as settlement:
            yield from check_settlement(settlement)
        case StatusQuestion(about=about, after=after):
            if about not in LISTS and not is_tracking_number(about):
                yield Finding(refusals.UNKNOWN_REQUEST, "/data/about")
            if about not in LISTS and after is not None:
                yield Finding(refusals.PAGE_OF_NO_LIST, "/data/after")
        case (
            Amendment()
            | Withdrawal()
            | OfferAnswer()
            | Milestone()
            | Close()
            | EngagementEnding()
            | Rehoming()
            | ClockSettlement()
            | Direction()
            | CaseQuestion()
        ):
            yield from _check_about_request(message, batch)
        case data if isinstance(data, AboutAssessment):
            request = batch.requests.get(tracking_number_of(message) or "")
            yield from check_assessment(
                data, request, participant=message.participant, at=message.at
            )
        case data if isinstance(data, AboutPublication):
            request = batch.requests.get(tracking_number_of(message) or "")
            yield from check_publication(
                data,
                request,
                participant=message.participant,
                at=message.at,
                by_office=batch.registry.is_office(message.participant),
            )
        case entry:
            yield from check_entry(entry, batch.registry, at=message.at)


def _check_about_request(message: Message, batch: BatchState) -> Iterator[Finding]:
    request = batch.requests.get(tracking_number_of(message) or "")
    data: Amendment | AboutRequest | CaseQuestion = message.data
    match data:
        case Amendment() as change:
            yield from _check_owner(message, request)
            if request is not None and request.ended is not None:
                yield Finding(refusals.REQUEST_ENDED, "/data/tracking_number")
            if request is not None:
                before = RequestFacts.model_validate_json(request.facts)
                yield from check_amendment(change, before, registry=batch.registry)
        case Withdrawal():
            yield from _check_owner(message, request)
        case CaseQuestion():
            if request is None:
                yield Finding(refusals.UNKNOWN_REQUEST, "/data/tracking_number")
        case OfferAnswer() as answer:
            if request is None:
                yield Finding(refusals.UNKNOWN_OFFER, "/data/offer_id")
            yield from check_offer_answer(answer)
        case Milestone(on=on):
            if request is None:
                yield Finding(refusals.UNKNOWN_ENGAGEMENT, "/data/engagement_id")
            # A date in the provider's time zone, which is unknown.
            yield from check_past_dates({"/data/on": on}, today=latest_date(message.at))
        case Close() as close:
            if request is None:
                yield Finding(refusals.UNKNOWN_ENGAGEMENT, "/data/engagement_id")
            yield from check_close(close)
        case EngagementEnding():
            if request is None:
                yield Finding(refusals.UNKNOWN_ENGAGEMENT, "/data/engagement_id")
        case Rehoming() as rehoming:
            if request is None:
                yield Finding(refusals.UNKNOWN_ENGAGEMENT, "/data/engagement_id")
            yield from check_rehoming(rehoming, batch.registry)
        case ClockSettlement(clock=clock):
            if request is None:
                yield Finding(refusals.UNKNOWN_REQUEST, "/data/tracking_number")
            if clock not in CLOCKS:
                yield Finding(refusals.UNKNOWN_CLOCK, "/data/clock", {"clocks": sorted(CLOCKS)})
        case Direction() as direction:
            if request is None:
                yield Finding(refusals.UNKNOWN_REQUEST, "/data/tracking_number")
            yield from check_direction(direction, batch.registry)


def _check_owner(message: Message, request: Request | None) -> Iterator[Finding]:
    path = "/data/tracking_number"
    if request is None:
        yield Finding(refusals.UNKNOWN_REQUEST, path)
    elif request.participant != message.participant:
        yield Finding(refusals.NOT_YOURS, path)
