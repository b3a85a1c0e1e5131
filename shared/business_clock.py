"""
The business clock: the time by which Continuum does business. Pure.

Calendars, clocks, rule sets, openings, due dates and the times of events follow it. Delivery does
not: leases, backoff, retention, latencies and timeouts use real time. In operation the two are the
same. A demonstration plays days in seconds, from a start of its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """
    Shows ``start`` at the real time ``since``, and runs ``rate`` times as fast as real time.

    The default is real time. All processes of a stack must have the same three values.
    """

    since: datetime = _EPOCH
    start: datetime = _EPOCH
    rate: int = 1

    def at(self, real: datetime) -> datetime:
        """Return the business time at the *real* time, in UTC."""
        return self.start + (real - self.since) * self.rate

    def real(self, business: datetime) -> datetime:
        """Return when, in real time, the clock shows *business*; rounded up to a microsecond."""
        return self.since + self.pause(business - self.start)

    def lasts(self, real: timedelta) -> timedelta:
        """Return how much business time passes in *real* time."""
        return real * self.rate

    def pause(self, business: timedelta) -> timedelta:
        """Return the real time, rounded up to a microsecond, in which *business* time passes."""
        return -(-business // (_MICROSECOND * self.rate)) * _MICROSECOND


REAL_TIME = BusinessClock()
"""The business clock of operation: real time."""
