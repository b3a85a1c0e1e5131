"""What people of providers without a system do: messages of ``web-desk`` on their behalf. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from services.webdesk.acts import outgoing
from services.webdesk.work.work import ANSWER, CLOSE, DECLARE, REPORT
from shared.contracts.event import derived_id
from shared.contracts.inbound import DATA, Capacity, Close, Inbound, Milestone, OfferAnswer
from shared.delivery.records import Outgoing

ActData = OfferAnswer | Milestone | Close | Capacity
_KINDS: Mapping[type[BaseModel], str] = {
    OfferAnswer: ANSWER, Milestone: REPORT, Close: CLOSE, Capacity: DECLARE,
}  # fmt: skip
_PSEUDONYM = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WORDS = {"note"}


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of a provider without a system."""

    provider: str
    contact_id: str

    @property
    def actor(self) -> str:
        """The pseudonym under which the person acts."""
        name = self.contact_id
        if not _PSEUDONYM.fullmatch(name):
            name = sha256(name.encode()).hexdigest()[:32]
        return f"contact:{name}"


class MadeAct(NamedTuple):
    """
    An act as the desk keeps it, in the order of the columns.

    ``said`` is the data of its message without words: those are in the message alone.
    """

    message_id: str
    provider: str
    actor: str
    kind: str
    about: str
    said: dict[str, Any]
    sent_at: datetime


def made(data: ActData, person: Person, *, token: str, at: datetime) -> MadeAct:
    """Return the act of *person* that a form with *token* makes: sent twice, it is one act."""
    message_id = message_id_of(type(data), person, token=token)
    return _act(data, message_id, person.provider, person.actor, at)


def message_id_of(model: type[BaseModel], person: Person, *, token: str) -> str:
    """Return the id of the message of *model* that a form with *token* makes for *person*."""
    return derived_id(token, _KINDS[model], person.provider)


def message_of(act: MadeAct, data: ActData, *, number: int) -> Outgoing:
    """Return the message of *act* with *data*, the *number*-th about its subject."""
    return outgoing(
        data,
        act.message_id,
        act.about,
        actor=act.actor,
        at=act.sent_at,
        number=number,
        on_behalf_of=act.provider,
    )


def made_in(value: bytes) -> MadeAct | None:
    """Return the act whose message is *value*; None if it is another message."""
    try:
        message = Inbound.model_validate_json(value)
        data = DATA[message.type].model_validate(message.data)
    except (KeyError, ValidationError):
        return None
    if not isinstance(data, ActData) or message.onbehalfof is None:
        return None
    return _act(data, message.id, message.onbehalfof, message.actor or "", message.time)


def _act(data: ActData, message_id: str, provider: str, actor: str, at: datetime) -> MadeAct:
    fields = data.model_dump(mode="json", by_alias=True, exclude=_WORDS, exclude_none=True)
    about = fields.get("offer_id") or fields.get("engagement_id") or provider
    return MadeAct(message_id, provider, actor, _KINDS[type(data)], about, fields, at)
