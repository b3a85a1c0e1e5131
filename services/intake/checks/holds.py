"""Checks whom a hold covers, and whether one keeps a person from being forgotten."""

from collections.abc import Iterator

from services.intake.batch_state import BatchState
from services.intake.checks.fields import check_years
from services.intake.findings import Finding
from services.intake.forgetting import said_subject
from services.intake.message import Message
from shared.contracts import refusals
from shared.contracts.inbound import Forgetting
from shared.contracts.intake import CONFIDENTIAL_TOPIC, RequestFacts
from shared.contracts.reference import Hold
from shared.contracts.services import WEB_DESK


def check_hold(hold: Hold, batch: BatchState) -> Iterator[Finding]:
    """Yield the findings about what *hold* covers."""
    yield from check_years({"/data/ends_at": hold.ends_at})
    named = [
        name
        for name in ("tracking_number", "participant", "subscription_id")
        if getattr(hold, name) is not None
    ]
    if len(named) > 1:
        yield Finding(refusals.ONE_THING_HELD, f"/data/{named[1]}")
    elif hold.contact_id is not None and hold.participant is None:
        yield Finding(refusals.ONE_THING_HELD, "/data/contact_id")
    if hold.tracking_number is not None and hold.tracking_number not in batch.requests:
        yield Finding(refusals.UNKNOWN_REQUEST, "/data/tracking_number")
    if hold.participant is not None and hold.participant not in batch.registry.senders:
        yield Finding(refusals.UNKNOWN_PARTICIPANT, "/data/participant")


def check_forgetting(message: Message, batch: BatchState) -> Iterator[Finding]:
    """Yield why the person whom *message* names cannot be forgotten."""
    data: Forgetting = message.data
    of_subscription = data.subscription_id is not None
    if of_subscription == (data.contact_id is not None):
        path = "/data/subscription_id" if of_subscription else "/data/contact_id"
        yield Finding(refusals.CONTACT_OR_SUBSCRIPTION, path)
        return
    if of_subscription and data.participant != WEB_DESK:
        yield Finding(refusals.CONTACT_OR_SUBSCRIPTION, "/data/participant")
        return
    # Only notifications knows which subscriptions exist.
    if not of_subscription and not batch.numbers[CONFIDENTIAL_TOPIC, said_subject(data)]:
        yield Finding(refusals.UNKNOWN_CONTACT, "/data/contact_id")
        return
    holds = batch.registry.holds.values()
    standing = [h.id for h in holds if h.stands(message.at) and _covers(h, data, batch)]
    if standing:
        yield Finding(refusals.ON_HOLD, "", {"holds": sorted(standing)})


def _covers(hold: Hold, data: Forgetting, batch: BatchState) -> bool:
    if hold.covers_everything:
        return True
    if hold.participant is not None:
        of_contact = hold.contact_id is None or hold.contact_id == data.contact_id
        return hold.participant == data.participant and of_contact
    if hold.subscription_id is not None:
        return hold.subscription_id == data.subscription_id
    request = batch.requests.get(hold.tracking_number or "")
    if request is None or request.participant != data.participant:
        return False
    return data.contact_id in RequestFacts.model_validate_json(request.facts).contact_ids
