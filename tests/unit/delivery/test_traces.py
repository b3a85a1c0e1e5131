"""What traces say of a message follows from the message alone, and holds no one's words."""

import inspect
import json
import re
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import (
    cloudevents_attributes,
    messaging_attributes,
)
from opentelemetry.semconv.attributes import error_attributes
from opentelemetry.trace import SpanKind, StatusCode

from services.intake.message import Message
from shared.contracts.envelope import Summary
from shared.contracts.event import derived_id, request_id
from shared.contracts.routing import MessageApplied
from shared.contracts.services import SERVICES
from shared.delivery.records import Item, Outgoing, Record, Taken
from shared.delivery.relay.outbox import outgoing
from shared.delivery.span_ids import context_of
from shared.delivery.traces import Moment, Places, RecordingReader, Traces, now, traces_of
from shared.process.settings import ServiceSettings
from shared.process.tracing import SCHEMA, Tracer
from tests.examples.inbound import AGENCY, AT, event, record, submission
from tests.examples.intake import Intake

SENT_CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WORDS = "Jane Doe of Los Angeles asks"
CORRELATION = request_id("cri.in.ca-post.v1/0/7", AT)
DEPRECATED = re.compile(r'^(\w+): Final = "[\w.]+"\n"""\nDeprecated', re.M)


class Deciding:
    """Decides as it was told to."""

    def __init__(self, *taken: Taken | Exception) -> None:
        self._taken = list(taken)

    def decide(self, state: Any, item: Item) -> Taken:
        taken = self._taken.pop(0)
        if isinstance(taken, Exception):
            raise taken
        return taken


async def told(
    *decided: tuple[Item, Taken | Exception],
    rows: dict[int, dict[str, Any]] | None = None,
    service: str = "intake",
    share: float = 1.0,
    began: Moment | None = None,
    places: Places | None = None,
) -> list[ReadableSpan]:
    """
    Return the spans of a batch in which items were *decided* so, and of *rows* sent.

    It *began* now, and the rows stand at some *places*, unless told otherwise.
    """
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, service=service, instance=None, share=share)
    said = Traces(tracer, service=service)
    reader: Any = Deciding(*(taken for _, taken in decided))
    recording = RecordingReader(reader)
    for item, taken in decided:
        if isinstance(taken, Exception):
            with pytest.raises(type(taken)):
                recording.decide(None, item)
        else:
            recording.decide(None, item)
    said.taken_in(recording, began=began or now())
    every = [{"id": number, **row} for number, row in (rows or {}).items()]
    said.sent(every, places or {number: (0, 40 + number) for number in rows or {}}, began=now())
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
    """Return a submission as the door reads and answers it."""
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


def test_off_means_that_there_is_nothing_and_that_no_package_is_loaded() -> None:
    settings = ServiceSettings.model_construct(traces_endpoint=None)
    loaded = (
        "import sys, services.{0}.app; print([n for n in sys.modules if 'telemetry.sdk' in n])"
    )

    assert traces_of(settings, service="intake") is None
    for service in SERVICES:
        command = [sys.executable, "-c", loaded.format(service)]
        assert subprocess.run(command, capture_output=True, text=True).stdout == "[]\n"


async def test_a_submission_begins_a_trace_that_links_to_the_senders() -> None:
    item, taken = submitted(traceparent=SENT_CONTEXT)

    (span,) = await told((item, taken))

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


async def test_what_a_record_leads_to_is_below_it_and_its_readers_below_that() -> None:
    item, taken = submitted()
    sent = {number: row_of(message) for number, message in enumerate(taken.outgoing)}
    follows = applied(id=taken.outgoing[0].event_id)

    processed, *sends = await told((item, taken), rows=sent)
    (read,) = await told((item_of(follows), Taken("applied")), service="routing")
    answer = applied(causationid=follows.id)
    (answered,) = await told(
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

    spans = await told(rows={1: row_of(message), 2: row_of(reordered)})
    (of_record,) = await told((submitted()[0], Taken("applied", (reordered,))))

    first, second = spans
    assert first.context == second.context
    assert first.parent == second.parent
    assert of_record.context is not None
    assert of_record.context.trace_id == int(CORRELATION.replace("-", ""), 16)


async def test_what_0_2_0_appended_keeps_its_trace() -> None:
    message = outgoing("cri.int.routing.v1", applied(), key="")
    older = message._replace(summary=Summary())

    first, second = await told(rows={1: row_of(message), 2: row_of(older)})

    assert first.context == second.context
    assert first.parent == second.parent


async def test_ids_are_the_same_whenever_a_record_is_decided() -> None:
    first = await told(submitted(), rows={1: row_of(submitted()[1].outgoing[0])})
    again = await told(submitted(), rows={1: row_of(submitted()[1].outgoing[0])})

    assert [span.context for span in first] == [span.context for span in again]
    assert len({span.context.span_id for span in first if span.context}) == len(first)


async def test_two_readers_of_an_event_have_spans_of_their_own() -> None:
    (one,) = await told((item_of(applied()), Taken("applied")), service="routing")
    (other,) = await told((item_of(applied()), Taken("applied")), service="reporting")

    assert one.context is not None
    assert other.context is not None
    assert one.context.trace_id == other.context.trace_id
    assert one.context.span_id != other.context.span_id


async def test_a_decision_that_fails_is_an_error_without_its_words() -> None:
    item, _ = submitted(traceparent=SENT_CONTEXT)

    (span,) = await told((item, ValueError(WORDS)))

    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "ValueError"
    assert WORDS not in span.to_json()


async def test_nothing_that_somebody_wrote_is_in_a_span() -> None:
    contact = f"contact:{AGENCY}:{WORDS}"
    secret = applied(subject=contact)
    item = item_of(secret)
    sent = outgoing("cri.int.confidential.v1", secret, key=WORDS)
    named = item_of(Message("cri.in.ca-post.v1/0/7", AGENCY, AT, id=WORDS, reference=WORDS))

    spans = await told(
        (item, Taken("applied")), (named, Taken("applied", (sent,))), rows={1: row_of(sent)}
    )

    assert len(spans) == 3
    for span in spans:
        assert WORDS not in span.to_json()
        assert "key" not in span.to_json()


async def test_heartbeats_dead_letters_and_what_is_no_event_make_no_span() -> None:
    event = outgoing("cri.int.routing.v1", applied(), key="")
    beat = event._replace(summary=event.summary._replace(type="gov.cri.heartbeat.v1"))
    none = Outgoing("1", "cri.int.routing.v1", b"", None)
    rows = {
        1: row_of(beat),
        2: row_of(none._replace(topic="cri.dlq.intake.v1", value=applied().encode())),
        3: row_of(none),
        4: row_of(none._replace(value=b"{}")),
    }

    assert await told((item_of(object()), Taken("ignored")), rows=rows) == []


async def test_a_share_keeps_the_same_traces_in_every_process() -> None:
    every = [
        applied(correlationid=request_id(f"cri.in.ca-post.v1/0/{n}", AT + timedelta(seconds=n)))
        for n in range(400)
    ]
    items = [(item_of(each), Taken("applied")) for each in every]

    rows = {
        number: row_of(outgoing("cri.int.routing.v1", each, key=""))
        for number, each in enumerate(every)
    }

    read = await told(*items, share=0.25, service="routing")
    other = await told(*items, share=0.25, service="reporting")
    sent = await told(rows=rows, share=0.25, service="routing")

    kept = [span.context.trace_id for span in read if span.context]
    for spans in (other, sent):
        assert kept == [span.context.trace_id for span in spans if span.context]
    assert 50 < len(kept) < 150


async def test_a_clock_that_is_set_meanwhile_makes_no_span_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = now()
    monkeypatch.setattr(time, "time_ns", lambda: begun.wall + 3_600 * 10**9)

    (span,) = await told((item_of(applied()), Taken("applied")), began=begun)

    assert span.start_time == begun.wall
    assert span.end_time is not None
    assert 0 <= span.end_time - begun.wall < 60 * 10**9


async def test_what_was_acknowledged_as_sent_before_has_no_offset() -> None:
    message = outgoing("cri.int.routing.v1", applied(), key="")

    (span,) = await told(rows={1: row_of(message)}, places={1: (4, -1)})

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
def test_what_is_no_context_is_no_link(context: str | None) -> None:
    assert context_of(context) is None


async def test_names_are_those_of_the_conventions_and_none_is_an_old_one() -> None:
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

    spans = await told((item, taken), (item, ValueError()), rows={1: row_of(taken.outgoing[0])})

    used = {name for span in spans for name in span.attributes or ()} - {"cri.outcome"}
    assert "messaging.kafka.message.offset" in old
    assert used <= known.keys() - old
    scopes = {span.instrumentation_scope for span in spans}
    assert [scope.schema_url for scope in scopes if scope] == [SCHEMA]


@pytest.mark.parametrize("odd", ["correlationid", "id"])
async def test_an_id_that_is_none_of_ours_makes_no_span(odd: str) -> None:
    assert await told((item_of(applied(**{odd: "S1"})), Taken("applied"))) == []


def test_the_context_of_the_sender_travels_in_events_as_it_came_and_changes_nothing_else() -> None:
    with_context, without = submitted(traceparent=SENT_CONTEXT), submitted()

    first = [json.loads(message.value or b"") for message in with_context[1].outgoing]
    for message in first:
        assert message.pop("traceparent") == SENT_CONTEXT
    assert first == [json.loads(message.value or b"") for message in without[1].outgoing]
