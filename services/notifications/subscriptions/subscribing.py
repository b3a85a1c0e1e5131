"""The subscriptions of a batch: what its events change in them, and what they lead to. Pure."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, get_args

from services.notifications.audiences.audience import Mailed, NotNeeded
from services.notifications.mail import life
from services.notifications.mail.obligations import PreparedMail
from services.notifications.mail.timing import URGENT
from services.notifications.subscriptions import subscriber as rules
from services.notifications.subscriptions.subscriber import Subscriber, normalized
from shared.business_clock import REAL_TIME
from shared.contracts import envelope, refusals
from shared.contracts.event import derived_id
from shared.contracts.intake import (
    PersonForgotten,
    SubscriptionAskReceived,
    SubscriptionConfirmReceived,
    SubscriptionEndReceived,
    SubscriptionReceived,
    SubscriptionSetReceived,
)
from shared.contracts.notifications import (
    SubscriptionAsked,
    SubscriptionConfirmed,
    SubscriptionEnded,
    SubscriptionEndedFacts,
    SubscriptionEvent,
    SubscriptionFacts,
)
from shared.contracts.outbound import SOURCE
from shared.contracts.refusals import Refusal
from shared.mail.templates import CONFIRM, PREFERENCES, Template

RECEIVED = frozenset(get_args(SubscriptionReceived))
ACCOUNT = "subscription"
"""The matter of mails about a subscription itself: no choice of a subscriber stops them."""
NO_MAIL = "mail is not set up"
_TEMPLATES: dict[str, Template] = {"confirm": CONFIRM, "preferences": PREFERENCES}


class Change(NamedTuple):
    """What is announced about a subscription."""

    audience: str
    model: type[SubscriptionEvent]
    facts: SubscriptionFacts


class Effect(NamedTuple):
    """What an event leads to: a decision about a mail, if it asks for one; what is announced."""

    notices: Sequence[Mailed | NotNeeded] = ()
    change: Change | None = None


NO_EFFECT = Effect()


@dataclass(slots=True)
class Subscribing:
    """
    The subscribers of a batch, locked: by address and by id.

    ``real`` gives the real time of a business time. ``announced`` are the ids of events whose
    change is on the log already: it is not announced again.
    """

    real: Callable[[datetime], datetime] = REAL_TIME.real
    with_mail: bool = False
    by_address: dict[str, Subscriber] = field(default_factory=dict)
    by_id: dict[str, Subscriber] = field(default_factory=dict)
    announced: Collection[str] = ()
    changed: dict[str, Subscriber] = field(default_factory=dict)
    mails: list[PreparedMail] = field(default_factory=list)

    def refusal(
        self, event: SubscriptionConfirmReceived | SubscriptionSetReceived
    ) -> Refusal | None:
        """Return why *event* has no effect: the subscription was never asked for, or is erased."""
        found = self.by_id.get(event.data.subscription_id)
        if found is None:
            return refusals.UNKNOWN_SUBSCRIPTION
        was_asked = all(kind in found.wishes for kind in event.data.kinds)
        if was_asked or isinstance(event, SubscriptionSetReceived):
            return None
        return refusals.UNKNOWN_SUBSCRIPTION

    def take(self, event: SubscriptionReceived, *, notice: str, at: datetime) -> Effect:
        """Apply *event*, and return what it leads to; *notice* is the id of its notice."""
        if isinstance(event, SubscriptionAskReceived):
            return self._ask(event, notice, self.real(at))
        found = self.by_id.get(event.data.subscription_id)
        if found is None:
            return NO_EFFECT
        if isinstance(event, SubscriptionEndReceived):
            ended = rules.end(found, event.data.kinds)
            facts = SubscriptionEndedFacts(
                subscription_id=found.subscription_id, kinds=ended, by=event.data.by
            )
            return Effect((), self._changed(event, found, SubscriptionEnded, facts))
        if self.refusal(event) is not None:
            return NO_EFFECT
        if isinstance(event, SubscriptionSetReceived):
            confirmed = rules.choose(found, event.data, self.real(at))
        else:
            confirmed = rules.confirm(found, event.data.kinds, self.real(at))
        about = SubscriptionFacts(subscription_id=found.subscription_id, kinds=confirmed)
        return Effect((), self._changed(event, found, SubscriptionConfirmed, about))

    def forget(self, event: PersonForgotten) -> Effect:
        """End all that the holder of the subscription gets."""
        found = self.by_id.get(event.data.subscription_id or "")
        if found is None:
            return NO_EFFECT
        ended = rules.end(found, list(found.wishes))
        facts = SubscriptionEndedFacts(
            subscription_id=found.subscription_id, kinds=ended, by=rules.OFFICE
        )
        return Effect((), self._changed(event, found, SubscriptionEnded, facts))

    def _ask(self, event: SubscriptionAskReceived, notice: str, now: datetime) -> Effect:
        data = event.data
        found = self.by_address.get(normalized(data.address))
        if found is None:
            found = Subscriber(subscription_id(event), normalized(data.address), data.zone)
            self.by_address[found.address] = self.by_id[found.subscription_id] = found
        new = rules.unconfirmed(found.wishes, data.kinds)
        asked = rules.ask(found, data, now)
        if asked is None:
            return Effect([NotNeeded(found.audience, rules.TOO_SOON)])
        facts = SubscriptionFacts(subscription_id=found.subscription_id, kinds=new)
        change = self._changed(event, found, SubscriptionAsked, facts)
        if not self.with_mail:
            return Effect([NotNeeded(found.audience, NO_MAIL)], change)
        mail = _mail(event, found, _TEMPLATES[asked], notice=notice, kinds=new)
        self.mails.append(mail)
        return Effect([Mailed(found.audience, mail.template, mail.mail_id)], change)

    def _changed(
        self,
        event: SubscriptionReceived | PersonForgotten,
        found: Subscriber,
        model: type[SubscriptionEvent],
        facts: SubscriptionFacts,
    ) -> Change | None:
        """Note that *found* has changed; return what is announced, if anything."""
        self.changed[found.subscription_id] = found
        if not found.wishes:
            self.by_address.pop(found.address, None)
            self.by_id.pop(found.subscription_id, None)
        if not facts.kinds or event.id in self.announced:
            return None
        return Change(found.audience, model, facts)


def subscription_id(event: SubscriptionAskReceived) -> str:
    """Return the id of the subscription that *event* begins; it does not depend on the address."""
    return derived_id(event.id, ACCOUNT, event.data.participant)


def announcement(
    change: Change,
    *,
    cause: str,
    correlation: str,
    at: datetime,
    number: int,
    traceparent: str | None = None,
) -> SubscriptionEvent:
    """Return the event that says what has become of a subscription."""
    (kind,) = get_args(change.model.model_fields["type"].annotation)
    about = envelope.attributes(
        kind=kind,
        source=SOURCE,
        subject=change.audience,
        at=at,
        cause=cause,
        correlation=correlation,
        number=number,
        traceparent=traceparent,
    )
    return change.model(**about, data=change.facts)


def _mail(
    event: SubscriptionAskReceived,
    found: Subscriber,
    template: Template,
    *,
    notice: str,
    kinds: Sequence[str],
) -> PreparedMail:
    mail_id = derived_id(event.id, f"mail:{template.id}", found.audience)
    return PreparedMail(
        mail_id=mail_id,
        fact=event.id,
        notice=notice,
        audience=found.audience,
        contact_id="",
        correlation=event.correlationid,
        key=found.audience.encode(),
        about=f"{ACCOUNT}:{mail_id}",
        number=0,
        kind=life.NEWS,
        template=template.name,
        facts=json.dumps({"kinds": kinds, "gets_news": rules.gets_news(found)}),
        matter=ACCOUNT,
        timing=URGENT,
    )
