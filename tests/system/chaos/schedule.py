"""Which faults happen when: drawn from the seed alone, so that a run can be repeated."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

from deploy.local.topics import SERVICES
from shared.runtime.crash_points import POINTS
from tests.system.chaos.faults.brokers import KillBrokers
from tests.system.chaos.faults.clocks import ClockSteps
from tests.system.chaos.faults.corruption import Corrupt
from tests.system.chaos.faults.databases import EndPostgres, EndSessions, KillBackend
from tests.system.chaos.faults.disks import FullDisk
from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.faults.network import (
    HOWS,
    KafkaNetwork,
    PostgresNetwork,
    UnansweredCommits,
)
from tests.system.chaos.faults.outage import Away
from tests.system.chaos.faults.records import Duplicates
from tests.system.chaos.faults.reordering import Reordered
from tests.system.chaos.faults.replays import Replay
from tests.system.chaos.faults.services import CrashPoints, Freeze, Kill, Storm, Twice
from tests.system.chaos.faults.versions import Versions
from tests.system.chaos.profiles import Profile

_T = TypeVar("_T")
_AT_ONCE = (1, 1, 2, 2, 3)
_CRASHES = tuple(point for point in POINTS if not point.startswith("migration."))
_PLACES = 6
"""Crash points in one fault: three of them come to all that there are."""
_LONG = 2.0
# Reporting speaks when a program opens: its relay would not reach a crash point in time.
_SPEAKERS = ("intake", "routing", "notifications")
_WRITERS = ("intake", "routing")
"""Whose internal topics others read."""
_FIRST = ("corrupt", "reordered", "duplicates", "replay")
"""What needs brokers and Postgres, before anything takes them away."""
_ALONE = frozenset({"away", "versions"})
"""What is judged by itself: nothing else goes wrong meanwhile."""


@dataclass(frozen=True, slots=True)
class Round:
    """Some faults at once (none: everything has time to recover, which is measured)."""

    faults: tuple[Fault, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return max((fault.seconds for fault in self.faults), default=0)


class Schedule:
    """Draws the rounds; the same seed and profile draw the same."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self._draw = random.Random(seed)
        self._brokers = profile.brokers
        self._is_long = profile.minutes > _LONG
        self._always = {"crash"} if profile.crash_always else set()
        once = [kind for kind in profile.kinds if kind not in self._always]
        often = [kind for kind in once for _ in range(profile.kinds[kind])]
        # Each kind once, before any comes again: a short run shows them all.
        self._kinds = chain(self._draw.sample(once, len(once)), self._deck(often))
        self._crashes = self._deck(_CRASHES)
        self._hows = {kind: self._deck(HOWS) for kind in ("kafka_network", "postgres_network")}

    def rounds(self) -> Iterator[Round]:
        """Yield rounds for ever, every third or fourth without a fault."""
        while True:
            for _ in range(self._draw.randint(2, 3)):
                kinds = {next(self._kinds) for _ in range(self._draw.choice(_AT_ONCE))}
                if alone := sorted(kinds & _ALONE)[:1]:
                    self._kinds = chain(sorted(kinds.difference(alone)), self._kinds)
                    kinds = set(alone)
                else:
                    kinds |= self._always
                ordered = sorted(kinds, key=lambda kind: (kind not in _FIRST, kind))
                yield Round(tuple(self._fault(kind) for kind in ordered))
            yield Round(())

    def _deck(self, cards: Sequence[_T]) -> Iterator[_T]:
        """Yield every card once in each pass, in a new order each time."""
        while True:
            yield from self._draw.sample(cards, len(cards))

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
                    service=service,
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
            case "away":
                nodes = tuple(range(1, self._brokers + 1))
                return Away(seconds=60, numbers=draw.choice((nodes[:1], nodes)))
            case "versions":
                return Versions(seconds=draw.uniform(30, 40), old=draw.randint(0, 1))
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
        found: dict[str, list[str]] = {}
        for point in islice(self._crashes, _PLACES):
            owner = point.partition(".")[0]
            owner = {"matcher": "routing", "relay": self._draw.choice(_SPEAKERS)}.get(owner, owner)
            found.setdefault(owner, []).append(f"{point}:{self._draw.randint(1, 6)}")
        return tuple((owner, tuple(points)) for owner, points in sorted(found.items()))
