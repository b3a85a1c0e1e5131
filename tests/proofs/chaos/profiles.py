"""The profiles of a run: its duration, load and faults."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.services import DEPLOYABLES, SERVICES
from shared.process.crash_points import POINTS
from tests.proofs.chaos.introductions import DAY_SECONDS

_DESKS = tuple(f"{name}." for name in DEPLOYABLES if name not in SERVICES)


@dataclass(frozen=True, slots=True)
class Profile:
    """
    A profile; ``kinds`` gives the weight of each kind of fault.

    A run fails with fewer than ``least_requests`` requests or ``least_kills`` kills, or if a crash
    point killed fewer than ``least_crashes`` times. The schedule draws what these need first, so
    that no seed falls short.
    """

    minutes: float
    """Of faults: the start, the end and the verdict come on top."""
    rate: float
    brokers: int
    kinds: Mapping[str, int]
    least_requests: int = 0
    least_kills: int = 0
    least_crashes: int = 0
    is_whole: bool = True
    """Whether a run goes on until each kind has come and done what it is for."""
    crash_always: bool = False
    """Whether every round of faults has crash points: a few minutes then reach them all."""
    day_seconds: int = DAY_SECONDS
    """
    How long a working day lasts. If recovery takes longer than an offer waits for its answer, all
    offers lapse and are made anew, which is more work than the load: it never recovers.
    """
    migrations: int = 0
    """How often a migration is killed between two steps, before the load begins."""

    @property
    def has_mail(self) -> bool:
        """Whether notifications sends mails."""
        return "mail" in self.kinds

    @property
    def has_desk(self) -> bool:
        """Whether the office's desk runs, and somebody works there."""
        return not OF_THE_DESK.isdisjoint(self.kinds)

    @property
    def crash_points(self) -> tuple[str, ...]:
        """All crash points but those of absent mail, and of the desks."""
        never = _DESKS if self.has_mail else (*_DESKS, "mail.")
        return tuple(point for point in POINTS if not point.startswith(never))

    @property
    def crashes(self) -> tuple[str, ...]:
        """The crash points of running services."""
        return tuple(point for point in self.crash_points if not point.startswith("migration."))


NETWORK = {"postgres_network", "kafka_network", "commits", "failover"}
"""The kinds for which services reach Kafka and Postgres through a proxy."""
DISKS = {"disk", "kafka_disk"}
OF_THE_DESK = {"desk", "desks", "issuer"}
"""The kinds for which the office's desk runs."""
_SINCE_0_4_0 = {"mail", *OF_THE_DESK}
"""The kinds whose messages the release before does not know: it stops, or answers nobody."""
_EVERYTHING = {
    "kill": 4,
    "crash": 5,
    "freeze": 3,
    "twice": 2,
    "storm": 1,
    "broker": 3,
    "brokers": 1,
    "postgres": 2,
    "backend": 2,
    "sessions": 2,
    "duplicates": 3,
    "postgres_network": 2,
    "kafka_network": 2,
    "commits": 2,
    "disk": 1,
    "clock": 2,
    "corrupt": 2,
    "reordered": 1,
    "replay": 1,
    "pool": 2,
    "long_batch": 1,
    "coordinator": 1,
    "kafka_disk": 1,
    "failover": 1,
    "mail": 2,
    "desk": 1,
    "desks": 1,
    "issuer": 1,
}
PROFILES = {
    "smoke": Profile(
        minutes=0.75,
        rate=10,
        brokers=1,
        kinds={
            "kill": 1,
            "crash": 2,
            "freeze": 1,
            "broker": 1,
            "postgres": 1,
            "backend": 1,
            "duplicates": 1,
        },
    ),
    "ci": Profile(
        minutes=5.5,
        rate=8,
        brokers=3,
        kinds={**_EVERYTHING, **dict.fromkeys(NETWORK | DISKS | {"clock"}, 1)},
        least_requests=2000,
        least_kills=40,
        least_crashes=1,
        crash_always=True,
        migrations=3,
    ),
    "long": Profile(
        minutes=58,
        rate=15,
        brokers=3,
        kinds={**_EVERYTHING, "crash": 45, "away": 1},
        least_requests=50_000,
        least_kills=400,
        least_crashes=20,
        day_seconds=20,
        migrations=20,
    ),
    "versions": Profile(
        minutes=6,
        rate=8,
        brokers=3,
        kinds={
            "versions": 4,
            **{kind: often for kind, often in _EVERYTHING.items() if kind not in _SINCE_0_4_0},
        },
        least_requests=2000,
        least_kills=40,
        least_crashes=1,
        crash_always=True,
        migrations=3,
    ),
}
