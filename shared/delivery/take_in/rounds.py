"""The rounds of one transaction: records that a round releases are taken in by the next."""

import copy
import time
from collections.abc import Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Record
from shared.delivery.take_in import held
from shared.delivery.take_in.budget import TooSlow
from shared.delivery.take_in.checkpoints import Steps
from shared.delivery.take_in.gates import Parsed, Round
from shared.delivery.take_in.one_round import (
    DATA_ERRORS,
    parse,
    sqlstate,
    take_in_round,
    write_dead_letter,
)
from shared.delivery.take_in.reader import Reader

SLOW_TRIES = 3
RELEASED_AT_ONCE = 500
"""Most released records that are loaded for one round; `settle_round_2` releases no more."""
RELEASE_SECONDS = 2.0
"""
How long a transaction takes in released records; those left are held again, for `LeftOver`.

Postgres ends a transaction after 20 seconds, which would roll back the event that releases, too.
"""


class ReleasedFailed(Exception):
    """A record that the batch released is too slow, or Postgres refuses its data."""


async def take_in_rounds(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    parsed: Sequence[Parsed],
    steps: Steps,
    *,
    service: str,
    opened: Round | None = None,
    isolate: bool = False,
) -> int:
    """
    Take in *parsed*, then the records it released; return how many messages were appended.

    *opened* is the first round of a batch, from `open_batch`. If deciding takes too long, records
    of a batch are cut off, and *steps* holds the offsets it reached. With *isolate*, a released
    record that cannot be taken in becomes a dead letter; without, `ReleasedFailed` is raised.
    """
    steps.counted.clear()  # an attempt before this one may have been rolled back
    appended, released = await take_in_round(
        connection, reader, parsed, steps, service=service, opened=opened
    )
    return appended + await take_in_released(
        connection, reader, released, steps, service=service, isolate=isolate
    )


async def take_in_released(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    released: Sequence[Record],
    steps: Steps,
    *,
    service: str,
    isolate: bool,
    is_one_round: bool = False,
) -> int:
    """
    Take in *released* records, and those that they release, in rounds of bounded size.

    After `RELEASE_SECONDS`, or with *is_one_round* after the first round, those that are left are
    held again, and `LeftOver` takes them in.
    """
    until = time.monotonic() + (0.0 if is_one_round else RELEASE_SECONDS)
    appended, left = 0, list(released)
    while left:
        now, left = left[:RELEASED_AT_ONCE], left[RELEASED_AT_ONCE:]
        if isolate:
            more, further = await _isolate(
                connection, reader, now, steps, service=service, until=until
            )
        else:
            try:
                more, further = await _release(connection, reader, now, steps, service=service)
            except (TooSlow, *DATA_ERRORS) as error:
                raise ReleasedFailed from error
        appended += more
        left = further + left
        if left and time.monotonic() >= until:
            put_back, left = await held.put_back(connection, left)
            for record in put_back:
                steps.note(record, "held")
    return appended


async def _release(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    steps: Steps,
    *,
    service: str,
) -> tuple[int, list[Record]]:
    # A prefix of *records*: only participants' partitions are cut off before the others, and
    # their records are never held or parked.
    parsed = parse(reader, records)
    appended, released = await take_in_round(connection, reader, parsed, steps, service=service)
    return appended, [*released, *records[len(parsed) :]]


async def _isolate(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    steps: Steps,
    *,
    service: str,
    until: float,
    tries: int = 1,
) -> tuple[int, list[Record]]:
    """
    Take in *records* behind a savepoint; on a failure divide them and try the parts.

    A record that fails alone, for the third time if it is too slow, becomes a dead letter. Once
    the time *until* is over, parts after the first are returned with the records to go on with.
    """
    before = copy.deepcopy(steps)
    try:
        async with connection.transaction():
            return await _release(connection, reader, records, steps, service=service)
    except TooSlow as slow:
        reason, error = "too_slow", TooSlow.__name__
        place = next(n for n, record in enumerate(records) if record is slow.record)
        parts = [records[:place], records[place : place + 1], records[place + 1 :]]
        is_final = len(records) == 1 and tries == SLOW_TRIES
    except DATA_ERRORS as failure:
        reason, error = "refused_by_postgres", sqlstate(failure)
        parts = [records[: len(records) // 2], records[len(records) // 2 :]]
        is_final = len(records) == 1
    steps.restore(before)
    if is_final:
        return await write_dead_letter(
            connection, reader, records[0], steps, service=service, reason=reason, error=error
        ), []
    appended, released = 0, list[Record]()
    parts = [part for part in parts if part]
    for part in parts:
        if part is not parts[0] and time.monotonic() >= until:
            released += part
            continue
        more, further = await _isolate(
            connection, reader, part, steps,
            service=service, until=until, tries=tries + 1 if len(records) == 1 else 1,
        )  # fmt: skip
        appended += more
        released += further
    return appended, released
