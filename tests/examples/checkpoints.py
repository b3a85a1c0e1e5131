"""Checkpoints of a service that has read nothing yet."""

from collections.abc import Iterable
from typing import Any


async def open_checkpoints(pool: Any, topics: Iterable[str], *, partitions: int = 1) -> None:
    """Have the service begin at the first record of each of *topics*."""
    await pool.execute(
        "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)"
        " SELECT topic, partition, 'c', 0, 0"
        " FROM unnest($1::text[]) AS topic, generate_series(0, $2::integer - 1) AS partition",
        list(topics),
        partitions,
    )
