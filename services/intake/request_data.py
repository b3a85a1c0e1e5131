"""The data of a request's events: `RequestFacts` without free text, and `NeedFacts` with it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.intake.agency_list import AgencyList
from services.intake.authority import basis_of
from services.intake.batch_state import BatchState, Request
from services.intake.message import Message
from services.intake.registry import Registry
from shared.contracts.inbound import Agency, Amendment, Submission, Wished
from shared.contracts.intake import NeedFacts, RequestFacts, Window


def request_facts(
    message: Message, request_id: str, number: str, batch: BatchState, *, need_stated: bool
) -> bytes:
    """Return the `RequestFacts` of a submission as JSON."""
    submission: Submission = message.data
    by, urgency, wished = submission.requested_by, submission.urgency, submission.wished
    return to_json(
        _without_none(
            {
                "request_id": request_id,
                "tracking_number": number,
                "participant": message.participant,
                "reference": submission.reference,
                "version": 1,
                "submitted_at": message.at,
                "first_contact_on": submission.first_contact_on,
                "received_by": _facts(submission.received_by),
                "authority": _authority(submission, batch),
                "agency": _agency(submission.agency, batch.agencies),
                "requested_role": by.role,
                "contact_ids": [by.contact_id] if by.contact_id else [],
                "program": submission.program,
                "topics": _topics(submission.topics, batch.registry),
                "other_topic_stated": bool(submission.other_topic),
                "service_forms": list(dict.fromkeys(submission.service_forms)),
                "goals": list(dict.fromkeys(submission.goals)),
                "urgency": urgency.level,
                "incident_on": urgency.incident_on,
                "wished": _without_none({"from": wished.from_, "until": wished.until}),
                "may_be_named": submission.may_be_named,
                "need_stated": need_stated,
                "reference_version": batch.registry.version,
            }
        )
    )


def stated_need(submission: Submission, request_id: str, number: str) -> bytes | None:
    """Return the `NeedFacts` of a submission as JSON; None if it has no free text."""
    need = {} if submission.need is None else vars(submission.need)
    if not (need or submission.other_topic or submission.urgency.reason):
        return None
    return to_json(
        _without_none(
            {
                "request_id": request_id,
                "tracking_number": number,
                **need,
                "other_topic": submission.other_topic,
                "urgency_reason": submission.urgency.reason,
            }
        )
    )


def changed_need(change: Amendment, request: Request, before: bytes | None) -> bytes | None:
    """Return the amended `NeedFacts` as JSON; None if the amendment does not change them."""
    if change.need is None and "other_topic" not in change.model_fields_set:
        return None
    if before is None:
        facts = NeedFacts(request_id=request.request_id, tracking_number=request.tracking_number)
    else:
        facts = NeedFacts.model_validate_json(before)
    update = {} if change.need is None else _stated_fields(change.need)
    if "other_topic" in change.model_fields_set:
        update["other_topic"] = change.other_topic
    after = facts.model_copy(update=update)
    return None if after == facts else after.encode()


def changed_facts(change: Amendment, before: RequestFacts, registry: Registry) -> dict[str, Any]:
    """Return the fields of `RequestFacts` that an amendment replaces."""
    stated = _stated_fields(change)
    changes: dict[str, Any] = {}
    if change.topics is not None:
        changes["topics"] = _topics(change.topics, registry)
    for name in ("service_forms", "goals"):
        if name in stated:
            changes[name] = list(dict.fromkeys(stated[name] or ()))
    if "wished" in stated:
        changes["wished"] = changed_window(change.wished, before.wished)
    if "other_topic" in stated:
        changes["other_topic_stated"] = bool(change.other_topic)
    if change.may_be_named is not None:
        changes["may_be_named"] = change.may_be_named
    return changes


def changed_window(change: Wished | None, before: Window) -> Window:
    """Return the amended window of wished dates; null clears it."""
    return Window() if change is None else before.model_copy(update=_stated_fields(change))


def _stated_fields(change: BaseModel) -> dict[str, Any]:
    """Return the fields that *change* states, including those that it clears with null."""
    return {name: getattr(change, name) for name in change.model_fields_set}


def _facts(part: BaseModel | None) -> dict[str, Any] | None:
    return None if part is None else dict(part)


def _authority(submission: Submission, batch: BatchState) -> dict[str, Any] | None:
    stated = submission.authority
    if stated is None:
        return None
    known = batch.registry.known_domains
    basis = basis_of(stated, submission.agency, agencies=batch.agencies, known_domains=known)
    return {"basis": basis, "on": stated.on}


def _agency(agency: Agency, agencies: AgencyList) -> dict[str, Any]:
    matches = () if agency.ori is None else agencies.matching(agency.ori)
    return _without_none(
        {
            "ori": agency.ori,
            "key": agency.key,
            "name": agency.name,
            "cri_type": agency.cri_type,
            "agency_class": agency.agency_class,
            "state": agency.state,
            "sworn_band": agency.sworn_band,
            "listed": bool(matches),
            "listed_as": [
                _without_none({"ori": one.ori, "name": one.name, "state": one.state})
                for one in matches
            ],
        }
    )


def _topics(codes: list[str], registry: Registry) -> list[str]:
    """Return the ids of the topics *codes*, aliases resolved, without duplicates."""
    return list(dict.fromkeys(registry.topics.get(code, code) for code in codes))


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
