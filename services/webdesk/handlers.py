"""Handles one batch: notes the answers to what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.webdesk import store
from services.webdesk.acts import Answer, answer_in, parse
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.take_in.reader import Connection


@dataclass(slots=True)
class Batch:
    """The answers of one batch, in their order."""

    answers: list[Answer] = field(default_factory=list)


class WebDeskReader:
    """
    Reads what ``web-desk`` is told (see `shared.delivery.take_in.reader.Reader`).

    Only answers are noted. What else it is told is on no page yet.
    """

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: every record comes from notifications."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        return Batch()

    def decide(self, state: Batch, item: Item) -> Taken:
        answer = answer_in(item.message)
        if answer is None:
            return Taken("ignored")
        state.answers.append(answer)
        return Taken("applied")

    async def save(self, connection: "Connection[Any]", state: Batch) -> None:
        if state.answers:
            await store.record_answers(connection, state.answers)
