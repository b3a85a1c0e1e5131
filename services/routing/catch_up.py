"""What routing has published, as its tables count it."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.messaging.own_log import OwnTopics
from shared.messaging.sequences import Subject
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def last_numbers(connection: Any, subjects: Sequence[Subject]) -> Mapping[Subject, int]:
    """Return the last number that the tables know of each of *subjects*."""
    rows = await connection.fetch(
        _SQL["read_last_numbers"],
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
    )
    return {(row["topic"], row["subject"]): row["last"] for row in rows}


OWN = OwnTopics(r"^cri\.int\.routing\.v1$", last_numbers)
