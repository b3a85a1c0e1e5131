"""Whether a service has read all records holds."""

import asyncio
import re
from typing import Any

from asyncpg import Pool

from shared.contracts import reference
from shared.delivery.restore.own_log import opened
from shared.postgres.statements import load_statements
from shared.process.settings import ServiceSettings

_SQL = load_statements(__package__)
_SECONDS = 5.0
_REFERENCE = rf"^{re.escape(reference.TOPIC)}$"


class ReadHolds:
    """Compares how far the service has read *topics*, which carry holds, with their ends."""

    def __init__(self, settings: ServiceSettings, *, topics: str = _REFERENCE) -> None:
        """Take *topics* as a regular expression; by default it matches the reference data's."""
        self._settings = settings
        self._topics = topics

    async def __call__(self, pool: "Pool[Any]") -> bool:
        """Return whether all topics are read. Raises Kafka, Postgres and network errors."""
        async with asyncio.timeout(_SECONDS), opened(self._settings, self._topics) as topics:
            ends = await topics.ends()
        names = sorted({partition.topic for partition in ends})
        rows = await pool.fetch(_SQL["read_positions"], names)
        read = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        # Without any partition, it is not known how much there is to read.
        return bool(ends) and all(
            read.get((topic, partition), 0) >= end for (topic, partition), end in ends.items()
        )
