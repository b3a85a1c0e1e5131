"""The messages that staff send as ``office-desk``, and the answers to them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from shared.contracts import envelope, inbound
from shared.contracts.event import derived_id
from shared.contracts.outbound import TYPES, Message
from shared.contracts.services import OFFICE_DESK
from shared.contracts.tracking import tracking_number_in
from shared.delivery.records import Item, Malformed, Outgoing, Record

OFFICE = OFFICE_DESK
"""The participant whose people work at the desk."""
IN_TOPIC, OUT_TOPIC = f"cri.in.{OFFICE}.v1", f"cri.out.{OFFICE}.v1"
_SOURCE = f"urn:cri:{OFFICE}"
_TYPES = {
    model: kind for kind, model in inbound.DATA.items() if inbound.OFFICE in inbound.SENDERS[kind]
}
_NAMED_BY = (
    "id", "tracking_number", "engagement_id", "contact_id", "subscription_id", "reference", "mail",
    "notice",
)  # fmt: skip
"""Fields that name what a message is about; the first one present counts."""
_ASK_FILE, _READ_REPORT = "case.ask", "report.read"
_TOLD = frozenset({TYPES["case_told"], TYPES["report_told"]})
REPORT = "report"
"""The purpose of a case file that holds the text of a report."""
_ACCEPTED = TYPES["accepted"]
_REFUSALS = frozenset({TYPES["refused"], TYPES["message_refused"]})


@dataclass(frozen=True, slots=True)
class Act:
    """
    An act of a staff member, as the data of a message that a program office may send.

    ``token`` identifies the form: a form that is sent twice is one act. ``item_id`` is the work
    item, if any; ``case`` is the tracking number, for messages that do not name the request.
    """

    data: BaseModel
    token: str
    item_id: str | None = None
    case: str | None = None

    @property
    def type(self) -> str:
        """The type of its message. Raises KeyError if no office may send it."""
        return _TYPES[type(self.data)]

    @property
    def kind(self) -> str:
        """The name of the type, such as ``request.direct``."""
        return _kind_of(type(self.data))

    @property
    def subject(self) -> str:
        """What the message is about."""
        fields = vars(self.data)
        return next(str(fields[name]) for name in _NAMED_BY if fields.get(name) is not None)

    @property
    def tracking_number(self) -> str | None:
        """The request that it is about, if any."""
        return tracking_number_in(self.subject) or self.case

    @property
    def reason(self) -> str | None:
        """The code of its reason, if it has one."""
        return getattr(self.data, "reason", None)

    @property
    def purpose(self) -> str | None:
        """Why it opens a case file, `REPORT` for the text of a report; None if it opens none."""
        if self.kind == _READ_REPORT:
            return REPORT
        return getattr(self.data, "purpose", None) if self.kind == _ASK_FILE else None

    def message_id(self, actor: str) -> str:
        """Return the id of its message: the same for the same form of the same person."""
        return message_id_of(type(self.data), token=self.token, actor=actor)

    def may_be_sent_with(self, roles: Collection[str]) -> bool:
        """Tell whether one of *roles* allows it; intake checks its own copy of the roles again."""
        return not inbound.staff_roles(self.type, self.data).isdisjoint(roles)


def roles_for(model: type[BaseModel]) -> frozenset[str]:
    """Return the roles that allow a message of *model*; a person needs only one of them."""
    return frozenset(inbound.STAFF_ROLES[_TYPES[model]])


def message_id_of(model: type[BaseModel], *, token: str, actor: str) -> str:
    """Return the id of the message of *model* that a form with *token* makes for *actor*."""
    return derived_id(token, _kind_of(model), actor)


def _kind_of(model: type[BaseModel]) -> str:
    return _TYPES[model].removeprefix("gov.cri.").rpartition(".")[0]


def message_of(act: Act, *, actor: str, at: datetime, number: int) -> Outgoing:
    """Return the message of *act*, the *number*-th about its subject."""
    message_id = act.message_id(actor)
    found = envelope.attributes(
        kind=act.type,
        source=_SOURCE,
        subject=act.subject,
        at=at,
        cause=message_id,
        correlation=message_id,
        identity=message_id,
        number=number,
        classification="restricted",
        actor=actor,
    )
    data = to_json(act.data, by_alias=True, exclude_none=True)
    return Outgoing(
        message_id,
        IN_TOPIC,
        act.subject.encode(),
        envelope.write(found, data),
        summary=envelope.summary(found),
    )


class Sent(NamedTuple):
    """An act as read back from `IN_TOPIC`, in the order of the columns that it sets."""

    message_id: str
    actor: str
    kind: str
    tracking_number: str | None
    reason: str | None
    sent_at: datetime


def sent(value: bytes) -> Sent | None:
    """Return the act whose message is *value*; None if this build does not know its type."""
    try:
        message = inbound.Inbound.model_validate_json(value)
        data = inbound.DATA[message.type].model_validate(message.data)
    except (KeyError, ValidationError):
        return None
    act = Act(data, token="")
    at = message.time
    actor = message.actor or ""
    return Sent(message.id, actor, act.kind, act.tracking_number, act.reason, at)


class Answer(NamedTuple):
    """
    The answer to a message: ``reasons`` is JSON, and None unless it was refused.

    ``tracking_number`` is set only if the answer accepts a new request.
    """

    message_id: str
    answer: str
    reasons: str | None
    answered_at: datetime
    tracking_number: str | None = None


def parse_answer(record: Record) -> Item | Malformed:
    """Return the message to the office in *record*."""
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        message = Message.model_validate_json(record.value)
    except ValidationError:
        return Malformed(record, "schema")
    return Item(record, message, key=OFFICE)


def answer_in(message: Message) -> Answer | None:
    """Return the answer that *message* is to one of the office's; None if it answers none."""
    if message.inreplytoid is None:
        return None
    reasons: Any = message.data.get("reasons") if message.type in _REFUSALS else None
    return Answer(
        message.inreplytoid,
        "refused" if message.type in _REFUSALS else "applied",
        None if reasons is None else to_json(reasons).decode(),
        message.time,
        message.data.get("tracking_number") if message.type == _ACCEPTED else None,
    )


class ToldFile(NamedTuple):
    """
    The contents of a case file, as JSON in ``told``.

    They are the need, the contacts and the notes, or the text of a report.
    """

    message_id: str
    told: str


def file_in(message: Message) -> ToldFile | None:
    """Return the contents in *message*; None if it has none, or repeats an earlier answer."""
    if message.type not in _TOLD or message.inreplytoid is None or message.data.get("repeat"):
        return None
    return ToldFile(message.inreplytoid, to_json(message.data).decode())
