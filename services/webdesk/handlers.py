"""Handles one batch: notes the answers to what was sent, and what requesters are told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.webdesk import cases, store
from services.webdesk.acts import Answer, answer_in, parse
from services.webdesk.tellings import Sentence, Status, sentence_in, status_in
from shared.contracts.outbound import TYPES
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.take_in.reader import Connection


@dataclass(slots=True)
class Batch:
    """The answers of one batch, and what it tells requesters, in their order."""

    answers: list[Answer] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    """Reference and tracking number of requests that were accepted."""
    statuses: list[Status] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


class WebDeskReader:
    """
    Reads what ``web-desk`` is told (see `shared.delivery.take_in.reader.Reader`).

    Answers are noted, and what requesters are told of their requests in words.
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
        message = item.message
        answer, sentence = answer_in(message), sentence_in(message)
        if sentence is not None:
            state.sentences.append(sentence)
        if (status := status_in(message)) is not None:
            state.statuses.append(status)
        if message.type == TYPES["accepted"]:
            state.numbers.append((message.data["reference"], message.data["tracking_number"]))
        if answer is None:
            return Taken("ignored" if sentence is None else "applied")
        state.answers.append(answer)
        return Taken("applied")

    async def save(self, connection: "Connection[Any]", state: Batch) -> None:
        if state.answers:
            await store.record_answers(connection, state.answers)
        if state.numbers:
            await cases.number_requests(connection, state.numbers)
        if state.statuses:
            await cases.save_statuses(connection, state.statuses)
        if state.sentences:
            await cases.save_told(connection, state.sentences)
