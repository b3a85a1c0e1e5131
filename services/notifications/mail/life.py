"""Decides what follows from a try to send a mail, and when the next one is due. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

from services.notifications.mail.outcome import Outcome
from shared.contracts import envelope
from shared.contracts.event import Facts, derived_id
from shared.contracts.notifications import (
    AddressFacts,
    AddressStateChanged,
    CancelledFacts,
    DeliveredFacts,
    FailedFacts,
    MailEvent,
    NoticeCancelled,
    NoticeDelivered,
    NoticeFailed,
    NoticeOutcomeUnknown,
    NoticeUndelivered,
    UndeliveredFacts,
    UnknownFacts,
)
from shared.contracts.outbound import SOURCE

TRIED_FOR = timedelta(hours=48)
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Real time until the next try after each; the last one repeats."""
OWNED_SECONDS = 120.0
"""If its process is silent for this long, the outcome of a mail being sent is unknown."""
NO_ADDRESS, OVERTAKEN, NEVER_TOLD = "no_address", "overtaken", "never_told"
SWITCHED_OFF, TOLD_TOGETHER, TOO_LATE = "switched_off", "told_together", "too_late"
STATUS, OFFER, OFFER_END, NEWS, DIGEST = "status", "offer", "offer_end", "news", "digest"
DELIVERY_FAILED, CODE = "delivery_failed", "code"
SOLICITATION, UPDATE, REPORT = "solicitation", "update", "report"
"""The kinds of mails."""
_OVERTAKEN_BY = {STATUS: STATUS, OFFER: OFFER_END, SOLICITATION: SOLICITATION}
_NOT_SENT = frozenset({"prepared", "try_later", "cancelled", "dropped"})


class Mail(NamedTuple):
    """
    A mail under way; ``published`` counts the events about it, ``tries`` includes this one.

    A mail with a code has no events: the public decides how many codes there are, and nobody
    follows up on one.
    """

    mail_id: str
    notice: str
    audience: str
    contact_id: str
    correlation: str
    key: bytes
    published: int
    tries: int
    first_tried_at: datetime
    prepared_at: datetime
    kind: str = ""
    offer_id: str | None = None

    @property
    def contact(self) -> str:
        """The contact's key, or the subscription's."""
        if self.is_to_subscriber:
            return self.audience
        return f"contact:{self.audience}:{self.contact_id}"

    @property
    def is_to_subscriber(self) -> bool:
        """Whether its audience is a subscription."""
        return not self.contact_id

    @property
    def subject(self) -> str:
        """The subject of the events about it."""
        return f"mail:{self.mail_id}"

    @property
    def facts(self) -> dict[str, Any]:
        """The facts that all events about it have."""
        return {
            "notice": self.notice,
            "mail": self.mail_id,
            "contact": self.contact,
            "tries": self.tries,
        }


class Other(NamedTuple):
    """Another mail to the same audience about the same request."""

    kind: str
    state: str
    is_later: bool


class Step(NamedTuple):
    """What follows from a try: the state, the event that says so, or the time of the next try."""

    state: str
    event: MailEvent | None = None
    due_at: datetime | None = None


def next_try(mail: Mail, now: datetime) -> datetime | None:
    """Return when to try again, in real time as *now*; None once that would be too late."""
    due = now + DELAYS[min(mail.tries, len(DELAYS)) - 1]
    return due if due <= mail.first_tried_at + TRIED_FOR else None


def tried(mail: Mail, outcome: Outcome, *, now: datetime, at: datetime) -> Step:
    """Return what follows from *outcome*, in real time *now* and business time *at*."""
    match outcome.kind:
        case "accepted":
            facts = DeliveredFacts(**mail.facts, status=outcome.status, offer_id=mail.offer_id)
            return Step("accepted", _event(mail, NoticeDelivered, facts, at=at))
        case "refused":
            return _failed(mail, "refused", outcome.status, at=at)
        case "outcome_unknown":
            return lost(mail, stage=outcome.stage, at=at)
        case "try_later":
            due = next_try(mail, now)
            if due is None:
                return _failed(mail, "gave_up", outcome.status, at=at)
            return Step("try_later", due_at=due)


def lost(mail: Mail, *, stage: str | None, at: datetime) -> Step:
    """Return what follows if it is unknown whether the mail was delivered."""
    facts = UnknownFacts(**mail.facts, stage=stage)
    state = "dropped" if mail.kind == CODE else "outcome_unknown"
    return Step(state, _event(mail, NoticeOutcomeUnknown, facts, at=at))


def not_needed(kind: str, others: Sequence[Other]) -> str | None:
    """
    Return why a mail of *kind* need not be sent any more; None if it must be.

    *others* are in the order of their messages. A later status replaces an earlier one. An offer
    that is over is not mailed, nor is its end if the mail with the offer was never sent.
    """
    if any(other.is_later and other.kind == _OVERTAKEN_BY.get(kind) for other in others):
        return OVERTAKEN
    offers = [other for other in others if other.kind == OFFER and not other.is_later]
    if kind == OFFER_END and offers and offers[-1].state in _NOT_SENT:
        return NEVER_TOLD
    return None


def address_died(
    mail: Mail, status: str | None, *, number: int, at: datetime
) -> AddressStateChanged:
    """Return the event that says that the contact's address does not exist."""
    data = AddressFacts(contact=mail.contact, state="dead", mail=mail.mail_id, status=status)
    return AddressStateChanged(
        **envelope.attributes(
            kind="gov.cri.notifications.address_state_changed.v1",
            source=SOURCE,
            subject=mail.contact,
            at=at,
            cause=mail.notice,
            correlation=mail.correlation,
            number=number,
            ordinal=number,
        ),
        data=data,
    )


def undelivered(
    mail: Mail, about: str, requester: str, *, since: datetime, number: int, at: datetime
) -> NoticeUndelivered:
    """Return the event that says that no mail of the notice about *about* reached its audience."""
    kind = "gov.cri.notifications.notice_undelivered.v1"
    data = UndeliveredFacts(
        tracking_number=about,
        participant=requester,
        audience=mail.audience,
        notice=mail.notice,
        mail=mail.mail_id,
        since=since,
    )
    return NoticeUndelivered(
        **envelope.attributes(
            kind=kind,
            source=SOURCE,
            subject=about,
            at=at,
            cause=mail.notice,
            correlation=mail.correlation,
            identity=derived_id(mail.mail_id, kind, about),
            number=number,
        ),
        data=data,
    )


def alternate_id(mail: Mail, contact_id: str) -> str:
    """Return the id of the same mail to another contact."""
    return derived_id(mail.mail_id, "mail:alternate", contact_id)


def cancelled(mail: Mail, because: str, *, at: datetime) -> Step:
    """Return what follows if the mail is not sent; *because* is the code of the reason."""
    facts = CancelledFacts(**mail.facts, because=because)
    return Step("cancelled", _event(mail, NoticeCancelled, facts, at=at))


def told_together(mail: Mail, digest: str, *, at: datetime) -> Step:
    """Return what follows if the mail is told in the mail *digest*."""
    facts = CancelledFacts(**mail.facts, because=TOLD_TOGETHER, together_with=digest)
    return Step("cancelled", _event(mail, NoticeCancelled, facts, at=at))


def _failed(mail: Mail, kind: str, status: str | None, *, at: datetime) -> Step:
    facts = FailedFacts(**mail.facts, kind=kind, status=status)
    return Step(kind, _event(mail, NoticeFailed, facts, at=at))


def _event(mail: Mail, model: type[MailEvent], data: Facts, *, at: datetime) -> MailEvent | None:
    if mail.kind == CODE:
        return None
    (kind,) = get_args(model.model_fields["type"].annotation)
    about = envelope.attributes(
        kind=kind,
        source=SOURCE,
        subject=mail.subject,
        at=at,
        cause=mail.notice,
        correlation=mail.correlation,
        number=mail.published + 1,
        ordinal=mail.published,
    )
    return model(**about, data=data)
