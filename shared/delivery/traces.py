"""Trace spans of messages: one for each decided record, one for each sent message."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from shared.contracts.event import Event
from shared.contracts.tracking import is_tracking_number, names_request
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay.outbox import DEAD_LETTERS, read_summary
from shared.delivery.span_ids import (
    context_of,
    is_event_id,
    processing_of,
    span_of,
    trace_alone,
    trace_of,
)
from shared.delivery.take_in.reader import Closing, Reader
from shared.process.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.process.tracing import Tracer

Places = dict[int, tuple[int, int]]
"""Partition and offset of each row of the outbox that Kafka has acknowledged."""
_HEARTBEAT = "gov.cri.heartbeat.v1"


class Moment(NamedTuple):
    """A time by the wall clock and by the monotonic clock (nanoseconds)."""

    wall: int
    steady: int


def now() -> Moment:
    """Return the present time by both clocks."""
    return Moment(time.time_ns(), time.monotonic_ns())


class RecordingReader:
    """A reader that remembers its decisions and failures until the batch commits."""

    def __init__(self, reader: Reader[Any]) -> None:
        self._reader = reader
        self.decided: list[tuple[Item, Taken | None, str | None]] = []

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> Any:
        return await self._reader.load(connection, items, at=at)

    def decide(self, state: Any, item: Item) -> Taken:
        try:
            taken = self._reader.decide(state, item)
        except Exception as error:
            self.decided.append((item, None, type(error).__name__))
            raise
        self.decided.append((item, taken, None))
        return taken

    async def save(self, connection: "PoolConnectionProxy[Any]", state: Any) -> Closing | None:
        return await self._reader.save(connection, state)

    def unprocessable(self, record: Record) -> Item | None:
        return self._reader.unprocessable(record)


class Traces:
    """
    Emits a span for each record that a service decided and each message that it sent.

    All ids are computed from fields that messages have anyway, so messages carry no trace
    context: the trace is the correlation id, a message's span is the beginning of its id, and its
    parent is the span of its cause: the message that led to it, or intake's processing of a
    participant's record.
    """

    def __init__(self, tracer: "Tracer", *, service: str) -> None:
        self._tracer = tracer
        self._service = service

    def taken_in(self, recording: RecordingReader, *, began: Moment) -> None:
        """Emit a span for each decided record of a committed batch."""
        ended = _end(began)
        for item, taken, error in recording.decided:
            self._processed(item, taken, error, began=began.wall, ended=ended)

    def sent(self, rows: Sequence[Any], places: Places, *, began: Moment) -> None:
        """Emit a span, from send to acknowledgement, for each row with an entry in *places*."""
        ended = _end(began)
        for row in rows:
            place = places.get(row["id"])
            if place is not None and not row["topic"].startswith(DEAD_LETTERS):
                self._sent(row, place, began=began.wall, ended=ended)

    async def stop(self) -> None:
        await self._tracer.stop()

    def _processed(
        self, item: Item, taken: Taken | None, error: str | None, *, began: int, ended: int
    ) -> None:
        trace = _trace_of(item, taken, failed=error is not None)
        if trace is None or not self._tracer.keeps(trace):
            return
        record, message = item.record, item.message
        about: dict[str, str | int] = {"messaging.consumer.group.name": self._service}
        if isinstance(message, Event):
            cause, parent, link = message.id, span_of(message.id), None
            about |= {"cloudevents.event_id": message.id, "cloudevents.event_type": message.type}
            subject = message.subject if is_tracking_number(message.subject) else None
        else:
            cause, parent = record.coordinate, None
            link = context_of(getattr(message, "traceparent", None))
            if (kind := getattr(message, "kind", None)) is not None:
                about["cloudevents.event_type"] = kind
            subject = _subject_of(taken)
        if subject is not None:
            about["cloudevents.event_subject"] = subject
        if taken is not None:
            about["cri.outcome"] = taken.outcome
        if error is not None:
            about["error.type"] = error
        self._tracer.emit(
            f"process {template_of(record.topic)}",
            trace=trace,
            span=processing_of(cause, self._service),
            parent=parent,
            link=link,
            sent=False,
            attributes=_of_kafka("process", record.topic, record.partition, record.offset) | about,
            began=began,
            ended=ended,
            failed=error is not None,
        )

    def _sent(self, row: Any, place: tuple[int, int], *, began: int, ended: int) -> None:
        kind, subject, correlation, cause, _ = read_summary(row)
        if kind is None or kind == _HEARTBEAT or cause is None:
            return
        if correlation is None or not is_event_id(correlation):
            return
        trace = trace_of(correlation)
        if not self._tracer.keeps(trace):
            return
        identity = str(row["event_id"])
        about: dict[str, str | int] = {
            "cloudevents.event_id": identity,
            "cloudevents.event_type": kind,
        }
        if subject is not None and names_request(subject):
            about["cloudevents.event_subject"] = subject
        self._tracer.emit(
            f"send {template_of(row['topic'])}",
            trace=trace,
            span=span_of(identity),
            parent=span_of(cause) if is_event_id(cause) else processing_of(cause, self._service),
            sent=True,
            attributes=_of_kafka("send", row["topic"], *place) | about,
            began=began,
            ended=ended,
        )


def traces_of(settings: ServiceSettings, *, service: str) -> Traces | None:
    """Return the traces of *service*; None if no traces endpoint is set."""
    if settings.traces_endpoint is None:
        return None
    # Imported only here: a service without traces does not load these packages.
    from shared.process import tracing

    tracer = tracing.to_collector(
        settings.traces_endpoint,
        service=service,
        instance=settings.instance,
        share=settings.traces_share,
    )
    return Traces(tracer, service=service)


def template_of(topic: str) -> str:
    """Return one name for all topics of a kind, so that span names name no organization."""
    parts = topic.split(".")
    if parts[1] in ("in", "out"):
        parts[2] = "{participant}"
    return ".".join(parts)


def _end(began: Moment) -> int:
    """Return the wall clock's time now, without adjustments made to the clock since *began*."""
    return began.wall + time.monotonic_ns() - began.steady


def _of_kafka(operation: str, topic: str, partition: int, offset: int) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": str(partition),
    }
    if offset >= 0:  # unknown for a batch that Kafka already had
        found["messaging.kafka.offset"] = offset
    template = template_of(topic)
    if template != topic:
        found["messaging.destination.template"] = template
    return found


def _trace_of(item: Item, taken: Taken | None, *, failed: bool) -> int | None:
    """
    Return the trace of an event, or of the messages a participant's record led to, if any.

    A record whose decision failed has a trace of its own.
    """
    message = item.message
    if isinstance(message, Event):
        ours = is_event_id(message.id) and is_event_id(message.correlationid)
        return trace_of(message.correlationid) if ours else None
    for sent in taken.outgoing if taken is not None else ():
        correlation = sent.summary.correlation
        if correlation is not None and is_event_id(correlation):
            return trace_of(correlation)
    if not failed:
        return None
    return trace_alone(item.record.coordinate)


def _subject_of(taken: Taken | None) -> str | None:
    """Return the tracking number of the request that a participant's record was about."""
    for sent in taken.outgoing if taken is not None else ():
        subject = sent.summary.subject
        if subject is not None and names_request(subject):
            return subject
    return None
