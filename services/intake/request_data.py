"""What a request is and says, as its events carry it: facts without words, and the words."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.intake.agency_list import AgencyList
from services.intake.batch_state import BatchState, Request
from services.intake.message import Message
from services.intake.registry import Registry
from shared.contracts.inbound import Agency, Amendment, Submission, Wished
from shared.contracts.intake import NeedFacts, RequestFacts, Window


def request_facts(
    message: Message, identity: str, number: str, batch: BatchState, *, need_stated: bool
) -> bytes:
    """Return the `RequestFacts` of a submission as JSON."""
    asked: Submission = message.data
    by, urgency, wished = asked.requested_by, asked.urgency, asked.wished
    return to_json(
        _without_none(
            {
                "request_id": identity,
                "tracking_number": number,
                "participant": message.participant,
                "reference": asked.reference,
                "version": 1,
                "submitted_at": message.at,
                "first_contact_on": asked.first_contact_on,
                "agency": _agency(asked.agency, batch.agencies),
                "requested_role": by.role,
                "contact_ids": [by.contact_id] if by.contact_id else [],
                "program": asked.program,
                "topics": _topics(asked.topics, batch.registry),
                "other_topic_stated": bool(asked.other_topic),
                "service_forms": list(dict.fromkeys(asked.service_forms)),
                "goals": list(dict.fromkeys(asked.goals)),
                "urgency": urgency.level,
                "incident_on": urgency.incident_on,
                "wished": _without_none({"from": wished.from_, "until": wished.until}),
                "may_be_named": asked.may_be_named,
                "need_stated": need_stated,
                "reference_version": batch.registry.version,
            }
        )
    )


def stated_words(asked: Submission, identity: str, number: str) -> bytes | None:
    """Return the `NeedFacts` of a submission as JSON; None when it says nothing in words."""
    need = {} if asked.need is None else vars(asked.need)
    if not (need or asked.other_topic or asked.urgency.reason):
        return None
    return to_json(
        _without_none(
            {
                "request_id": identity,
                "tracking_number": number,
                **need,
                "other_topic": asked.other_topic,
                "urgency_reason": asked.urgency.reason,
            }
        )
    )


def changed_words(change: Amendment, request: Request, before: bytes | None) -> bytes | None:
    """Return the words as they now are; None when the amendment says nothing of them."""
    if change.need is None and "other_topic" not in change.model_fields_set:
        return None
    if before is None:
        words = NeedFacts(request_id=request.request_id, tracking_number=request.tracking_number)
    else:
        words = NeedFacts.model_validate_json(before)
    need = {} if change.need is None else _stated(change.need)
    other = {name: value for name, value in _stated(change).items() if name == "other_topic"}
    return words.model_copy(update=need | other).encode()


def changed_facts(change: Amendment, before: RequestFacts, registry: Registry) -> dict[str, Any]:
    """Return the fields of `RequestFacts` that an amendment replaces."""
    stated = _stated(change)
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
    """Return the wished dates as an amendment makes them; no window is left of a null."""
    return Window() if change is None else before.model_copy(update=_stated(change))


def _stated(change: BaseModel) -> dict[str, Any]:
    """Return the fields that *change* names, among them those that it clears."""
    return {name: getattr(change, name) for name in change.model_fields_set}


def _agency(agency: Agency, agencies: AgencyList) -> dict[str, Any]:
    meant = () if agency.ori is None else agencies.matching(agency.ori)
    return _without_none(
        {
            "ori": agency.ori,
            "key": agency.key,
            "name": agency.name,
            "cri_type": agency.cri_type,
            "agency_class": agency.agency_class,
            "state": agency.state,
            "sworn_band": agency.sworn_band,
            "listed": bool(meant),
            "listed_as": [
                _without_none({"ori": one.ori, "name": one.name, "state": one.state})
                for one in meant
            ],
        }
    )


def _topics(codes: list[str], registry: Registry) -> list[str]:
    """Return the ids of the topics, each once, aliases resolved."""
    return list(dict.fromkeys(registry.topics.get(code, code) for code in codes))


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
