"""The messages of ``web-desk``, and their answers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from shared.contracts import envelope
from shared.contracts.event import derived_id
from shared.contracts.inbound import (
    DATA,
    Capacity,
    Close,
    CodeToSend,
    Contact,
    Inbound,
    Milestone,
    OfferAnswer,
    Submission,
    SubscriptionChoice,
    SubscriptionConfirmation,
    SubscriptionEnding,
    SubscriptionRequest,
    Withdrawal,
)
from shared.contracts.outbound import TYPES, Message
from shared.contracts.publications import FactCheck, Reply, ReportQuestion
from shared.delivery.records import Item, Malformed, Outgoing, Record

WEB_DESK = "web-desk"
"""The participant that asks for agencies without a system."""
IN_TOPIC, OUT_TOPIC = f"cri.in.{WEB_DESK}.v1", f"cri.out.{WEB_DESK}.v1"
TOPICS = r"^cri\.out\.web-desk\.v1$"
"""The topic that the public desk reads."""
_SOURCE = f"urn:cri:{WEB_DESK}"
SUBSCRIPTIONS = "subscriptions"
"""The subject of all messages about subscriptions, which keep their order."""
_SOMEBODY = "system:web"
"""The actor of a request for news, because anyone can enter an address."""
AboutSubscription = (
    SubscriptionRequest | SubscriptionConfirmation | SubscriptionChoice | SubscriptionEnding
)
_TYPES: Mapping[type[BaseModel], str] = {
    model: f"gov.cri.{kind}.v1"
    for model, kind in (
        (Contact, "contact.set"),
        (CodeToSend, "code.send"),
        (Submission, "request.submit"),
        (Withdrawal, "request.withdraw"),
        (ReportQuestion, "report.read"),
        (FactCheck, "fact_check.answer"),
        (Reply, "reply.state"),
        (OfferAnswer, "offer.answer"),
        (Milestone, "milestone.report"),
        (Close, "engagement.close"),
        (Capacity, "capacity.declare"),
        (SubscriptionRequest, "subscription.ask"),
        (SubscriptionConfirmation, "subscription.confirm"),
        (SubscriptionChoice, "subscription.set"),
        (SubscriptionEnding, "subscription.end"),
    )
}
_REFUSALS = frozenset({TYPES["refused"], TYPES["message_refused"]})


class Answer(NamedTuple):
    """The answer to a message: ``state`` is ``accepted`` or ``refused``, then with its reasons."""

    message_id: str
    state: str
    reasons: Sequence[Mapping[str, Any]] = ()
    tracking_number: str | None = None


def message_of(
    data: BaseModel, *, reference: str, times_sent: int, at: datetime, number: int
) -> Outgoing:
    """
    Return the message with *data* about the draft with *reference*, the *number*-th about it.

    Its id depends only on the draft, the type and *times_sent*: a draft that is sent again after a
    refusal gets a new one.
    """
    message_id = derived_id(reference, _TYPES[type(data)], WEB_DESK, times_sent)
    return outgoing(
        data, message_id, reference, actor=f"contact:{reference}", at=at, number=number
    )


def about_subscription(
    data: AboutSubscription, message_id: str, *, at: datetime, number: int
) -> Outgoing:
    """Return the message with *data*; *number* counts the messages about all subscriptions."""
    actor = _SOMEBODY
    if not isinstance(data, SubscriptionRequest):
        actor = f"contact:{data.subscription_id}"
    return outgoing(data, message_id, SUBSCRIPTIONS, actor=actor, at=at, number=number)


def outgoing(
    data: BaseModel,
    message_id: str,
    subject: str,
    *,
    actor: str,
    at: datetime,
    number: int,
    on_behalf_of: str | None = None,
) -> Outgoing:
    """Return the message with *data*, the *number*-th about *subject*, on which order depends."""
    found = envelope.attributes(
        kind=_TYPES[type(data)],
        source=_SOURCE,
        subject=subject,
        at=at,
        cause=message_id,
        correlation=message_id,
        identity=message_id,
        number=number,
        classification="restricted",
        actor=actor,
        onbehalfof=on_behalf_of,
    )
    written = to_json(data, by_alias=True, exclude_none=True)
    return Outgoing(
        message_id,
        IN_TOPIC,
        subject.encode(),
        envelope.write(found, written),
        summary=envelope.summary(found),
    )


class Sent(NamedTuple):
    """A sent draft as read back from `IN_TOPIC`, in the order of the columns that it sets."""

    reference: str
    message_id: str
    sent_at: datetime


def sent_in(value: bytes) -> Sent | None:
    """Return the draft whose submission is *value*; None if it is another message."""
    message, data = _said_in(value)
    if message is None or not isinstance(data, Submission):
        return None
    return Sent(data.reference, message.id, message.time)


def reached_in(values: Iterable[bytes]) -> list[tuple[Contact, str | None]]:
    """
    Return the last contact of each request in the messages *values*, with the agency's name.

    The agency is None if *values* has no submission of the request. *values* must be in the order
    of their numbers.
    """
    contacts: dict[str, Contact] = {}
    agencies: dict[str, str] = {}
    for value in values:
        message, data = _said_in(value)
        if isinstance(data, Submission):
            agencies[data.reference] = data.agency.name
        elif message is not None and isinstance(data, Contact) and message.onbehalfof is None:
            contacts[data.contact_id] = data
    return [(contact, agencies.get(reference)) for reference, contact in contacts.items()]


def _said_in(value: bytes) -> tuple[Inbound | None, BaseModel | None]:
    try:
        message = Inbound.model_validate_json(value)
        return message, DATA[message.type].model_validate(message.data)
    except (KeyError, ValidationError):
        return None, None


def parse(record: Record) -> Item | Malformed:
    """Return the message to the public desk in *record*."""
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        message = Message.model_validate_json(record.value)
    except ValidationError:
        return Malformed(record, "schema")
    return Item(record, message, key=WEB_DESK)


def forgotten_in(message: Message) -> str | None:
    """Return the reference of the draft whose contact is forgotten; None if none is."""
    if message.type != TYPES["person_forgotten"] or message.data.get("participant") != WEB_DESK:
        return None
    reference: str | None = message.data.get("contact_id")
    return reference


def answer_in(message: Message) -> Answer | None:
    """Return the answer that *message* is to one of the desk's; None if it answers none."""
    if message.inreplytoid is None:
        return None
    if message.type in _REFUSALS:
        reasons: Sequence[Mapping[str, Any]] = message.data.get("reasons", ())
        return Answer(message.inreplytoid, "refused", reasons)
    number = message.data.get("tracking_number") if message.type == TYPES["accepted"] else None
    return Answer(message.inreplytoid, "accepted", tracking_number=number)
