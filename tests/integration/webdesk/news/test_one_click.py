"""A mail program ends a subscription by one click, without a page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from services.webdesk import store
from services.webdesk.acts import IN_TOPIC
from services.webdesk.site.visits import Site
from tests.integration.delivery.consumers import until
from tests.integration.delivery.test_relay import empty, relay
from tests.integration.settings import service_settings
from tests.integration.webdesk.conftest import Time
from tests.integration.webdesk.news.subscribing import (
    END,
    LINKS,
    ONE_CLICK,
    SUBSCRIPTION,
    click,
    messages,
)

Pool = asyncpg.Pool


async def test_e26_one_click_ends_that_kind_without_a_cookie_a_page_or_a_redirect(
    app: Any, time: Time, pool: "Pool[Any]", site: Site
) -> None:
    answered = await click(app, time, END)

    assert (answered.status_code, answered.content) == (200, b"")
    assert await messages(pool) == [
        (
            "gov.cri.subscription.end.v1",
            {"subscription_id": SUBSCRIPTION, "kinds": ["monthly_update"], "by": "one_click"},
        )
    ]
    assert site.relay_wake.is_set()


async def test_e26_mail_programs_may_send_it_as_multipart(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    parts = {"List-Unsubscribe": (None, "One-Click")}

    assert (await click(app, time, END, files=parts)).status_code == 200
    assert len(await messages(pool)) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": {"List-Unsubscribe": "no"}}, 400),
        ({"data": {"other": "One-Click"}}, 400),
        ({"files": {"List-Unsubscribe": (None, "no")}}, 400),
        ({"json": ONE_CLICK}, 400),
        ({"content": b"\xff\xfe", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b""}, 400),
        ({"data": {"List-Unsubscribe": "One-Click", "more": "x" * 5000}}, 413),
    ],
)
async def test_e26_anything_else_that_is_posted_ends_nothing(
    app: Any, time: Time, pool: "Pool[Any]", body: Any, status: int
) -> None:
    assert (await click(app, time, END, **body)).status_code == status
    assert await messages(pool) == []


async def test_e26_one_click_works_for_ever_and_again(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    time.pass_seconds(10 * 365 * 86_400)

    statuses = [(await click(app, time, END)).status_code for _ in range(2)]

    assert statuses == [200, 200]
    ids = {json.loads(r["value"])["id"] for r in await pool.fetch("SELECT value FROM outbox")}
    assert len(ids) == 2


async def test_a_link_that_is_used_without_end_is_limited(
    app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    statuses = [(await click(app, time, END)).status_code for _ in range(store.OF_LINK + 1)]
    other = await click(app, time, LINKS.end(SUBSCRIPTION[:-1] + "6", "monthly_update"))

    assert statuses == [200] * store.OF_LINK + [429]
    assert other.status_code == 200
    await pool.execute("UPDATE link_uses SET used_at = used_at - interval '1 hour'")
    assert (await click(app, time, END)).status_code == 200


async def test_e27_a_click_is_answered_and_kept_while_kafka_is_away_and_sent_once(
    stack: Stack, app: Any, time: Time, pool: "Pool[Any]"
) -> None:
    database = await pool.fetchval("SELECT current_database()")
    there = service_settings(stack, stack.kafka_login(ADMIN), database=database)
    away = there.model_copy(update={"kafka_servers": ["127.0.0.1:1"]})

    async def has_failed() -> bool:
        return "relay.failed" in str(logged)

    with capture_logs() as logged:
        async with relay(away):
            answered = await click(app, time, END)
            await until(has_failed)
    assert answered.status_code == 200
    ((kind, data),) = await messages(pool)
    assert (kind, data["by"]) == ("gov.cri.subscription.end.v1", "one_click")
    kept = await pool.fetchval("SELECT value FROM outbox")

    async with topic_reader(stack) as log, relay(there):
        await until(lambda: empty(pool))
        record = await asyncio.wait_for(log.getone(), timeout=30)
        assert record.value == kept
        assert await log.getmany(timeout_ms=500) == {}


@asynccontextmanager
async def topic_reader(stack: Stack) -> AsyncIterator[AIOKafkaConsumer]:
    """Read what is written to the desk's topic from now on."""
    user, password = stack.kafka_login(ADMIN)
    partition = TopicPartition(IN_TOPIC, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.kafka.servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user,
        sasl_plain_password=password,
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        await consumer.position(partition)
        yield consumer
    finally:
        await consumer.stop()
