"""Forwards messages that routing decides: their events, and the notes in them."""

from datetime import datetime
from typing import Any

from services.intake.batch_state import BatchState, Published, Request
from services.intake.events import next_event, request_event
from services.intake.message import Message
from shared.contracts.event import Facts
from shared.contracts.inbound import (
    Capacity,
    ClockSettlement,
    Close,
    Direction,
    EngagementEnding,
    Milestone,
    OfferAnswer,
    Rehoming,
    Withdrawal,
)
from shared.contracts.intake import (
    TOPIC,
    CapacityEntryFacts,
    CapacityFacts,
    ClockSettleFacts,
    CloseFacts,
    DirectionFacts,
    EngagementEndFacts,
    EngagementRehomeFacts,
    MilestoneFacts,
    NoteFacts,
    OfferAnswerFacts,
    WithdrawalFacts,
)

_DECLARED = "gov.cri.intake.capacity_declared.v1"
_NOTE = "gov.cri.intake.note_stated.v1"
AboutRequest = (
    Withdrawal
    | OfferAnswer
    | Milestone
    | Close
    | EngagementEnding
    | Rehoming
    | ClockSettlement
    | Direction
)


def capacity_event(message: Message, batch: BatchState) -> Published:
    """Return the event for a provider's declaration of capacity."""
    data: Capacity = message.data
    facts = CapacityFacts(
        provider=message.participant,
        valid_until=data.valid_until,
        entries=[
            CapacityEntryFacts(
                topics=[batch.registry.topics.get(code, code) for code in entry.topics],
                agency_types=list(entry.agency_types),
                states=entry.states,
                service_forms=entry.service_forms,
                can_take=entry.can_take,
            )
            for entry in data.entries
        ],
        reference_version=batch.registry.version,
    )
    who = message.participant
    return next_event(message, batch, topic=TOPIC, kind=_DECLARED, subject=who, facts=facts)


def forward(
    message: Message, request: Request, batch: BatchState
) -> tuple[Request, tuple[Published, ...]]:
    """Return the request with its new events counted, and these events."""
    kind, facts = _facts(message, request, batch)
    request = request._replace(published=request.published + 1)
    event = request_event(message, request, kind=kind, at=batch.at, data=facts.encode())
    note = _note(message.data)
    if not note:
        return request, (event,)
    request = request._replace(confided=request.confided + 1)
    return request, (event, _note_event(message, request, note, batch.at))


def _note(data: AboutRequest) -> str | None:
    match data:
        case OfferAnswer() | Milestone() | Close():
            return data.note
        case EngagementEnding() | Rehoming():
            return data.words_for_requester
        case Withdrawal() | ClockSettlement() | Direction():
            return None


def _facts(message: Message, request: Request, batch: BatchState) -> tuple[str, Facts]:
    data: AboutRequest = message.data
    about = {"request_id": request.request_id, "tracking_number": request.tracking_number}
    who = message.participant
    match data:
        case Withdrawal():
            withdrawal = WithdrawalFacts(**about, participant=who, reason=data.reason)
            return "gov.cri.intake.withdrawal_requested.v1", withdrawal
        case OfferAnswer():
            answer = OfferAnswerFacts(**about, provider=who, **_offer_answer(data))
            return "gov.cri.intake.offer_answered.v1", answer
        case Milestone():
            milestone = MilestoneFacts(
                **about,
                engagement_id=data.engagement_id,
                provider=who,
                milestone=data.milestone,
                on=data.on,
                noted=bool(data.note),
            )
            return "gov.cri.intake.milestone_reported.v1", milestone
        case Close():
            close = CloseFacts(
                **about,
                engagement_id=data.engagement_id,
                provider=who,
                reason=data.reason,
                outcome=data.outcome,
                noted=bool(data.note),
            )
            return "gov.cri.intake.engagement_close_reported.v1", close
        case EngagementEnding():
            end = EngagementEndFacts(
                **about,
                engagement_id=data.engagement_id,
                participant=who,
                reason=data.reason,
                then=data.then,
                noted=bool(data.words_for_requester),
            )
            return "gov.cri.intake.engagement_end_directed.v1", end
        case Rehoming():
            rehoming = EngagementRehomeFacts(
                **about,
                engagement_id=data.engagement_id,
                participant=who,
                reason=data.reason,
                to=data.to,
                provider=data.provider,
                program=data.program,
                noted=bool(data.words_for_requester),
                reference_version=batch.registry.version,
            )
            return "gov.cri.intake.engagement_rehome_directed.v1", rehoming
        case ClockSettlement():
            settled = ClockSettleFacts(
                **about,
                participant=who,
                clock=data.clock,
                valid_until=data.valid_until,
                reason=data.reason,
            )
            return "gov.cri.intake.clock_settle_directed.v1", settled
        case Direction():
            direction = DirectionFacts(
                **about,
                participant=who,
                action=data.action,
                program=data.program,
                provider=data.provider,
                basis=data.basis,
                reason=data.reason,
                reference_version=batch.registry.version,
            )
            return "gov.cri.intake.request_directed.v1", direction


def _offer_answer(data: OfferAnswer) -> dict[str, Any]:
    counter = data.counter
    return {
        "offer_id": data.offer_id,
        "answer": data.answer,
        "reason_code": data.reason_code,
        "counter_from": counter and counter.from_,
        "counter_until": counter and counter.until,
        "counter_service_forms": list(counter.service_forms) if counter else [],
        "noted": bool(data.note),
    }


def _note_event(message: Message, request: Request, note: str, at: datetime) -> Published:
    data: OfferAnswer | Milestone | Close | EngagementEnding | Rehoming = message.data
    facts = NoteFacts(
        request_id=request.request_id,
        tracking_number=request.tracking_number,
        participant=message.participant,
        about=data.offer_id if isinstance(data, OfferAnswer) else data.engagement_id,
        note=note,
        requester=request.participant,
        answer=data.answer if isinstance(data, OfferAnswer) else None,
        with_end=isinstance(data, Close | EngagementEnding | Rehoming),
    )
    return request_event(
        message, request, kind=_NOTE, at=at, data=facts.encode(), confidential=True
    )
