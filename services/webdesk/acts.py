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
"""What it reads."""
_SOURCE = f"urn:cri:{WEB_DESK}"
SUBSCRIPTIONS = "subscriptions"
"""The subject of all messages about subscriptions, which keep their order."""
_SOMEBODY = "system:web"
"""Who asks for news: anyone who entered an address."""
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
    Return the message that says *data* about the draft with *reference*, the *number*-th.

    Its id is the same whenever the draft is sent for the *times_sent*-th time.
    """
    message_id = derived_id(reference, _TYPES[type(data)], WEB_DESK, times_sent)
    return outgoing(
        data, message_id, reference, actor=f"contact:{reference}", at=at, number=number
    )


def about_subscription(
    data: AboutSubscription, message_id: str, *, at: datetime, number: int
) -> Outgoing:
    """Return the message that says *data* of a subscription, the *number*-th about any."""
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
    """Return the message that says *data*, the *number*-th about *subject*; these keep order."""
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
    """What the own topic knows of a draft that was sent, in the order of the columns it sets."""

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
    Return the contact of each request, as the messages *values* set it last, with its agency.

    The agency is None if they have the contact alone. They are in the order of their numbers.
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
    """Return the reference of the draft whose person is forgotten; None if nobody is."""
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
