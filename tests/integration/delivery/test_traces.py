"""What traces are told of a batch is what has committed, each record once."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared.delivery.records import Record
from shared.delivery.take_in.take_in import Fenced, take_in
from shared.delivery.traces import Traces
from shared.process.tracing import Tracer
from tests.integration.delivery.ledger import (
    OTHER_TOPIC,
    TOPIC,
    LedgerReader,
    event,
    open_partitions,
    records,
)

A, B, C = (str(UUID(int=number)) for number in (1, 2, 3))


async def spans_of(
    pool: "asyncpg.Pool[Any]",
    reader: LedgerReader,
    *batches: list[Record],
    fenced: list[Record] | None = None,
) -> list[ReadableSpan]:
    """Take *batches* in, and one that is *fenced*; return the spans."""
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, service="routing", instance=None)
    traces = Traces(tracer, service="routing")
    for batch in batches:
        await take_in(pool, reader, batch, service="routing", traces=traces)
    if fenced is not None:
        with pytest.raises(Fenced):
            await take_in(pool, reader, fenced, service="routing", traces=traces)
    await tracer.stop()
    return list(exporter.get_finished_spans())


def told(spans: list[ReadableSpan]) -> list[tuple[str, StatusCode]]:
    """Return which subject (its correlation is the trace) came out how."""
    return [
        (str(UUID(int=span.context.trace_id)), span.status.status_code)
        for span in spans
        if span.context is not None
    ]


async def test_a_batch_that_is_halved_is_told_of_once(
    pool: "asyncpg.Pool[Any]", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    batch = records(event(A, 1), event(B, 1, "refused by postgres"), event(C, 1, "raises"))

    spans = await spans_of(pool, reader, batch)

    assert told(spans) == [(A, StatusCode.UNSET), (C, StatusCode.ERROR)]
    assert [(span.attributes or {}).get("error.type") for span in spans] == [
        None,
        "ZeroDivisionError",
    ]


async def test_a_held_record_is_told_of_when_it_is_decided(
    pool: "asyncpg.Pool[Any]", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    waiting = records(event(A, 1, f"needs:{B}:1"))
    needed = records(event(B, 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)

    before = await spans_of(pool, reader, waiting)
    after = await spans_of(pool, reader, needed)

    assert before == []
    assert told(after) == [(B, StatusCode.UNSET), (A, StatusCode.UNSET)]


async def test_what_is_rolled_back_or_repeated_is_not_told(
    pool: "asyncpg.Pool[Any]", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    first, again = records(event(A, 1)), records(event(A, 1), offset=1)

    spans = await spans_of(pool, reader, first, again, fenced=records(event(C, 1), offset=9))

    assert told(spans) == [(A, StatusCode.UNSET)]
