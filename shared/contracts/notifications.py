"""Events that notifications publishes: decisions to notify, case files sent, outcomes of mails."""

from typing import Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Facts

TOPIC = "cri.int.notifications.v1"
MAIL_TOPIC = "cri.int.mail.v1"


class Notice(Facts):
    """
    The decision for one audience of one event.

    ``outcome`` is ``sent`` or ``not_needed`` (``because`` says why). If ``sent``, the message
    ``message_id`` is at least once on the topic of the audience, or on that of ``through``; with
    the channel ``mail`` it is a mail with this id, and the audience is a subscription. ``call``:
    the audience entered the request for an agency without a system, and somebody must call that
    agency because no mail reaches it.
    """

    audience: str
    channel: Literal["topic", "mail", "none"]
    outcome: str
    message_type: str | None = None
    message_id: str | None = None
    participantsequence: int | None = None
    because: str | None = None
    call: bool | None = None
    through: str | None = None


class NoticeFacts(Facts):
    """The decisions for every audience of an event; ``fact`` is its id, ``fact_type`` its type."""

    fact: str
    fact_type: str
    notices: list[Notice]


class NoticeDecided(Event):
    """Its subject is the event's subject; notifications counts its sequence."""

    type: Literal["gov.cri.notifications.notice_decided.v1"]
    data: NoticeFacts


class CaseFileFacts(Facts):
    """``actor``, of the office ``participant``, was sent a request's file for ``purpose``."""

    tracking_number: str
    participant: str
    actor: str
    purpose: str
    at: AwareDatetime


class CaseFileTold(Event):
    """Its subject is the tracking number; it is numbered together with the request's notices."""

    type: Literal["gov.cri.notifications.case_file_told.v1"]
    data: CaseFileFacts


class SubscriptionFacts(Facts):
    """
    What becomes of a subscription's ``kinds``: no address, and nothing that leads to one.

    Kinds are ``solicitations``, ``monthly_update`` and ``reports``.
    """

    subscription_id: str
    kinds: list[str]


class SubscriptionEndedFacts(SubscriptionFacts):
    """``by``: ``link`` or ``one_click`` (of a mail), or ``bounce`` (there is no such address)."""

    by: str


class SubscriptionAsked(Event):
    """Somebody was sent a mail to confirm. Its subject is ``subscription:<subscription id>``."""

    type: Literal["gov.cri.notifications.subscription_asked.v1"]
    data: SubscriptionFacts


class SubscriptionConfirmed(Event):
    """The holder of the address has confirmed it."""

    type: Literal["gov.cri.notifications.subscription_confirmed.v1"]
    data: SubscriptionFacts


class SubscriptionEnded(Event):
    """The subscription no longer gets mails of these kinds."""

    type: Literal["gov.cri.notifications.subscription_ended.v1"]
    data: SubscriptionEndedFacts


class MailFacts(Facts):
    """
    One mail about ``notice``, a decision that also sent its audience a message.

    ``notice`` is the id of a `NoticeDecided`, ``mail`` that of the mail. A digest has the last
    notice that it covers; the mails that it replaces name the digest when they are cancelled.
    ``contact`` is the contact's key, ``contact:<participant>:<contact id>``, or
    ``subscription:<subscription id>``; never its address. ``tries`` counts the tries so far.
    """

    notice: str
    mail: str
    contact: str
    tries: int


class DeliveredFacts(MailFacts):
    """
    ``status`` is the mail server's, an enhanced code of RFC 3463 or its reply code. ``offer_id``
    is the offer that the mail is about, if it is one of a provider's.
    """

    status: str | None = None
    offer_id: str | None = None


class FailedFacts(MailFacts):
    """``kind``: ``refused`` (with the mail server's ``status``) or ``gave_up``."""

    kind: str
    status: str | None = None


class UnknownFacts(MailFacts):
    """``stage`` is where the last try ended; None if its process ended."""

    stage: str | None = None


class CancelledFacts(MailFacts):
    """
    ``because``: ``no_address`` (the contact no longer has one), ``overtaken`` (a later mail says
    more), ``never_told`` (it would announce the end of what no mail announced), ``switched_off``
    (the contact wants no such mails), ``told_together`` (the digest ``together_with`` covers it)
    or ``too_late`` (its code has expired).
    """

    because: str
    together_with: str | None = None


class SettledFacts(Facts):
    """
    What a person found out about a mail for ``notice``, or did instead.

    ``how``: ``counted_as_delivered``, ``sent_again`` (it is tried once more) or ``dropped``, for a
    mail of unknown outcome; ``told_otherwise`` for the last one of a notice that reached nobody.
    Without a ``mail``, the office ``audience`` has told an agency that no mail reaches.
    """

    notice: str
    mail: str | None = None
    contact: str | None = None
    tries: int | None = None
    audience: str | None = None
    how: str


class NoticeDelivered(Event):
    """The mail server has taken over the mail. Its subject is the mail, as that of the others."""

    type: Literal["gov.cri.notifications.notice_delivered.v1"]
    data: DeliveredFacts


class NoticeFailed(Event):
    """The mail was refused, or tried for too long."""

    type: Literal["gov.cri.notifications.notice_failed.v1"]
    data: FailedFacts


class NoticeOutcomeUnknown(Event):
    """The mail may have been delivered; it is not retried unless a person says so."""

    type: Literal["gov.cri.notifications.notice_outcome_unknown.v1"]
    data: UnknownFacts


class NoticeCancelled(Event):
    """The mail is not sent."""

    type: Literal["gov.cri.notifications.notice_cancelled.v1"]
    data: CancelledFacts


class NoticeSettled(Event):
    """
    A person of the program office has settled what became of the mail.

    Its subject is the mail; without one, it is ``notice:<notice>:<audience>``.
    """

    type: Literal["gov.cri.notifications.notice_settled.v1"]
    data: SettledFacts


class AddressFacts(Facts):
    """``state`` is ``dead``: a mail server said so, with ``status``, of the mail ``mail``."""

    contact: str
    state: str
    mail: str
    status: str | None = None


class AddressStateChanged(Event):
    """Its subject is the contact's key, ``contact:<participant>:<contact id>``."""

    type: Literal["gov.cri.notifications.address_state_changed.v1"]
    data: AddressFacts


class UndeliveredFacts(Facts):
    """
    No mail of ``notice`` reached ``audience``: each failed, and no other contact has an address.

    ``mail`` is the last one, ``since`` when the first was prepared. The request is that of the
    agency system ``participant``.
    """

    tracking_number: str
    participant: str
    audience: str
    notice: str
    mail: str
    since: AwareDatetime


class NoticeUndelivered(Event):
    """Something that must be told reached nobody by mail. Its subject is the tracking number."""

    type: Literal["gov.cri.notifications.notice_undelivered.v1"]
    data: UndeliveredFacts


class ReachFacts(Facts):
    """A participant that people reach by mail, with an open request, offer or engagement."""

    participant: str


class ParticipantUnreachable(Event):
    """Each address of its contacts is dead or gone. Its subject is the participant."""

    type: Literal["gov.cri.notifications.participant_unreachable.v1"]
    data: ReachFacts


class ParticipantReachable(Event):
    """A contact of a participant that was unreachable has another address."""

    type: Literal["gov.cri.notifications.participant_reachable.v1"]
    data: ReachFacts


SubscriptionEvent = SubscriptionAsked | SubscriptionConfirmed | SubscriptionEnded
NotificationsEvent = NoticeDecided | CaseFileTold | SubscriptionEvent
"""Every event on ``cri.int.notifications.v1``."""
MailEvent = (
    NoticeDelivered
    | NoticeFailed
    | NoticeOutcomeUnknown
    | NoticeCancelled
    | NoticeSettled
    | NoticeUndelivered
    | AddressStateChanged
    | ParticipantUnreachable
    | ParticipantReachable
)
"""Every event on ``cri.int.mail.v1``."""
