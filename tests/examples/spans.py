"""Spans of batches with given outcomes, and of given outbox rows."""

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.intake.message import Message
from shared.contracts.event import derived_id, request_id
from shared.contracts.routing import MessageApplied
from shared.delivery.records import Item, Outgoing, Record, Taken
from shared.delivery.traces import Moment, Places, RecordingReader, Traces, now
from shared.process.tracing import Tracer
from tests.examples.inbound import AGENCY, AT, event, record, submission
from tests.examples.intake import Intake

SENT_CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WORDS = "Jane Doe of Los Angeles asks"
CORRELATION = request_id("cri.in.ca-post.v1/0/7", AT)


class Deciding:
    """Returns or raises the given outcomes in order."""

    def __init__(self, *taken: Taken | Exception) -> None:
        self._taken = list(taken)

    def decide(self, state: Any, item: Item) -> Taken:
        taken = self._taken.pop(0)
        if isinstance(taken, Exception):
            raise taken
        return taken


async def spans_of(
    *decided: tuple[Item, Taken | Exception],
    rows: dict[int, dict[str, Any]] | None = None,
    service: str = "intake",
    share: float = 1.0,
    began: Moment | None = None,
    places: Places | None = None,
) -> list[ReadableSpan]:
    """
    Return the spans of a batch in which items were *decided* so, and of *rows* sent.

    By default it *began* now, and the rows have arbitrary *places*.
    """
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, service=service, instance=None, share=share)
    traces = Traces(tracer, service=service)
    reader: Any = Deciding(*(taken for _, taken in decided))
    recording = RecordingReader(reader)
    for item, taken in decided:
        if isinstance(taken, Exception):
            with pytest.raises(type(taken)):
                recording.decide(None, item)
        else:
            recording.decide(None, item)
    traces.taken_in(recording, began=began or now())
    every = [{"id": number, **row} for number, row in (rows or {}).items()]
    traces.sent(every, places or {number: (0, 40 + number) for number in rows or {}}, began=now())
    await tracer.stop()
    return list(exporter.get_finished_spans())


def applied(**changes: Any) -> MessageApplied:
    """Return an event of routing's."""
    return MessageApplied.model_validate(
        {
            "id": derived_id("a cause", "applied", "x"),
            "source": "urn:cri:continuum:routing",
            "type": "gov.cri.routing.message_applied.v1",
            "subject": "CRI-2026-000042-K",
            "time": AT,
            "correlationid": CORRELATION,
            "causationid": derived_id("a cause", "accepted", "x"),
            "sequence": "1",
            "data": {"participant": AGENCY, "what": "request.withdraw", "about": WORDS},
            **changes,
        }
    )


def item_of(message: Any, *, topic: str = "cri.int.routing.v1", offset: int = 3) -> Item:
    return Item(Record(topic, 2, offset, b"key", b"{}", (), AT), message, "key")


def row_of(message: Outgoing) -> dict[str, Any]:
    return {
        "event_id": message.event_id,
        "topic": message.topic,
        "value": message.value,
        **message.summary._asdict(),
    }


def submitted(**changes: Any) -> tuple[Item, Taken]:
    """Return a submission as intake reads and answers it."""
    source = record(event("request.submit", submission(), **changes), offset=7)
    message = Message(
        source.coordinate, AGENCY, AT, kind="gov.cri.request.submit.v1",
        traceparent=changes.get("traceparent"),
    )  # fmt: skip
    published = Intake(offset=7).process(source).published
    messages = tuple(
        Outgoing(p.id, p.topic, p.key.encode(), p.value, summary=p.summary) for p in published
    )
    return Item(source, message, "ca-post/CA-2026-0042"), Taken("applied", messages)
