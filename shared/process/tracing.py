"""Exports spans to a collector in the background; the only module that imports OpenTelemetry."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.process import metrics

log = structlog.get_logger()
SCHEMA = "https://opentelemetry.io/schemas/1.44.0"
QUEUE_SPANS = 20_000
_AT_ONCE = 512
_EVERY_MS = 1000
_TIMEOUT_SECONDS = 5
_FLUSH_SECONDS = 3
_RANDOM = 1 << 56
"""The last 56 bits of a trace id are its random ones (W3C Trace Context, level 2)."""
_KEPT = TraceFlags(TraceFlags.SAMPLED)


def to_collector(
    endpoint: str, *, service: str, instance: str | None, share: float = 1.0
) -> "Tracer":
    """Return a tracer that exports to *endpoint*, by OTLP over HTTP."""
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_TIMEOUT_SECONDS)
    return Tracer(exporter, service=service, instance=instance, share=share)


class Tracer:
    """
    Passes spans to an exporter that runs in its own thread; callers supply the ids.

    It never blocks or fails a caller. Spans that the collector rejects are lost; spans are
    dropped while 20,000 wait. Both are counted.
    """

    def __init__(
        self, exporter: SpanExporter, *, service: str, instance: str | None, share: float = 1.0
    ) -> None:
        # OpenTelemetry would log every failed batch; `traces.not_exported` is logged once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        named = {"service.name": service, "service.version": version("continuum")}
        self._service = service
        self._resource = Resource(named | ({"service.instance.id": instance} if instance else {}))
        self._scope = InstrumentationScope("continuum", version("continuum"), SCHEMA)
        self._least = round((1 - share) * _RANDOM)
        self._exporter = _Counted(exporter, service)
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=QUEUE_SPANS,
            schedule_delay_millis=_EVERY_MS,
            max_export_batch_size=_AT_ONCE,
        )
        self._begun = 0

    def keeps(self, trace: int) -> bool:
        """Return whether to keep the spans of *trace*; every process gives the same answer."""
        return trace % _RANDOM >= self._least

    def emit(
        self,
        name: str,
        *,
        trace: int,
        span: int,
        parent: int | None,
        sent: bool,
        attributes: Mapping[str, str | int],
        began: int,
        ended: int,
        link: tuple[int, int] | None = None,
        failed: bool = False,
    ) -> None:
        """
        Queue a finished span for export; times are nanoseconds since 1970.

        The span's kind is producer if *sent*, else consumer. *link* holds the trace and span ids
        that another organization sent.
        """
        if self._begun - self._exporter.done >= QUEUE_SPANS:
            metrics.SPANS.labels(self._service, "dropped").inc()
            return
        self._begun += 1
        self._processor.on_end(
            ReadableSpan(
                name,
                context=SpanContext(trace, span, is_remote=False, trace_flags=_KEPT),
                parent=SpanContext(trace, parent, is_remote=True) if parent is not None else None,
                resource=self._resource,
                attributes=attributes,
                links=(Link(SpanContext(*link, is_remote=True)),) if link is not None else (),
                kind=SpanKind.PRODUCER if sent else SpanKind.CONSUMER,
                status=Status(StatusCode.ERROR) if failed else _UNSET,
                instrumentation_scope=self._scope,
                start_time=began,
                end_time=ended,
            )
        )

    async def stop(self) -> None:
        """Export the waiting spans, for at most three seconds."""
        flushing = threading.Thread(target=self._processor.shutdown, daemon=True)
        flushing.start()
        await asyncio.to_thread(flushing.join, _FLUSH_SECONDS)


_UNSET = Status(StatusCode.UNSET)


class _Counted(SpanExporter):
    """Counts exported and lost spans; logs once when exporting starts or stops to fail."""

    def __init__(self, exporter: SpanExporter, service: str) -> None:
        self._exporter = exporter
        self._service = service
        # A thread starts without context variables, which hold the log's common fields.
        self._context = contextvars.copy_context()
        self._failing = False
        self.done = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._exporter.export(spans)
        finally:
            self.done += len(spans)
            exported = result is SpanExportResult.SUCCESS
            outcome = "exported" if exported else "lost"
            metrics.SPANS.labels(self._service, outcome).inc(len(spans))
            if exported is self._failing:
                self._failing = not exported
                self._context.run(self._log_change)
        return result

    def _log_change(self) -> None:
        if self._failing:
            log.warning("traces.not_exported")
        else:
            log.info("traces.exported_again")

    def shutdown(self) -> None:
        self._exporter.shutdown()
