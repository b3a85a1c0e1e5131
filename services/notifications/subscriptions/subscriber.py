"""Decides what an ask, a confirmation or an end changes in a subscription. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from shared.contracts.intake import SubscriptionAskFacts, SubscriptionSetFacts

ASKED, CONFIRMED = "asked", "confirmed"
SOLICITATIONS, MONTHLY_UPDATE, REPORTS = "solicitations", "monthly_update", "reports"
"""The kinds of news to which somebody subscribes."""
AT_ONCE, MONTHLY = "at_once", "monthly"
"""When solicitations and reports are told; the update is monthly in any case."""
BOUNCE, OFFICE = "bounce", "office"
_PAUSE, _DAY, _A_DAY = timedelta(minutes=10), timedelta(days=1), 3
TOO_SOON = "a mail that was asked for went out moments ago"
Asked = Literal["confirm", "preferences"]


class Wish(NamedTuple):
    """A kind of news that somebody wants; ``since`` is when it was asked for or confirmed."""

    state: str
    cadence: str
    program: str | None
    since: datetime


@dataclass(slots=True)
class Subscriber:
    """
    An address and what it gets, by kind. Without any kind it is erased.

    ``mailed_at`` are the times of the last day's mails that somebody asked for, perhaps not the
    holder of the address. All times are real.
    """

    subscription_id: str
    address: str
    zone: str | None
    wishes: dict[str, Wish] = field(default_factory=dict)
    mailed_at: list[datetime] = field(default_factory=list)

    @property
    def audience(self) -> str:
        """The subscription as the audience of notices and mails."""
        return audience_of(self.subscription_id)


def audience_of(subscription_id: str) -> str:
    """Return the subscription's key, which is also the subject of its events."""
    return f"subscription:{subscription_id}"


def normalized(address: str) -> str:
    """Return *address* as it is kept: upper and lower case make no difference."""
    return address.strip().lower()


def ask(subscriber: Subscriber, asked: SubscriptionAskFacts, now: datetime) -> Asked | None:
    """
    Note what is asked for; return the mail that follows, None if too many went out lately.

    What is confirmed stays as it is: anybody can enter an address. If nothing is left to confirm,
    the mail leads to the preferences. A limit of one mail in ten minutes and three a day protects
    the holder of the address, who may not have asked.
    """
    mailed = [at for at in subscriber.mailed_at if now - at < _DAY]
    if len(mailed) >= _A_DAY or any(now - at < _PAUSE for at in mailed):
        return None
    subscriber.mailed_at = [*mailed, now]
    new = unconfirmed(subscriber.wishes, asked.kinds)
    for kind in new:
        subscriber.wishes[kind] = Wish(ASKED, asked.cadence, asked.program, now)
    return "confirm" if new else "preferences"


def gets_news(subscriber: Subscriber) -> bool:
    """Return whether the holder of the address has confirmed anything."""
    return any(wish.state == CONFIRMED for wish in subscriber.wishes.values())


def unconfirmed(wishes: Mapping[str, Wish], kinds: Collection[str]) -> list[str]:
    """Return those of *kinds* that the holder of the address has not confirmed, in order."""
    return sorted(k for k in set(kinds) if k not in wishes or wishes[k].state != CONFIRMED)


def confirm(subscriber: Subscriber, kinds: Sequence[str], now: datetime) -> list[str]:
    """Confirm those of *kinds* that were asked for; return them, sorted."""
    asked = [kind for kind in unconfirmed(subscriber.wishes, kinds) if kind in subscriber.wishes]
    for kind in asked:
        subscriber.wishes[kind] = subscriber.wishes[kind]._replace(state=CONFIRMED, since=now)
    return asked


def choose(subscriber: Subscriber, chosen: SubscriptionSetFacts, now: datetime) -> list[str]:
    """Subscribe to what the holder of the address has *chosen*; return the new kinds."""
    new = unconfirmed(subscriber.wishes, chosen.kinds)
    for kind in chosen.kinds:
        since = now if kind in new else subscriber.wishes[kind].since
        subscriber.wishes[kind] = Wish(CONFIRMED, chosen.cadence, chosen.program, since)
    return new


def end(subscriber: Subscriber, kinds: Collection[str]) -> list[str]:
    """End *kinds*; return those that existed, sorted."""
    ended = sorted(kind for kind in kinds if kind in subscriber.wishes)
    for kind in ended:
        del subscriber.wishes[kind]
    return ended
