"""Turns a submission into a request, and changes a request by an amendment."""

from services.intake.batch_state import BatchState, Published, Request
from services.intake.events import request_event
from services.intake.message import Message
from services.intake.request_data import changed_facts, changed_need, request_facts, stated_need
from shared.contracts.event import request_id
from shared.contracts.inbound import Amendment, Submission
from shared.contracts.intake import RequestFacts
from shared.contracts.tracking import tracking_number

_ACCEPTED = "gov.cri.intake.request_accepted.v1"
_AMENDED = "gov.cri.intake.request_amended.v1"
_NEED = "gov.cri.intake.need_stated.v1"
Change = tuple[Request, bytes | None, tuple[Published, ...]]


def accept(message: Message, batch: BatchState) -> Change:
    """Return the request for a submission, its `NeedFacts` as JSON if any, and its events."""
    submission: Submission = message.data
    number = tracking_number(message.at.year, batch.unused_counters[-1])
    identity = request_id(message.coordinate, message.at)
    need = stated_need(submission, identity, number)
    facts = request_facts(message, identity, number, batch, need_stated=need is not None)
    request = Request(identity, number, message.participant, facts, 1, 0 if need is None else 1)
    accepted = request_event(message, request, kind=_ACCEPTED, at=batch.at, data=facts)
    if need is None:
        return request, None, (accepted,)
    return request, need, (accepted, _need_event(message, request, need, batch))


def amend(message: Message, request: Request, batch: BatchState) -> Change:
    """Return the amended request, its `NeedFacts` as JSON if they changed, and its events."""
    change: Amendment = message.data
    before = RequestFacts.model_validate_json(request.facts)
    need = changed_need(change, request, batch.needs.get(request.tracking_number))
    after = before.model_copy(
        update={
            **changed_facts(change, before, batch.registry),
            "version": before.version + 1,
            "need_stated": before.need_stated or need is not None,
            "words": 0 if need is None else request.confided + 1,
            "reference_version": batch.registry.version,
        }
    )
    request = request._replace(facts=after.encode(), published=request.published + 1)
    amended = request_event(message, request, kind=_AMENDED, at=batch.at, data=request.facts)
    if need is None:
        return request, None, (amended,)
    request = request._replace(confided=request.confided + 1)
    return request, need, (amended, _need_event(message, request, need, batch))


def _need_event(message: Message, request: Request, need: bytes, batch: BatchState) -> Published:
    return request_event(message, request, kind=_NEED, at=batch.at, data=need, confidential=True)
