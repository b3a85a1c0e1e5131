"""Sweeps a database at once."""

from typing import Any

from shared.process.tasks import AT_ONCE
from shared.retention.sweeper import Sweeper


async def sweep(pool: Any, sweeper: Sweeper) -> None:
    """Erase all that has been kept long enough, whenever it was swept last."""
    await pool.execute("UPDATE retention_windows SET next_at = now()")
    while await sweeper.step(pool) == AT_ONCE:
        pass
