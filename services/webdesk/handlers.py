"""Handles one batch: notes answers, and what requesters and providers are told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.webdesk import cases, projection, reports, store
from services.webdesk.acts import Answer, answer_in, forgotten_in, parse
from services.webdesk.tellings import (
    OpenReport,
    ReportEnd,
    Sentence,
    Status,
    report_ends_in,
    report_in,
    sentence_in,
    status_in,
    text_in,
)
from services.webdesk.work.work import Work
from shared.contracts.outbound import TYPES
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.take_in.reader import Connection


@dataclass(slots=True)
class Batch:
    """
    The changes of one batch, in memory until `WebDeskReader.save` writes them.

    ``work`` holds the offers, engagements and acts of providers. Lists are in the batch's order.
    """

    work: Work
    answers: list[Answer] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    """Reference and tracking number of requests that were accepted."""
    statuses: list[Status] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    reports: list[OpenReport] = field(default_factory=list)
    report_ends: list[ReportEnd] = field(default_factory=list)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The texts of reports, by the questions that they answer."""
    forgotten: list[str] = field(default_factory=list)
    """References of requests whose contacts are forgotten."""


class WebDeskReader:
    """
    Reads what ``web-desk`` is told (see `shared.delivery.take_in.reader.Reader`).

    Stores answers, what requesters are told in words, and the offers and engagements of providers
    without a system; erases what is held of people who are forgotten. A draft is kept for the time
    *drafts_kept* after it was answered.
    """

    def __init__(self, *, drafts_kept: timedelta = store.KEPT) -> None:
        self._drafts_kept = drafts_kept

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: every record comes from notifications."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        """Lock what the batch may change: the work on its requests, and the acts it answers."""
        messages = [item.message for item in items]
        numbers = {each.data.get("tracking_number") for each in messages if each.audience}
        answered = {each.inreplytoid for each in messages if each.inreplytoid is not None}
        return Batch(await projection.load_work(connection, numbers - {None}, answered))

    def decide(self, state: Batch, item: Item) -> Taken:
        message = item.message
        if (reference := forgotten_in(message)) is not None:
            state.forgotten.append(reference)
            return Taken("applied")
        answer, sentence = answer_in(message), sentence_in(message)
        if sentence is not None:
            state.sentences.append(sentence)
        if (status := status_in(message)) is not None:
            state.statuses.append(status)
        if (report := report_in(message)) is not None:
            state.reports.append(report)
        state.report_ends.extend(report_ends_in(message))
        if (text := text_in(message)) is not None:
            state.texts[text[0]] = text[1]
        if message.type == TYPES["accepted"]:
            state.numbers.append((message.data["reference"], message.data["tracking_number"]))
        if answer is None:
            is_work = state.work.tell(message)
            return Taken("applied" if is_work or sentence is not None else "ignored")
        state.work.answer(answer.message_id, is_refused=answer.state == "refused")
        state.answers.append(answer)
        return Taken("applied")

    async def save(self, connection: "Connection[Any]", state: Batch) -> None:
        if state.answers:
            await store.record_answers(connection, state.answers, kept=self._drafts_kept)
            await projection.record_act_answers(connection, state.answers)
            await reports.record_answers(connection, state.answers)
        await projection.save_work(connection, state.work)
        if state.numbers:
            await cases.number_requests(connection, state.numbers)
        if state.statuses:
            await cases.save_statuses(connection, state.statuses)
        if state.reports:
            await reports.save_reports(connection, state.reports)
        if state.report_ends:
            await reports.end_reports(connection, state.report_ends)
        if state.texts:
            await reports.keep_texts(connection, state.texts)
        if state.sentences:
            await cases.save_told(connection, state.sentences)
        if state.forgotten:
            await store.forget(connection, state.forgotten)
