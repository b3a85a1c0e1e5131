"""A collector that is down or slow loses spans, with no other effect."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from shared.process import metrics, tracing
from shared.process.tracing import Tracer


class Collector(SpanExporter):
    """Accepts spans, refuses them, or delays its response, as configured."""

    def __init__(self) -> None:
        self.refuses = False
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.asked = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.goes_on.wait(30)
        return SpanExportResult.FAILURE if self.refuses else SpanExportResult.SUCCESS

    def shutdown(self) -> None: ...


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.goes_on.set()


def emit(tracer: Tracer, *, times: int = 1) -> None:
    for number in range(1, times + 1):
        tracer.emit(
            "send x", trace=1, span=number, parent=None, sent=True, attributes={},
            began=1, ended=2,
        )  # fmt: skip


def counted(outcome: str, service: str) -> float:
    labels = {"service": service, "outcome": outcome}
    return metrics.REGISTRY.get_sample_value("cri_trace_spans_total", labels) or 0


async def test_refused_spans_are_counted_and_logged_once(collector: Collector) -> None:
    with capture_logs() as logged:
        tracer = Tracer(collector, service="refused", instance=None)
        collector.refuses = True
        emit(tracer, times=1100)  # more than two exports
        await tracer.stop()

    assert counted("lost", "refused") == 1100
    assert counted("exported", "refused") == 0
    assert [each["event"] for each in logged] == ["traces.not_exported"]


async def test_log_lines_of_the_exporter_thread_have_the_service_fields(
    collector: Collector,
) -> None:
    bound = {"service.name": "bound"}
    with bound_contextvars(**bound), capture_logs(processors=[merge_contextvars]) as logged:
        tracer = Tracer(collector, service="bound", instance=None)
        collector.refuses = True
        emit(tracer)
        await tracer.stop()

    assert [each["service.name"] for each in logged] == ["bound"]


async def test_recovery_of_the_collector_is_logged(collector: Collector) -> None:
    with capture_logs() as logged:
        tracer = Tracer(collector, service="again", instance=None)
        collector.refuses = True
        emit(tracer, times=512)
        while counted("lost", "again") < 512:
            time.sleep(0.01)  # noqa: ASYNC251, the exporter's thread counts and sends no signal
        collector.refuses = False
        emit(tracer)
        await tracer.stop()

    assert counted("exported", "again") == 1
    assert [each["event"] for each in logged] == ["traces.not_exported", "traces.exported_again"]


async def test_a_slow_collector_delays_nothing_and_the_queue_is_bounded(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "QUEUE_SPANS", 1000)
    monkeypatch.setattr(tracing, "_FLUSH_SECONDS", 0.1)
    collector.goes_on.clear()
    tracer = Tracer(collector, service="slow", instance=None)

    emit(tracer, times=1500)
    assert collector.asked.wait(10)
    began = time.monotonic()
    await tracer.stop()

    assert counted("dropped", "slow") == 500
    assert time.monotonic() - began < 5
