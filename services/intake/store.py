"""Intake's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake.batch_state import BatchState, FirstRecord, Request, Subject
from services.intake.list_limits import ListKey, ListUse, list_key
from services.intake.message import Message, tracking_number_of
from shared.contracts.inbound import Amendment, Submission
from shared.delivery.take_in.reader import Closing
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    What was stored before a batch; requests are locked until its transaction ends.

    ``needs`` holds the `NeedFacts` of amended requests as JSON; ``by_id`` and ``by_reference`` the
    records that messages of the batch may repeat; ``numbers`` the last number of each subject that
    has one; ``unused_counters`` reserved counters of tracking numbers, the smallest last;
    ``version`` is the catalog's.
    """

    requests: dict[str, Request] = field(default_factory=dict)
    needs: dict[str, bytes] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    by_id: dict[tuple[str, str, str], FirstRecord] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], FirstRecord] = field(default_factory=dict)
    unused_counters: list[int] = field(default_factory=list)
    list_uses: dict[ListKey, ListUse] = field(default_factory=dict)
    version: int = 0


async def load_batch(
    connection: "PoolConnectionProxy[Any]",
    messages: Sequence[Message] = (),
    *,
    requests: Collection[str],
    shared: Collection[Subject] = (),
    guarded: Collection[Subject] = (),
) -> Loaded:
    """
    Return what was stored before *messages*, in one round trip.

    Existing *requests* and the numbers of *shared* subjects are locked; those of *guarded*
    subjects need no lock of their own.
    """
    whole = [message for message in messages if not message.reasons]
    submitted = [message for message in whole if isinstance(message.data, Submission)]
    amendments = [message for message in whole if isinstance(message.data, Amendment)]
    lists = {key for message in whole if (key := list_key(message))}
    row = await connection.fetchrow(
        _SQL["load_batch"],
        list(requests),
        [number for message in amendments if (number := tracking_number_of(message))],
        [topic for topic, _ in shared],
        [subject for _, subject in shared],
        [topic for topic, _ in guarded],
        [subject for _, subject in guarded],
        [message.sender for message in whole],
        [message.source for message in whole],
        [message.id for message in whole],
        [message.participant for message in submitted],
        [message.reference for message in submitted],
        [participant for participant, _ in lists],
        [about for _, about in lists],
    )
    assert row is not None
    return Loaded(
        requests={found["tracking_number"]: Request(*found) for found in row["o_requests"] or ()},
        needs=dict(row["o_needs"] or ()),
        numbers={(topic, subject): last for topic, subject, last in row["o_numbers"] or ()},
        by_id={
            (participant, source, identity): FirstRecord(*first)
            for participant, source, identity, *first in row["o_messages"] or ()
        },
        by_reference={
            (participant, reference): FirstRecord(*first)
            for participant, reference, *first in row["o_references"] or ()
        },
        unused_counters=sorted(row["o_counters"] or (), reverse=True),
        list_uses={
            (participant, about): ListUse(since, pages)
            for participant, about, since, pages in row["o_list_uses"] or ()
        },
        version=row["o_version"],
    )


def save_batch(
    batch: BatchState, *, numbers: Mapping[Subject, int], list_uses: Mapping[ListKey, ListUse]
) -> Closing:
    """Return the statement that writes *batch*, and the changed *numbers* and *list_uses*."""
    new = batch.submissions
    parameters = (
        [batch.requests[number] for number in new],
        [
            (number, message.reference, message.content, message.coordinate)
            for number, message in new.items()
        ],
        [batch.requests[number] for number in batch.changed_requests - new.keys()],
        [(number, batch.needs[number]) for number in batch.changed_needs],
        [(m.sender, m.source, m.id, m.content, original) for m, original in batch.new_ids],
        [(*subject, last) for subject, last in numbers.items()],
        [(*key, use.since, use.pages) for key, use in list_uses.items()],
        list(batch.ended_at),
        list(batch.ended_at.values()),
    )
    return Closing(_SQL["save_batch"], parameters) if any(parameters) else Closing()


async def count_requests(connection: "PoolConnectionProxy[Any]") -> int:
    """Return the number of requests."""
    count: int = await connection.fetchval(_SQL["count_requests"])
    return count
