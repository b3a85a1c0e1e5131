"""Spans depend on their message only, and contain no text of a sender."""

import inspect
import json
import re
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from opentelemetry.semconv._incubating.attributes import (
    cloudevents_attributes,
    messaging_attributes,
)
from opentelemetry.semconv.attributes import error_attributes
from opentelemetry.trace import SpanKind, StatusCode

from services.intake.message import Message
from shared.contracts.envelope import Summary
from shared.contracts.event import request_id
from shared.contracts.services import SERVICES
from shared.delivery.records import Outgoing, Taken
from shared.delivery.relay.outbox import outgoing
from shared.delivery.span_ids import context_of
from shared.delivery.traces import now, traces_of
from shared.process.settings import ServiceSettings
from shared.process.tracing import SCHEMA
from tests.examples.inbound import AGENCY, AT
from tests.examples.spans import (
    CORRELATION,
    SENT_CONTEXT,
    WORDS,
    applied,
    item_of,
    row_of,
    spans_of,
    submitted,
)

DEPRECATED = re.compile(r'^(\w+): Final = "[\w.]+"\n"""\nDeprecated', re.M)


def test_without_an_endpoint_there_are_no_traces_and_no_package_is_loaded() -> None:
    settings = ServiceSettings.model_construct(traces_endpoint=None)
    loaded = (
        "import sys, services.{0}.app; print([n for n in sys.modules if 'telemetry.sdk' in n])"
    )

    assert traces_of(settings, service="intake") is None
    for service in SERVICES:
        command = [sys.executable, "-c", loaded.format(service)]
        assert subprocess.run(command, capture_output=True, text=True).stdout == "[]\n"


async def test_a_submission_begins_a_trace_linked_to_the_senders_trace() -> None:
    item, taken = submitted(traceparent=SENT_CONTEXT)

    (span,) = await spans_of((item, taken))

    accepted = json.loads(taken.outgoing[0].value or b"")
    assert span.context is not None
    assert span.name == "process cri.in.{participant}.v1"
    assert span.kind is SpanKind.CONSUMER
    assert f"{span.context.trace_id:032x}" == accepted["correlationid"].replace("-", "")
    assert span.parent is None
    (link,) = span.links
    assert f"{link.context.trace_id:032x}-{link.context.span_id:016x}" == SENT_CONTEXT[3:-3]
    assert span.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "cri.in.ca-post.v1",
        "messaging.destination.template": "cri.in.{participant}.v1",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 7,
        "messaging.consumer.group.name": "intake",
        "cloudevents.event_type": "gov.cri.request.submit.v1",
        "cloudevents.event_subject": accepted["subject"],
        "cri.outcome": "applied",
    }


async def test_sends_are_children_of_their_record_and_reads_children_of_sends() -> None:
    item, taken = submitted()
    sent = {number: row_of(message) for number, message in enumerate(taken.outgoing)}
    follows = applied(id=taken.outgoing[0].event_id)

    processed, *sends = await spans_of((item, taken), rows=sent)
    (read,) = await spans_of((item_of(follows), Taken("applied")), service="routing")
    answer = applied(causationid=follows.id)
    (answered,) = await spans_of(
        rows={1: row_of(outgoing("cri.out.ca-post.v1", answer, key=""))},
        service="notifications",
    )

    assert processed.context is not None
    for span in sends:
        assert span.kind is SpanKind.PRODUCER
        assert span.parent is not None
        assert span.parent.span_id == processed.context.span_id
        assert span.context.trace_id == processed.context.trace_id
    first = sends[0].context
    assert first is not None
    assert answered.name == "send cri.out.{participant}.v1"
    for span in (read, answered):
        assert span.parent is not None
        assert span.parent.span_id == first.span_id


async def test_a_reordered_attribute_does_not_end_a_trace() -> None:
    message = outgoing("cri.int.routing.v1", applied(), key="")
    sorted_ = json.dumps(json.loads(message.value or b""), sort_keys=True, separators=(",", ":"))
    reordered = message._replace(value=sorted_.encode())

    spans = await spans_of(rows={1: row_of(message), 2: row_of(reordered)})
    (of_record,) = await spans_of((submitted()[0], Taken("applied", (reordered,))))

    first, second = spans
    assert first.context == second.context
    assert first.parent == second.parent
    assert of_record.context is not None
    assert of_record.context.trace_id == int(CORRELATION.replace("-", ""), 16)


async def test_rows_appended_by_0_2_0_keep_their_trace() -> None:
    message = outgoing("cri.int.routing.v1", applied(), key="")
    older = message._replace(summary=Summary())

    first, second = await spans_of(rows={1: row_of(message), 2: row_of(older)})

    assert first.context == second.context
    assert first.parent == second.parent


async def test_ids_are_the_same_whenever_a_record_is_decided() -> None:
    first = await spans_of(submitted(), rows={1: row_of(submitted()[1].outgoing[0])})
    again = await spans_of(submitted(), rows={1: row_of(submitted()[1].outgoing[0])})

    assert [span.context for span in first] == [span.context for span in again]
    assert len({span.context.span_id for span in first if span.context}) == len(first)


async def test_two_readers_of_an_event_have_spans_of_their_own() -> None:
    (one,) = await spans_of((item_of(applied()), Taken("applied")), service="routing")
    (other,) = await spans_of((item_of(applied()), Taken("applied")), service="reporting")

    assert one.context is not None
    assert other.context is not None
    assert one.context.trace_id == other.context.trace_id
    assert one.context.span_id != other.context.span_id


async def test_a_decision_that_fails_is_an_error_without_its_words() -> None:
    item, _ = submitted(traceparent=SENT_CONTEXT)

    (span,) = await spans_of((item, ValueError(WORDS)))

    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "ValueError"
    assert WORDS not in span.to_json()


async def test_no_span_contains_text_of_a_sender() -> None:
    contact = f"contact:{AGENCY}:{WORDS}"
    secret = applied(subject=contact)
    item = item_of(secret)
    sent = outgoing("cri.int.confidential.v1", secret, key=WORDS)
    named = item_of(Message("cri.in.ca-post.v1/0/7", AGENCY, AT, id=WORDS, reference=WORDS))

    spans = await spans_of(
        (item, Taken("applied")), (named, Taken("applied", (sent,))), rows={1: row_of(sent)}
    )

    assert len(spans) == 3
    for span in spans:
        assert WORDS not in span.to_json()
        assert "key" not in span.to_json()


async def test_heartbeats_dead_letters_and_other_rows_make_no_span() -> None:
    event = outgoing("cri.int.routing.v1", applied(), key="")
    beat = event._replace(summary=event.summary._replace(type="gov.cri.heartbeat.v1"))
    none = Outgoing("1", "cri.int.routing.v1", b"", None)
    rows = {
        1: row_of(beat),
        2: row_of(none._replace(topic="cri.dlq.intake.v1", value=applied().encode())),
        3: row_of(none),
        4: row_of(none._replace(value=b"{}")),
    }

    assert await spans_of((item_of(object()), Taken("ignored")), rows=rows) == []


async def test_equal_sampling_ratios_keep_equal_traces() -> None:
    every = [
        applied(correlationid=request_id(f"cri.in.ca-post.v1/0/{n}", AT + timedelta(seconds=n)))
        for n in range(400)
    ]
    items = [(item_of(each), Taken("applied")) for each in every]

    rows = {
        number: row_of(outgoing("cri.int.routing.v1", each, key=""))
        for number, each in enumerate(every)
    }

    read = await spans_of(*items, share=0.25, service="routing")
    other = await spans_of(*items, share=0.25, service="reporting")
    sent = await spans_of(rows=rows, share=0.25, service="routing")

    kept = [span.context.trace_id for span in read if span.context]
    for spans in (other, sent):
        assert kept == [span.context.trace_id for span in spans if span.context]
    assert 50 < len(kept) < 150


async def test_setting_the_clock_changes_no_duration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = now()
    monkeypatch.setattr(time, "time_ns", lambda: begun.wall + 3_600 * 10**9)

    (span,) = await spans_of((item_of(applied()), Taken("applied")), began=begun)

    assert span.start_time == begun.wall
    assert span.end_time is not None
    assert 0 <= span.end_time - begun.wall < 60 * 10**9


async def test_a_row_acknowledged_as_a_duplicate_has_no_offset() -> None:
    message = outgoing("cri.int.routing.v1", applied(), key="")

    (span,) = await spans_of(rows={1: row_of(message)}, places={1: (4, -1)})

    assert span.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "cri.int.routing.v1",
        "messaging.destination.partition.id": "4",
        "cloudevents.event_id": message.event_id,
        "cloudevents.event_type": "gov.cri.routing.message_applied.v1",
        "cloudevents.event_subject": "CRI-2026-000042-K",
    }


@pytest.mark.parametrize(
    "context",
    [
        None,
        "",
        "my own words",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
    ],
)
def test_an_invalid_context_makes_no_link(context: str | None) -> None:
    assert context_of(context) is None


async def test_attribute_names_are_current_ones_of_the_conventions() -> None:
    modules = (messaging_attributes, cloudevents_attributes, error_attributes)
    known = {
        value: module.__file__
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    }
    source = inspect.getsource(messaging_attributes)
    old = {getattr(messaging_attributes, name) for name in DEPRECATED.findall(source)}
    item, taken = submitted()

    spans = await spans_of(
        (item, taken), (item, ValueError()), rows={1: row_of(taken.outgoing[0])}
    )

    used = {name for span in spans for name in span.attributes or ()} - {"cri.outcome"}
    assert "messaging.kafka.message.offset" in old
    assert used <= known.keys() - old
    scopes = {span.instrumentation_scope for span in spans}
    assert [scope.schema_url for scope in scopes if scope] == [SCHEMA]


@pytest.mark.parametrize("odd", ["correlationid", "id"])
async def test_a_foreign_id_makes_no_span(odd: str) -> None:
    assert await spans_of((item_of(applied(**{odd: "S1"})), Taken("applied"))) == []


def test_the_senders_context_is_passed_on_unchanged() -> None:
    with_context, without = submitted(traceparent=SENT_CONTEXT), submitted()

    first = [json.loads(message.value or b"") for message in with_context[1].outgoing]
    for message in first:
        assert message.pop("traceparent") == SENT_CONTEXT
    assert first == [json.loads(message.value or b"") for message in without[1].outgoing]
