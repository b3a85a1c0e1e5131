"""Records that could not be processed, kept byte for byte with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.contracts.event import derived_id
from shared.delivery.records import Outgoing, Record
from shared.delivery.relay import outbox
from shared.delivery.take_in import parked
from shared.delivery.take_in.rows import columns_of
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")
_RESTRICTED = tuple(
    f"cri.{name}." for name in ("in", "out", "int.confidential", "int.drafts", "int.texts")
)


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A record that could not be processed; later records of ``parking_key`` wait behind it.

    ``reason`` and ``error`` name kinds of failure and never hold any of the payload.
    ``answered``: the participant was answered `not_processable`, so it is never replayed.
    """

    record: Record
    reason: str
    error: str
    parking_key: str | None = None
    answered: bool = False

    @property
    def cause(self) -> str:
        """The reason and the error in words."""
        return f"{self.reason.replace('_', ' ')}: {self.error}"


async def keep(
    connection: "PoolConnectionProxy[Any]",
    failures: Sequence[Failure],
    *,
    service: str,
    at: datetime,
) -> None:
    """Send each failed record to the dead letters, keep it for a replay, and park its key."""
    if not failures:
        return
    records = [failure.record for failure in failures]
    # Not zero if a replayed record was held, then failed when it was released.
    counts = await connection.fetch(_SQL["count_replays"], *columns_of(records)[:3])
    letters = [
        _dead_letter(failure, service=service, at=at, replays=row["replays"])
        for failure, row in zip(failures, counts, strict=True)
    ]
    await outbox.append(connection, letters)
    await connection.execute(
        _SQL["save_dead_letters"],
        *columns_of(records),
        [failure.reason for failure in failures],
        [failure.error for failure in failures],
        [failure.parking_key for failure in failures],
        at,
        [failure.answered for failure in failures],
    )
    await parked.park_keys(
        connection,
        [
            (failure.parking_key, failure.cause, failure.record)
            for failure in failures
            if failure.parking_key is not None
        ],
    )


def _dead_letter(failure: Failure, *, service: str, at: datetime, replays: int) -> Outgoing:
    """
    Return the record for the service's dead letter topic: key, value and headers untouched.

    A record from or to a participant, or with confidential contents, drafts or texts, goes to the
    restricted topic.
    """
    record = failure.record
    restricted = record.topic.startswith(_RESTRICTED)
    added = {
        "dlq.topic": record.topic,
        "dlq.partition": str(record.partition),
        "dlq.offset": str(record.offset),
        "dlq.reason": failure.reason,
        "dlq.error": failure.error,
        "dlq.first-failed-at": at.isoformat(),
        "dlq.replays": str(replays),
    }
    return Outgoing(
        event_id=derived_id(record.coordinate, "dead", service, replays),
        topic=f"cri.dlq.{service}.restricted.v1" if restricted else f"cri.dlq.{service}.v1",
        key=record.key,
        value=record.value,
        headers=(*record.headers, *((name, text.encode()) for name, text in added.items())),
    )
