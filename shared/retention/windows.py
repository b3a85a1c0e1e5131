"""How long rows of one kind are kept, and what records holds keep longer. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.reference import Hold

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """
    Rows of the kind ``what`` are kept for ``kept``, which the setting ``setting`` says; None: it
    is fixed.

    ``kept`` is real time. ``clock`` is that by which the rows' own times are. With ``has_ends``
    these times are not beginnings: each row was given its end when it was written. No records hold
    keeps what ``is_copy`` of records that are elsewhere. ``every`` is how often it is swept.
    """

    what: str
    setting: str | None
    kept: timedelta
    clock: BusinessClock = REAL_TIME
    has_ends: bool = False
    is_copy: bool = False
    every: timedelta = timedelta(hours=1)

    def before(self, now: datetime) -> datetime:
        """Return up to which time of their own rows have been kept long enough at *now*."""
        try:
            return self.clock.at(now if self.has_ends else now - self.kept)
        except OverflowError:  # of a clock that plays years in minutes
            return _EVER


@dataclass(frozen=True, slots=True)
class Held:
    """What records holds cover: ``everything``, or what is named; a contact by its participant."""

    everything: bool = False
    requests: frozenset[str] = frozenset()
    participants: frozenset[str] = frozenset()
    contacts: frozenset[tuple[str, str]] = frozenset()
    subscriptions: frozenset[str] = frozenset()


def held(holds: Iterable[Hold], *, at: datetime) -> Held:
    """Return what those of *holds* cover that stand *at* that business time."""
    standing = [hold for hold in holds if hold.stands(at)]
    of_participants = [hold for hold in standing if hold.participant is not None]
    return Held(
        everything=any(hold.covers_everything for hold in standing),
        requests=frozenset(hold.tracking_number for hold in standing if hold.tracking_number),
        participants=frozenset(
            hold.participant
            for hold in of_participants
            if hold.participant is not None and hold.contact_id is None
        ),
        contacts=frozenset(
            (hold.participant, hold.contact_id)
            for hold in of_participants
            if hold.participant is not None and hold.contact_id is not None
        ),
        subscriptions=frozenset(h.subscription_id for h in standing if h.subscription_id),
    )
