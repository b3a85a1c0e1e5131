"""Draws the target and duration of each fault from a seeded generator."""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal, TypeVar

from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.brokers import KillBrokers
from tests.proofs.chaos.faults.clocks import ClockSteps
from tests.proofs.chaos.faults.corruption import Corrupt
from tests.proofs.chaos.faults.databases import EndPostgres, EndSessions, KillBackend
from tests.proofs.chaos.faults.desk import DESK, DeskKilled, IssuerAway
from tests.proofs.chaos.faults.desk import PLACES as DESK_PLACES
from tests.proofs.chaos.faults.disks import FullDisk, FullKafkaDisk
from tests.proofs.chaos.faults.failover import Failover
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.mail import MailTrouble
from tests.proofs.chaos.faults.network import (
    HOWS,
    KafkaNetwork,
    PostgresNetwork,
    UnansweredCommits,
)
from tests.proofs.chaos.faults.outage import Away
from tests.proofs.chaos.faults.pools import PoolExhausted
from tests.proofs.chaos.faults.rebalances import CoordinatorDies, LongBatch
from tests.proofs.chaos.faults.records import Duplicates
from tests.proofs.chaos.faults.reordering import Reordered
from tests.proofs.chaos.faults.replays import Replay
from tests.proofs.chaos.faults.services import CrashPoints, Freeze, Kill, Storm, Twice
from tests.proofs.chaos.faults.versions import Versions
from tests.proofs.chaos.mail_trouble import TROUBLES
from tests.proofs.chaos.profiles import Profile

_T = TypeVar("_T")
_LONG = 10.0
"""Minutes from which on a run has time for faults of half a minute and more."""
PLACES = 6
"""Crash points in one fault: three of them come to all that there are."""
# Reporting publishes only when a program opens: its relay would not reach a crash point in time.
_PUBLISHERS = ("intake", "routing", "notifications")
_WRITERS = ("intake", "routing")
"""Whose internal topics others read."""


def deck(draw: random.Random, cards: Sequence[_T]) -> Iterator[_T]:
    """Yield every card once in each pass, in a new order each time."""
    while True:
        yield from draw.sample(cards, len(cards))


class Faults:
    """Draws faults of each kind."""

    def __init__(self, draw: random.Random, profile: Profile) -> None:
        self._draw = draw
        self._brokers = profile.brokers
        self._is_long = profile.minutes > _LONG
        self._crashes = deck(draw, profile.crashes)
        self._hows = {kind: deck(draw, HOWS) for kind in ("kafka_network", "postgres_network")}
        self._troubles = deck(draw, TROUBLES)

    def of(self, kind: str) -> Fault:
        """Draw a fault of this kind."""
        fault = self._fault(kind)
        fault.kind = kind
        return fault

    def crashes_at(self, points: Sequence[str]) -> CrashPoints:
        """Return a fault that ends processes the first time that they come to these places."""
        return CrashPoints(seconds=12, at=self._owned([(point, 1) for point in points]))

    def _fault(self, kind: str) -> Fault:
        draw = self._draw
        service = draw.choice(SERVICES)
        short = draw.uniform(2, 6)
        match kind:
            case "kill":
                return Kill(seconds=short, services=self._some_services())
            case "crash":
                return CrashPoints(seconds=draw.uniform(12, 16), at=self._crash_points())
            case "freeze":
                long = draw.choice((5, 5, 15, 15, 45) if self._is_long else (5, 8))
                return Freeze(seconds=long, service=service)
            case "twice":
                return Twice(seconds=draw.uniform(8, 15), is_killed=draw.random() < 0.5)
            case "storm":
                return Storm(seconds=draw.uniform(12, 20), service=service)
            case "broker":
                return KillBrokers(seconds=short, numbers=(draw.randint(1, self._brokers),))
            case "brokers":
                numbers = tuple(sorted(draw.sample(range(1, self._brokers + 1), 2)))
                return KillBrokers(seconds=draw.uniform(5, 15), numbers=numbers)
            case "postgres":
                return EndPostgres(seconds=short, how=draw.choice(("SIGKILL", "SIGQUIT")))
            case "backend":
                return KillBackend(seconds=short, service=service)
            case "sessions":
                return EndSessions(seconds=short, service=service)
            case "postgres_network":
                return PostgresNetwork(services=self._some_services(), **self._network(kind))
            case "kafka_network":
                everyone = range(1, self._brokers + 1)
                cut_from = sorted(draw.sample(everyone, draw.randint(1, self._brokers)))
                return KafkaNetwork(
                    services=self._some_services(),
                    servers=tuple(f"kafka-{number}" for number in cut_from),
                    **self._network(kind),
                )
            case "commits":
                times = draw.randint(1, 5)
                return UnansweredCommits(
                    seconds=short, services=self._some_services(), times=times
                )
            case "disk":
                return FullDisk(seconds=draw.uniform(6, 12))
            case "clock":
                by = draw.choice((-86_400, -3600, -10, 10, 3600, 86_400))
                return ClockSteps(
                    seconds=draw.uniform(6, 15), services=self._some_services(), by=by
                )
            case "duplicates":
                return Duplicates(
                    seconds=short,
                    service=draw.choice(_PUBLISHERS),
                    count=draw.choice((20, 100)),
                    seed=draw.getrandbits(32),
                )
            case "corrupt":
                return Corrupt(
                    seconds=short,
                    service=draw.choice(_WRITERS),
                    count=draw.choice((9, 18)),
                    seed=draw.getrandbits(32),
                )
            case "reordered":
                return Reordered(seconds=short, service="routing", most=draw.choice((5, 20)))
            case "replay":
                return Replay(seconds=8, service=draw.choice(_WRITERS), reader=service)
            case "pool":
                how: Literal["refused", "locked"] = draw.choice(("refused", "locked"))
                return PoolExhausted(seconds=draw.uniform(6, 12), service=service, how=how)
            case "long_batch":
                return LongBatch(seconds=draw.uniform(10, 14), service=service)
            case "coordinator":
                return CoordinatorDies(seconds=draw.uniform(3, 6), service=service)
            case "kafka_disk":
                return FullKafkaDisk(seconds=draw.uniform(6, 12))
            case "failover":
                return Failover(seconds=short)
            case "away":
                nodes = tuple(range(1, self._brokers + 1))
                return Away(seconds=60, numbers=draw.choice((nodes[:1], nodes)))
            case "mail":
                return MailTrouble(seconds=draw.uniform(4, 8), trouble=next(self._troubles))
            case "desk":
                places = tuple(f"{place}:1" for place in draw.sample(DESK_PLACES, 3))
                return DeskKilled(seconds=draw.uniform(8, 12), at=((DESK, places),))
            case "desks":
                is_killed = draw.random() < 0.5
                return Twice(seconds=draw.uniform(8, 12), is_killed=is_killed, services=(DESK,))
            case "issuer":
                return IssuerAway(seconds=short)
            case "versions":
                return Versions(seconds=draw.uniform(30, 40), old=draw.randint(0, 1))
            case _:
                raise ValueError(kind)

    def _some_services(self) -> tuple[str, ...]:
        return tuple(sorted(self._draw.sample(SERVICES, self._draw.randint(1, len(SERVICES)))))

    def _network(self, kind: str) -> dict[str, Any]:
        """Draw what happens to a network, and for how long."""
        return {
            "seconds": self._draw.choice((5, 8, 12, 12, 30) if self._is_long else (5, 8)),
            "how": next(self._hows[kind]),
            "delay": self._draw.uniform(0.05, 0.6),
            "ends_in_reset": self._draw.random() < 0.5,
        }

    def _crash_points(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Draw places at which processes kill themselves, several in a row for a service."""
        points = list(islice(self._crashes, PLACES))
        return self._owned([(point, self._draw.randint(1, 6)) for point in points])

    def _owned(self, points: Sequence[tuple[str, int]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found: dict[str, list[str]] = {}
        for point, hit in points:
            owner = point.partition(".")[0]
            relay = self._draw.choice(_PUBLISHERS)
            owner = {"matcher": "routing", "mail": "notifications", "relay": relay}.get(
                owner, owner
            )
            found.setdefault(owner, []).append(f"{point}:{hit}")
        return tuple((owner, tuple(points)) for owner, points in sorted(found.items()))
