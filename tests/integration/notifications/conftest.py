"""A database of notifications, and topics to take in from in any order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg
import pytest

from services.notifications.handlers import NotificationsReader
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Event
from shared.delivery.records import Outcome, Record
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import DECISION, PROVIDER, Log, made, opened, state
from tests.examples.outboxes import events_in

Pool: TypeAlias = "asyncpg.Pool[Any]"
TOPICS = (
    intake.TOPIC,
    intake.ANSWERS_TOPIC,
    intake.CONFIDENTIAL_TOPIC,
    routing.TOPIC,
    reference.TOPIC,
    reporting.TOPIC,
    reporting.TEXTS_TOPIC,
    notifications.MAIL_TOPIC,
    reporting.RELEASES_TOPIC,
)


@dataclass
class World:
    """The service's side of the topics: what it is given, and what it wrote."""

    pool: "Pool"
    log: Log = field(default_factory=Log)
    reader: NotificationsReader = field(default_factory=NotificationsReader)

    async def take_in(self, *events: Event) -> dict[Outcome, int]:
        """Take *events* in as one batch, each from its producer's topic; return the outcomes."""
        records = [self.log.record(topic_of(event), event) for event in events]
        return await self.take_in_records(records)

    async def take_in_records(self, records: Sequence[Record]) -> dict[Outcome, int]:
        """Take *records* in; return the outcomes."""
        counts: dict[Outcome, int] = {}
        left = records
        while left:  # a batch has a limited processor time
            result = await take_in(self.pool, self.reader, left, service="notifications")
            for outcomes in result.outcomes.values():
                for outcome, count in outcomes.items():
                    counts[outcome] = counts.get(outcome, 0) + count
            left = result.left(left)
        return counts

    async def out(self, participant: str) -> list[dict[str, Any]]:
        """Return the participant's messages in order."""
        return await self.topic(f"cri.out.{participant}.v1")

    async def topic(self, topic: str) -> list[dict[str, Any]]:
        return await events_in(self.pool, topic)

    async def notices(self) -> list[dict[str, Any]]:
        return await self.topic(notifications.TOPIC)

    async def count(self, table: str) -> int:
        counted: int = await self.pool.fetchval(f"SELECT count(*) FROM {table}")
        return counted


def topic_of(event: Event) -> str:
    """Return the topic on which its producer publishes *event*."""
    _, _, producer, name, _ = event.type.split(".")
    if producer == "notifications":
        return notifications.MAIL_TOPIC
    if name in ("report_told", "return_reason_told"):
        return reporting.TEXTS_TOPIC
    if producer == "reporting":
        internal = name.startswith(
            (
                *("message_", "fact_check_", "reply_asked", "publication_late", "report_read"),
                *("report_status_changed", "recommendation_changed"),
            )
        )
        return reporting.TOPIC if internal else reporting.RELEASES_TOPIC
    if producer == "routing":
        return routing.TOPIC
    if name in ("submission_refused", "answer_repeated", "status_asked", "case_file_asked"):
        return intake.ANSWERS_TOPIC
    if name in (
        "contact_set", "preference_set", "code_asked", "need_stated", "note_stated",
        "notice_settle_directed", "subscription_ask_received", "subscription_confirm_received",
        "subscription_set_received", "subscription_end_received",
    ):  # fmt: skip
        return intake.CONFIDENTIAL_TOPIC
    if event.subject == reference.SUBJECT:
        return reference.TOPIC
    return intake.TOPIC


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """Return the types of *messages*, short."""
    return [message["type"].removeprefix("gov.cri.").removesuffix(".v1") for message in messages]


def numbers(messages: list[dict[str, Any]], name: str = "participantsequence") -> list[int]:
    return [int(message[name]) for message in messages]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=2, max_size=4, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        yield World(pool)


@pytest.fixture
def mailing(world: World) -> World:
    """The same with mail."""
    world.reader = NotificationsReader(with_mail=True)
    return world


def history(log: Log) -> list[Event]:
    """Return the life of a request up to its engagement, in order."""
    return [
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        log.accepted(reference_version=1),
        log.need(),
        log.contact(),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed("offer_made", made()),
        log.routed("engagement_opened", opened(need_stated=True)),
    ]
