"""The outbox keeps what logs and traces show of a message beside its JSON."""

import asyncio
import json
from contextlib import suppress
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from shared.contracts.routing import MessageApplied
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.relay.relay import Relay
from shared.delivery.take_in.take_in import take_in
from shared.delivery.traces import Traces
from shared.postgres.copying import FEW
from shared.process.settings import ServiceSettings
from shared.process.tracing import Tracer
from tests.examples.outboxes import outbox_of
from tests.integration.delivery.consumers import until
from tests.integration.delivery.ledger import TOPIC, LedgerReader, event, open_partitions, records
from tests.integration.delivery.test_relay import append, empty

Pool: TypeAlias = "asyncpg.Pool[Any]"
A, B = (str(UUID(int=number)) for number in (1, 2))
# As they stand in 0.2.0, whose processes run on this schema while they are replaced.
APPENDED_BY_0_2_0 = """
INSERT INTO outbox (event_id, topic, key, value, headers)
SELECT event_id, topic, key, value, headers
  FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) WITH ORDINALITY
       AS message (event_id, topic, key, value, headers, place)
 ORDER BY place
"""
ADVANCED_BY_0_2_0 = """
WITH sent AS (
    DELETE FROM outbox
     WHERE id = ANY ($1::bigint[]))
SELECT id, event_id, topic, key, value, headers
  FROM outbox
 WHERE id <> ALL ($1::bigint[])
 ORDER BY id
 LIMIT $2::integer
"""
SET_ASIDE_BY_0_2_0 = """
WITH taken AS (
    DELETE FROM outbox
     WHERE id = $1
    RETURNING id, event_id, topic, key, value, headers
)
INSERT INTO set_aside (id, event_id, topic, key, value, headers, reason)
SELECT id, event_id, topic, key, value, headers, $2
  FROM taken
"""


def message(subject: str, number: int, *, reordered: bool = False) -> Outgoing:
    """Return an event about *subject*; with its attributes in another order, if told so."""
    said = MessageApplied.model_validate_json(event(subject, number))
    made = outbox.outgoing(TOPIC, said, key=subject)
    made = made._replace(event_id=str(uuid4()))
    if not reordered:
        return made
    value = json.dumps(json.loads(made.value or b""), sort_keys=True, separators=(",", ":"))
    return made._replace(value=value.encode())


def columns(*messages: Outgoing) -> list[list[Any]]:
    """Return *messages* as 0.2.0 writes them."""
    return [list(column) for column in zip(*((*each[:4], b"") for each in messages), strict=True)]


async def relayed(pool: Pool, settings: ServiceSettings) -> tuple[list[ReadableSpan], list[str]]:
    """Send all that waits; return the spans, and what the log says was sent."""
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, service="routing", instance=None)
    relay = Relay(
        settings,
        service="routing",
        wake=asyncio.Event(),
        traces=Traces(tracer, service="routing"),
    )
    with capture_logs() as logs:
        running = asyncio.create_task(relay.run())
        try:
            await until(lambda: empty(pool))
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    await tracer.stop()
    sent = [line for log in logs if log["event"] == "messages.sent" for line in log["messages"]]
    return list(exporter.get_finished_spans()), sent


def traces(spans: list[ReadableSpan]) -> list[str]:
    return [str(UUID(int=span.context.trace_id)) for span in spans if span.context is not None]


async def test_a_batch_fills_the_columns_but_those_of_a_dead_letter(
    pool: Pool, reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)

    await take_in(pool, reader, records(event(A, 1), event(B, 1, "raises")), service="routing")

    assert {row["topic"]: row["type"] for row in await outbox_of(pool)} == {
        TOPIC: "gov.cri.routing.message_applied.v1",
        "cri.dlq.routing.v1": None,
    }


async def test_many_messages_fill_the_columns_as_few_do(pool: Pool, reader: LedgerReader) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(*(event(A, number) for number in range(1, FEW + 2)))

    await take_in(pool, reader, batch, service="routing")

    rows = await outbox_of(pool)
    assert len(rows) == len(batch)
    assert {row["correlation"] for row in rows} == {A}


async def test_the_order_of_attributes_ends_no_trace(
    pool: Pool, settings: ServiceSettings
) -> None:
    await append(pool, message(A, 1), message(A, 2, reordered=True))

    spans, sent = await relayed(pool, settings)

    assert traces(spans) == [A, A]
    assert sent == [f"{TOPIC} routing.message_applied.v1"] * 2


async def test_what_0_2_0_appended_is_sent_logged_and_traced(
    pool: Pool, settings: ServiceSettings
) -> None:
    await pool.execute(APPENDED_BY_0_2_0, *columns(message(A, 1), message(B, 1, reordered=True)))

    spans, sent = await relayed(pool, settings)

    assert sorted(traces(spans)) == [A, B]
    assert sent == [f"{TOPIC} routing.message_applied.v1"] * 2


async def test_a_process_of_0_2_0_sends_and_sets_aside_what_today_s_appends(pool: Pool) -> None:
    await append(pool, message(A, 1), message(B, 1), message(B, 2))

    first, second, third = await pool.fetch(ADVANCED_BY_0_2_0, [], 10)
    (left, _) = await pool.fetch(ADVANCED_BY_0_2_0, [first["id"]], 10)
    await pool.execute(SET_ASIDE_BY_0_2_0, second["id"], "MessageSizeTooLargeError")

    assert left["id"] == second["id"]
    assert [row["id"] for row in await outbox_of(pool)] == [third["id"]]
    assert await pool.fetchval("SELECT value FROM set_aside") == second["value"]
