"""How long rows of one kind are kept, and which rows records holds keep longer. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.reference import Hold

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """
    Rows of the kind ``what`` are kept for ``kept``, a length of real time.

    ``setting`` names the setting that defines it; None if it is fixed. ``clock`` is the clock of
    the rows' own times. ``kept`` counts from these, unless ``has_ends``: then each row was given
    its end when it was written. Rows with ``is_copy`` are copies of records that are elsewhere, so
    no records hold keeps them. ``every`` is the time between two sweeps.
    """

    what: str
    setting: str | None
    kept: timedelta
    clock: BusinessClock = REAL_TIME
    has_ends: bool = False
    is_copy: bool = False
    every: timedelta = timedelta(hours=1)

    def before(self, now: datetime) -> datetime:
        """Return the latest own time of rows that have been kept long enough at *now*."""
        try:
            return self.clock.at(now if self.has_ends else now - self.kept)
        except OverflowError:  # a clock that plays years in minutes would show no valid year
            return _EVER


@dataclass(frozen=True, slots=True)
class Held:
    """What records holds cover; ``contacts`` holds (participant, contact id) pairs."""

    everything: bool = False
    requests: frozenset[str] = frozenset()
    participants: frozenset[str] = frozenset()
    contacts: frozenset[tuple[str, str]] = frozenset()
    subscriptions: frozenset[str] = frozenset()


def held(holds: Iterable[Hold], *, at: datetime) -> Held:
    """Return what *holds* cover; only those that stand *at* that business time count."""
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
