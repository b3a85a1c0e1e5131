"""The version before this one and this one side by side, as in a rollout and in its undoing."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import asyncpg

from deploy.local.released import released
from shared.contracts.services import SERVICES
from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.ground import Ground
from tests.system.chaos.quiet import ends, unread

_PATIENCE = 60.0
_VERSION = "0.1.0"
_LETTERS = "SELECT count(*) FROM outbox WHERE topic LIKE 'cri.dlq.%'"


@dataclass(slots=True, kw_only=True)
class Versions(Fault):
    """
    Two processes of each service, one of them of version 0.1.0, on the present schema.

    All processes of one version are killed in the middle, then those of the other, so that each
    leads and reads alone for a while. ``old`` says which of the two is the old one.
    """

    old: int
    every: float = 8
    _turned_at: float = field(default=0, repr=False)
    _turn: int = field(default=0, repr=False)

    def begin(self, ground: Ground) -> None:
        program = released(_VERSION, say=ground.say)
        ground.ledger.older()
        # What broke on purpose is read by the present version: the old one need not know how.
        patience = time.monotonic() + _PATIENCE
        until = ends(ground.stack)
        while time.monotonic() < patience and not _is_read(ground, until):
            ground.hold(0.5)
        for service in SERVICES:
            ground.programs[service, self.old] = program
            ground.wanted.setdefault((service, 1), {})
            if self.old == 0:
                ground.kill((service, 0))
        while time.monotonic() < patience and not all(map(ground.is_ready, SERVICES)):
            ground.hold(0.5)
        if not all(map(ground.is_ready, SERVICES)):
            ground.wrong.append("the two versions were never ready together")
        self._turned_at, self._turn = time.monotonic(), 0

    def during(self, ground: Ground) -> None:
        if time.monotonic() - self._turned_at < self.every:
            return
        self._turned_at, self._turn = time.monotonic(), self._turn + 1
        for service in SERVICES:
            ground.kill((service, self._turn % 2))

    def end(self, ground: Ground) -> None:
        ground.programs.clear()
        for service in SERVICES:
            ground.dismiss((service, 1))
            if self.old == 0:
                ground.kill((service, 0))


def _is_read(ground: Ground, until: Mapping[tuple[str, int], int]) -> bool:
    """Tell whether all that broke on purpose is behind every reader, and set aside for good."""
    try:
        return not asyncio.run(unread(ground.stack, until)) and not asyncio.run(_letters(ground))
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False


async def _letters(ground: Ground) -> int:
    """Return how many dead letters wait to be sent."""
    count = 0
    for service in SERVICES:
        connection = await asyncpg.connect(ground.stack.dsn(service), timeout=5)
        try:
            count += await connection.fetchval(_LETTERS)
        finally:
            await connection.close()
    return count
