"""A submission becomes a request; an amendment changes one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake.agency_list import canonical
from services.intake.events import envelope
from services.intake.known import Known, Published, Request
from services.intake.message import Message
from services.intake.registry import Registry
from shared.contracts.event import request_id
from shared.contracts.inbound import Agency, Amendment, Submission
from shared.contracts.intake import (
    CONFIDENTIAL_TOPIC,
    TOPIC,
    AgencyFacts,
    NeedFacts,
    NeedStated,
    RequestAccepted,
    RequestAmended,
    RequestFacts,
    Window,
)
from shared.contracts.tracking import tracking_number

_ACCEPTED = "gov.cri.intake.request_accepted.v1"
_AMENDED = "gov.cri.intake.request_amended.v1"
_NEED = "gov.cri.intake.need_stated.v1"
Outcome = tuple[Request, NeedFacts | None, tuple[Published, ...]]


def accept(message: Message, known: Known) -> Outcome:
    """Return the request that a submission makes, its words, and what is published of it."""
    asked: Submission = message.data
    number = tracking_number(message.at.year, known.fresh[-1])
    identity = request_id(message.coordinate, message.at)
    words = _words(asked, identity, number)
    facts = RequestFacts(
        request_id=identity,
        tracking_number=number,
        participant=message.participant,
        reference=asked.reference,
        version=1,
        submitted_at=message.at,
        first_contact_on=asked.first_contact_on,
        agency=_agency(asked.agency, known.agencies),
        requested_role=asked.requested_by.role,
        contact_ids=[asked.requested_by.contact_id] if asked.requested_by.contact_id else [],
        program=asked.program,
        topics=_topics(asked.topics, known.registry),
        other_topic_stated=bool(asked.other_topic),
        service_forms=list(dict.fromkeys(asked.service_forms)),
        goals=list(dict.fromkeys(asked.goals)),
        urgency=asked.urgency.level,
        incident_on=asked.urgency.incident_on,
        wished=Window(from_=asked.wished.from_, until=asked.wished.until),
        may_be_named=asked.may_be_named,
        need_stated=words is not None,
        reference_version=known.registry.version,
    )
    confided = 0 if words is None else 1
    request = Request(identity, number, message.participant, _encode(facts), 1, confided)
    event = RequestAccepted(**_about(message, request, _ACCEPTED, known.at), data=facts)
    published = Published(TOPIC, identity, event)
    if words is None:
        return request, None, (published,)
    return request, words, (published, _stated(message, request, words, known.at))


def amend(message: Message, request: Request, known: Known) -> Outcome:
    """Return the request as an amendment makes it, and what is published of it."""
    change: Amendment = message.data
    before = RequestFacts.model_validate_json(request.facts)
    words = _changed_words(change, request, known.words.get(request.tracking_number))
    after = before.model_copy(
        update={
            **_changes(change, known.registry),
            "version": before.version + 1,
            "other_topic_stated": before.other_topic_stated or bool(change.other_topic),
            "need_stated": before.need_stated or words is not None,
            "reference_version": known.registry.version,
        }
    )
    request = replace(request, facts=_encode(after), published=request.published + 1)
    event = RequestAmended(**_about(message, request, _AMENDED, known.at), data=after)
    published = Published(TOPIC, request.request_id, event)
    if words is None:
        return request, None, (published,)
    request = replace(request, confided=request.confided + 1)
    return request, words, (published, _stated(message, request, words, known.at))


def _about(message: Message, request: Request, kind: str, at: datetime) -> Mapping[str, Any]:
    return envelope(
        message,
        kind=kind,
        subject=request.tracking_number,
        number=request.published,
        at=at,
        request_id=request.request_id,
    )


def _stated(message: Message, request: Request, words: NeedFacts, at: datetime) -> Published:
    about = envelope(
        message,
        kind=_NEED,
        subject=request.tracking_number,
        number=request.confided,
        at=at,
        request_id=request.request_id,
        classification="restricted",
    )
    return Published(CONFIDENTIAL_TOPIC, request.request_id, NeedStated(**about, data=words))


def _words(asked: Submission, identity: str, number: str) -> NeedFacts | None:
    need = {} if asked.need is None else vars(asked.need)
    if not (need or asked.other_topic or asked.urgency.reason):
        return None
    return NeedFacts(
        request_id=identity,
        tracking_number=number,
        other_topic=asked.other_topic,
        urgency_reason=asked.urgency.reason,
        **need,
    )


def _changed_words(
    change: Amendment, request: Request, before: NeedFacts | None
) -> NeedFacts | None:
    """Return the words as they now are; None when the amendment says nothing in words."""
    if change.need is None and not change.other_topic:
        return None
    words = before or NeedFacts(
        request_id=request.request_id, tracking_number=request.tracking_number
    )
    need = {} if change.need is None else vars(change.need)
    return words.model_copy(
        update=need | ({"other_topic": change.other_topic} if change.other_topic else {})
    )


def _changes(change: Amendment, registry: Registry) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if change.topics is not None:
        changes["topics"] = _topics(change.topics, registry)
    if change.service_forms is not None:
        changes["service_forms"] = list(dict.fromkeys(change.service_forms))
    if change.goals is not None:
        changes["goals"] = list(dict.fromkeys(change.goals))
    if change.wished is not None:
        changes["wished"] = Window(from_=change.wished.from_, until=change.wished.until)
    if change.may_be_named is not None:
        changes["may_be_named"] = change.may_be_named
    return changes


def _agency(agency: Agency, agencies: Mapping[str, str]) -> AgencyFacts:
    return AgencyFacts(
        ori=agency.ori,
        key=agency.key,
        name=agency.name,
        cri_type=agency.cri_type,
        agency_class=agency.agency_class,
        state=agency.state,
        sworn_band=agency.sworn_band,
        listed=agency.ori is not None and canonical(agency.ori) in agencies,
    )


def _topics(codes: list[str], registry: Registry) -> list[str]:
    """Return the ids of the topics, each once, aliases resolved."""
    return list(dict.fromkeys(registry.topics.get(code, code) for code in codes))


def _encode(facts: RequestFacts) -> bytes:
    return facts.__pydantic_serializer__.to_json(facts, exclude_none=True)
