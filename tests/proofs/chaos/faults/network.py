"""Networks between services and servers: cut both ways or one, late, reset, deaf to an answer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from deploy.stack.proxy_routes import POSTGRES
from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.proxy import DIRECTIONS, Direction, Link
from tests.proofs.chaos.rig import Rig

How = Literal["cut", "cut to server", "cut to client", "late", "reset"]
HOWS: tuple[How, ...] = ("cut", "cut to server", "cut to client", "late", "reset")
_RESET_EVERY = 1.0
_PATIENCE = 15.0


@dataclass(slots=True, kw_only=True)
class Network(Fault):
    """
    What goes between some services and servers is cut, late, or reset again and again.

    A cut is silent, and what was sent meanwhile arrives at its end; or, if it ``ends_in_reset``,
    never.
    """

    services: tuple[str, ...]
    servers: tuple[str, ...]
    how: How
    delay: float = 0
    """Seconds in each direction, if it is late."""
    ends_in_reset: bool = False
    _reset_at: float = field(default=0, repr=False)

    def begin(self, rig: Rig) -> None:
        if self.how == "late":
            rig.proxy.delay(self._links(rig), self.delay)
        elif self.how != "reset":
            rig.proxy.cut(self._links(rig), self._directions())

    def during(self, rig: Rig) -> None:
        if self.how == "reset" and time.monotonic() - self._reset_at > _RESET_EVERY:
            self._reset_at = time.monotonic()
            rig.proxy.reset(self._links(rig))

    def end(self, rig: Rig) -> None:
        if self.ends_in_reset:
            rig.proxy.reset(self._links(rig))
        rig.proxy.mend(self._links(rig))

    def _links(self, rig: Rig) -> list[Link]:
        return rig.proxy.select(self.services, self.servers)

    def _directions(self) -> Sequence[Direction]:
        return [each for each in DIRECTIONS if self.how in ("cut", f"cut {each}")]


@dataclass(slots=True, kw_only=True)
class PostgresNetwork(Network):
    """The network between some services and Postgres."""

    bound: ClassVar[float] = 90
    servers: tuple[str, ...] = ("postgres",)


@dataclass(slots=True, kw_only=True)
class KafkaNetwork(Network):
    """The network between some services and some brokers, which hear each other."""

    bound: ClassVar[float] = 60


@dataclass(slots=True, kw_only=True)
class UnansweredCommits(Fault):
    """
    Commits of some services happen, and the connection is reset before the answer.

    Its end waits for a first one: when these services commit nothing, any service's will do.
    """

    bound: ClassVar[float] = 90
    waits: ClassVar[bool] = True
    services: tuple[str, ...]
    times: int
    """For each service, at most."""

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        rig.proxy.cut_commits(_to_postgres(rig, self.services), self.times)

    def end(self, rig: Rig) -> None:
        every = _to_postgres(rig, SERVICES)
        for links in (_to_postgres(rig, self.services), every):
            patience = time.monotonic() + _PATIENCE
            while not _cut(every) and time.monotonic() < patience:
                rig.proxy.cut_commits(links, self.times)
                rig.hold(0.1)
        rig.proxy.cut_commits(every, 0)
        cut = _cut(every)
        for link in every:
            link.commits_cut = 0
        self.has_hit = cut > 0
        rig.say(f"{cut} commits happened whose answers were cut" if cut else "no commit was cut")


def _to_postgres(rig: Rig, services: Sequence[str]) -> list[Link]:
    return rig.proxy.select(services, (POSTGRES,))


def _cut(links: Sequence[Link]) -> int:
    return sum(link.commits_cut for link in links)
