"""Reads the events after the dump again."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from asyncpg.pool import PoolConnectionProxy

from services.notifications.batch_state import BatchState
from services.notifications.handlers import NotificationsReader, take
from services.notifications.restore.number_notices import GapFillingNumbers, NoticeRestorer
from services.notifications.restore.published_log import read_published_log
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts import intake, notifications
from shared.contracts.outbound import TYPES
from shared.delivery.reading.positions import CannotRun
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.restore.catch_up import PublishedByCause, fold_sequences, read_published
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Closing, Reader
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SETTLED = frozenset({"gov.cri.notifications.notice_settled.v1"})
_SUBSCRIBED = frozenset(
    f"gov.cri.notifications.subscription_{what}.v1" for what in ("asked", "confirmed", "ended")
)
_SQL = load_statements("services.notifications")
OWN = OwnTopics(
    r"^cri\.(out\.[a-z][a-z0-9-]{1,40}|int\.notifications|int\.mail)\.v1$",
    {
        notifications.TOPIC: _SQL["read_published"],
        notifications.MAIL_TOPIC: _SQL["read_mail_numbers"],
    },
)


@dataclass(slots=True)
class RestoreBatch:
    """A batch, and what was already published for its events."""

    state: BatchState
    numbers: GapFillingNumbers
    published: PublishedByCause
    restorer: NoticeRestorer


class RestoreReader:
    """Decides as a live batch does, without mails, and announces only what the log lacks."""

    def __init__(
        self, clock: BusinessClock = REAL_TIME, *, with_news: bool = False, backups_days: int = 30
    ) -> None:
        self._reader = NotificationsReader(clock, with_news=with_news, backups_days=backups_days)
        self._ends: Mapping[str, int] | None = None

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: only our own services write to these topics."""

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> RestoreBatch:
        """Load the batch and what was already published for its events."""
        state = await self._reader.load(connection, items, at=at)
        event_ids = {item.message.id for item in items}
        for waiting in state.repeats.values():
            event_ids.update(json.loads(repeat.event)["id"] for repeat in waiting)
        event_ids.update(json.loads(note.event)["id"] for note in state.notes_waiting.values())
        published = await read_published(connection, event_ids)
        if self._ends is None:
            self._ends = dict(await connection.fetch(_SQL["read_announced_ends"]))
        new = [i.message.subject for i in items if type(i.message) is intake.RequestAccepted]
        state.published |= dict(await connection.fetch(_SQL["count_announced"], new))
        gaps: dict[str, list[int]] = defaultdict(list)
        for topic, number in await connection.fetch(_SQL["read_gaps"]):
            gaps[topic].append(number)
        state.settling.announced = _announced(published, _SETTLED)
        state.codes.announced = _announced_refusals(published)
        state.subscribing.announced = _announced(published, _SUBSCRIBED)
        state.numbers = numbers = GapFillingNumbers(state.numbers, gaps)
        return RestoreBatch(
            state, numbers, published, NoticeRestorer(read_published_log(published), self._ends)
        )

    def decide(self, batch: RestoreBatch, item: Item) -> Taken:
        """Decide an event as of its original time, matching what was already sent."""
        state, now = batch.state, batch.state.at
        known = batch.published.get(item.message.id)
        try:
            if known:
                state.at = known[0].at
            return take(state, item, batch.restorer.number_notices)
        finally:
            state.at = now

    async def save(self, connection: "PoolConnectionProxy[Any]", batch: RestoreBatch) -> Closing:
        contradictions = batch.restorer.contradictions
        if contradictions:
            raise CannotRun(
                "what is on the log cannot be decided again, and nothing may be decided"
                f" otherwise: {'; '.join(contradictions[:5])}"
            )
        filled = batch.numbers.filled
        if filled:
            await connection.execute(
                _SQL["fill_gaps"], [t for t, _ in filled], [number for _, number in filled]
            )
        return await self._reader.save(connection, batch.state)


def _announced(published: PublishedByCause, kinds: Collection[str]) -> set[str]:
    """Return the ids of the events that led to an event of *kinds* on the log."""
    return {
        cause
        for cause, events in published.items()
        if any(event.type in kinds for event in events)
    }


def _announced_refusals(published: PublishedByCause) -> dict[str, bool]:
    """Return, for each event that was answered, whether by a refusal."""
    return {
        cause: event.type == TYPES["message_refused"]
        for cause, events in published.items()
        for event in events
        if event.type in (TYPES["applied"], TYPES["message_refused"])
    }


class Restore:
    """
    Notifications' part of `shared.delivery.restore.catch_up`.

    Questions come last: their answers are numbered after earlier messages.
    """

    order = (
        r"cri\.int\.reference\.",
        r"cri\.int\.(intake|confidential)\.",
        r"cri\.int\.routing\.",
        r"cri\.(int\.(reporting|mail)|pub\.reports)\.",
        r"cri\.int\.answers\.",
        r"cri\.int\.texts\.",
    )

    def __init__(
        self, clock: BusinessClock = REAL_TIME, *, with_news: bool = False, backups_days: int = 30
    ) -> None:
        self.reader: Reader[Any] = RestoreReader(
            clock, with_news=with_news, backups_days=backups_days
        )

    async def fold(self, connection: Any) -> None:
        """Raise all numbers to the highest on the log or in a notice."""
        await connection.execute(_SQL["fold_gaps"])
        await fold_sequences(connection)
        await connection.execute(_SQL["fold_published"])

    async def finish(self, connection: Any) -> None:
        """Order unsent messages by number; set mails, reach and news to what the log says."""
        await connection.execute(_SQL["restore_moments"])
        await connection.execute(_SQL["order_outbox"])
        await connection.execute(_SQL["restore_mails"])
        await connection.execute(_SQL["restore_reach"])
        await connection.execute(_SQL["restore_tellings"])
        left = await connection.fetch(_SQL["read_gaps"])
        if left:
            log.error("catch_up.numbers_lost", numbers=[f"{topic} {n}" for topic, n in left[:20]])
