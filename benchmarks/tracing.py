"""``python -m benchmarks.tracing``: the cost of traces per message, switched on and off."""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared.contracts.envelope import summary_of
from shared.contracts.event import derived_id, padded, request_id
from shared.contracts.routing import AppliedFacts, MessageApplied
from shared.delivery.records import Item, Record, Taken
from shared.delivery.traces import Places, RecordingReader, Traces, now
from shared.process.tracing import QUEUE_SPANS, Tracer

_TOPIC = "cri.int.routing.v1"
_MESSAGES = 10_000
_AT_ONCE = 500
_LIMIT = 41.0
"""Microseconds in the service's event loop: FastStream's own middleware takes 41 to 74."""
assert 2 * _MESSAGES <= QUEUE_SPANS, "a full queue drops spans, and dropping costs less"


class _Encoding(SpanExporter):
    """Encodes spans as for a collector, and discards them."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None: ...


def main() -> int:
    """Print the processor time per message; return 1 if the event loop's exceeds the limit."""
    items, rows, places = _messages()
    off = min(_untraced(items) for _ in range(5))
    on, beside = min(_traced(items, rows, places, share=1.0) for _ in range(5))
    few, _ = min(_traced(items, rows, places, share=0.01) for _ in range(5))
    print(
        f"traces: off {off:.2f} µs, on {on:.1f} µs a message taken in or sent, and {beside:.0f} µs"
        f" in the background; {few:.1f} µs when one in a hundred is kept"
        f" (limit {_LIMIT:.0f} µs when on)"
    )
    return 0 if on < _LIMIT else 1


def _messages() -> tuple[list[Item], list[dict[str, Any]], Places]:
    """Return messages as parsed items, as outbox rows, and their places."""
    at = datetime.now(UTC)
    facts = AppliedFacts(participant="ca-post", what="request.withdraw", about="a request")
    items, rows = [], []
    for number in range(_MESSAGES):
        cause = f"cri.in.ca-post.v1/0/{number}"
        event = MessageApplied(
            id=derived_id(cause, "applied", "x"),
            source="urn:cri:continuum:routing",
            type="gov.cri.routing.message_applied.v1",
            subject="CRI-2026-000042-K",
            time=at,
            correlationid=request_id(cause, at),
            causationid=derived_id(cause, "withdrawn", "x"),
            sequence=padded(number + 1),
            data=facts,
        )
        items.append(Item(Record(_TOPIC, 0, number, b"", b"", (), at), event, event.subject))
        row = {"id": number, "event_id": event.id, "topic": _TOPIC, "value": event.encode()}
        rows.append(row | summary_of(event)._asdict())
    return items, rows, {number: (0, number) for number in range(_MESSAGES)}


def _reader() -> Any:
    taken = Taken("applied")
    return SimpleNamespace(decide=lambda state, item: taken)


def _untraced(items: Sequence[Item]) -> float:
    """Return the microseconds per message that switched-off traces cost relay and batch."""
    traces: Traces | None = None
    began = time.thread_time()
    for _ in range(0, len(items), _AT_ONCE):
        places: Places | None = None if traces is None else {}
        now()
        if traces is not None and places:
            traces.sent((), places, began=now())
    return (time.thread_time() - began) / (2 * len(items)) * 1e6


def _traced(
    items: Sequence[Item], rows: Sequence[Any], places: Places, *, share: float
) -> tuple[float, float]:
    """Return the microseconds per message in this thread, and in the exporting thread."""
    tracer = Tracer(_Encoding(), service="routing", instance="routing-0", share=share)
    traces = Traces(tracer, service="routing")
    taken = Taken("applied")
    reader: Any = SimpleNamespace(decide=lambda state, item: taken)
    whole, own = time.process_time(), time.thread_time()
    for start in range(0, len(items), _AT_ONCE):
        recording, began = RecordingReader(reader), now()
        for item in items[start : start + _AT_ONCE]:
            recording.decide(None, item)
        traces.taken_in(recording, began=began)
        traces.sent(rows[start : start + _AT_ONCE], places, began=began)
    own = time.thread_time() - own
    asyncio.run(tracer.stop())
    whole = time.process_time() - whole
    messages = 2 * len(items)
    return own / messages * 1e6, (whole - own) / messages * 1e6


if __name__ == "__main__":
    sys.exit(main())
