"""Rebalances at a bad moment: in the middle of a batch, and under a coordinator that dies."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import asyncpg
from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from deploy.stack.kafka import ADMIN
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.leaders import connect
from tests.proofs.chaos.login import login
from tests.proofs.chaos.rig import Rig

_REBALANCES = (
    ConsumerGroupState.PREPARING_REBALANCING,
    ConsumerGroupState.COMPLETING_REBALANCING,
)
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::text::regclass"
_PATIENCE = 25.0


@dataclass(slots=True, kw_only=True)
class LongBatch(Fault):
    """
    A batch has decided and cannot write what it came to; meanwhile a second process joins.

    The partitions of that batch change hands before it commits, or is refused. Its end waits for
    the second process to ask for them.
    """

    bound: ClassVar[float] = 60
    waits: ClassVar[bool] = True
    service: str
    _holder: Any = field(default=None, repr=False)
    _loop: Any = field(default=None, repr=False)

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._take(rig))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            rig.say(f"no long batch: {error!r}")  # another fault has Postgres down
        rig.wanted[self.service, 1] = {}

    def during(self, rig: Rig) -> None:
        if self._holder is None or self.has_hit:
            return
        try:
            waiting = self._loop.run_until_complete(self._holder.fetchval(_WAITING, self._table))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._holder = None
            return
        group = group_of(rig, self.service) if waiting else None
        self.has_hit = group is not None and group.state in _REBALANCES

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while self._holder is not None and not self.has_hit and time.monotonic() < patience:
            rig.hold(0.1, lambda: self.during(rig))
        if self._holder is not None:
            self._holder.terminate()  # which gives the lock back
        self._loop.run_until_complete(asyncio.sleep(0))  # which lets go of the connection
        self._loop.close()
        rig.dismiss((self.service, 1))

    @property
    def _table(self) -> str:
        """What the end of a batch writes; it may be read, so that a batch begins and decides."""
        return "outbox" if self.service == "intake" else "gates"

    async def _take(self, rig: Rig) -> None:
        holder = await connect(rig.stack, self.service)
        await holder.execute("BEGIN")
        await holder.execute(f"LOCK TABLE {self._table} IN SHARE MODE", timeout=10)
        self._holder = holder


@dataclass(slots=True, kw_only=True)
class CoordinatorDies(Fault):
    """A second process joins; during the assignment the group's coordinator is killed."""

    bound: ClassVar[float] = 60
    service: str
    _killed: int | None = field(default=None, repr=False)

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        rig.wanted[self.service, 1] = {}
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            rig.watch()
            group = group_of(rig, self.service)
            if group is not None and group.state in _REBALANCES:
                self._killed = int(group.coordinator.id)
                rig.kill_broker(self._killed)
                self.has_hit = True
        if not self.has_hit:
            rig.say(f"no assignment of {self.service} was seen")

    def end(self, rig: Rig) -> None:
        rig.brokers_down.discard(self._killed or 0)
        rig.watch()
        rig.dismiss((self.service, 1))


def group_of(rig: Rig, name: str) -> Any:
    """Return the description of a group; None when no broker answers."""
    admin = AdminClient(login(rig.stack, ADMIN))
    try:
        return admin.describe_consumer_groups([name], request_timeout=3)[name].result()
    except KafkaException:
        return None
