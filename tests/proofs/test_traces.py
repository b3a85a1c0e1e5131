"""One submission's spans, as a collector gets them, are one tree from its record to its answer."""

import gzip
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from deploy.local.stack import Stack
from shared.contracts.services import SERVICES
from tests.examples.inbound import event
from tests.proofs.introduced import introduce
from tests.proofs.temporary import temporary_stack

ROOT = Path(__file__).parents[2]
AGENCY = "california-agencies"
WORDS = "Calls of this kind have doubled in two years."
CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """A collector on a port of its own; spans by id, each with the service that sent it."""

    def __init__(self) -> None:
        self.spans: dict[bytes, Span] = {}
        self.services: dict[bytes, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                take(self.path, gzip.decompress(body) if packed else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        return Handler

    def _take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        for found in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {each.key: each.value.string_value for each in found.resource.attributes}
            for scope in found.scope_spans:
                for span in scope.spans:
                    self.spans[span.span_id] = span
                    self.services[span.span_id] = resource["service.name"]

    def of(self, trace: str) -> list[Span]:
        """Return the spans of a trace."""
        return [span for span in list(self.spans.values()) if span.trace_id.hex() == trace]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Agency:
    """The agency's system: it sends one record at a time and waits for its answer."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        own = connection["participants"][AGENCY]
        login = {
            "bootstrap.servers": ",".join(connection["bootstrap_servers"]),
            "security.protocol": connection["security"]["protocol"],
            "sasl.mechanism": connection["security"]["mechanism"],
            "sasl.username": own["username"],
            "sasl.password": own["password"],
        }
        self._topic = own["in"]
        self._producer = Producer(login)
        self._consumer = Consumer({**login, "group.id": f"{own['group_prefix']}traces"})
        self._consumer.assign([TopicPartition(own["out"], 0, OFFSET_BEGINNING)])

    def submit(self, reference: str, **envelope: Any) -> dict[str, Any]:
        """Submit a request; return the answer."""
        data = {
            "reference": reference,
            "agency": {"ori": "CA0194200", "name": "Los Angeles Police Department",
                       "cri_type": "local", "agency_class": "city", "state": "US-CA"},
            "requested_by": {"role": "chief"},
            "program": "cri-tac",
            "topics": ["crisis_intervention"],
            "service_forms": ["training_in_person"],
            "need": {"issue": WORDS},
        }  # fmt: skip
        message = event("request.submit", data, sender=AGENCY, id=reference, **envelope)
        places: list[str] = []
        self._producer.produce(
            self._topic,
            json.dumps(message).encode(),
            on_delivery=lambda _, r: places.append(f"{r.topic()}/{r.partition()}/{r.offset()}"),
        )
        self._producer.flush(30)
        while True:
            record = self._consumer.poll(30)
            assert record is not None, "no answer came"
            answer: dict[str, Any] = json.loads(record.value() or b"")
            if answer.get("inreplyto") == places[0]:
                return answer

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stack(collector: Collector) -> Iterator[Stack]:
    """The four services, traced, with everybody introduced."""
    with temporary_stack() as stack:
        stack.start()
        stack.provision()
        stack.migrate()
        traced = {"CONTINUUM_TRACES_ENDPOINT": collector.endpoint}
        for service in SERVICES:
            stack.start_service(service, environment=traced, wait=False)
        stack.wait_ready()
        file = stack.state / "connection.json"
        stack.connection.write(file)
        introduce(file)
        yield stack


@pytest.fixture
def agency(stack: Stack) -> Iterator[Agency]:
    connection = json.loads((stack.state / "connection.json").read_text())
    made = Agency(connection)
    yield made
    made.close()


def until(condition: Callable[[], Any], *, within: float = 30) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)  # another process counts: nothing tells us when


def has_lost(stack: Stack, service: str) -> bool:
    return counted(stack, service, "lost") > 0


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def path_to(span: Span, spans: Mapping[bytes, Span]) -> list[Span]:
    """Return the spans from the root down to *span*."""
    path = [span]
    while path[0].parent_span_id:
        path.insert(0, spans[path[0].parent_span_id])
    return path


def counted(stack: Stack, service: str, outcome: str) -> float:
    """Return how many spans a service has counted so."""
    port = stack.replicas[service, 0].port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    name = f'cri_trace_spans_total{{outcome="{outcome}",service="{service}"}} '
    return sum(
        float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name)
    )


def logged(stack: Stack, service: str, name: str) -> list[dict[str, Any]]:
    lines = (stack.logs / f"{service}.jsonl").read_text().splitlines(keepends=True)
    every = [json.loads(line) for line in lines if line.endswith("\n")]
    return [each for each in every if each["event_name"] == name]


@pytest.mark.timeout(300)
def test_a_submission_is_one_tree_from_its_record_to_its_answer(
    stack: Stack, collector: Collector, agency: Agency
) -> None:
    answer = agency.submit("traced", traceparent=CONTEXT)

    trace = answer["correlationid"].replace("-", "")
    last = bytes.fromhex(answer["id"].replace("-", "")[:16])

    def whole() -> bool:
        spans = collector.of(trace)
        read = [span.span_id for span in spans if span.name == "process cri.int.intake.v1"]
        readers = {collector.services[each] for each in read}
        parents = {span.parent_span_id for span in spans if span.parent_span_id}
        return (
            last in collector.spans
            and readers == {"routing", "notifications", "reporting"}
            and parents <= {span.span_id for span in spans}
        )

    until(whole)
    spans = {span.span_id: span for span in collector.of(trace)}
    path = path_to(spans[last], spans)
    assert [(collector.services[span.span_id], span.name) for span in path] == [
        ("intake", "process cri.in.{participant}.v1"),
        ("intake", "send cri.int.intake.v1"),
        ("notifications", "send cri.out.{participant}.v1"),
    ]
    root, *_ = path
    assert [each for each in spans.values() if not each.parent_span_id] == [root]
    assert [(link.trace_id.hex(), link.span_id.hex()) for link in root.links] == [
        (CONTEXT[3:35], CONTEXT[36:52])
    ]
    assert answer["traceparent"] == CONTEXT
    assert attributes(path[-1])["cloudevents.event_id"] == answer["id"]
    at = [span.start_time_unix_nano for span in path]
    assert at == sorted(at)
    where = [attributes(span) for span in spans.values()]
    assert {each["messaging.destination.partition.id"].isdigit() for each in where} == {True}
    assert {each["messaging.kafka.offset"] >= 0 for each in where} == {True}
    assert {each.status.code for each in spans.values()} == {Status.StatusCode.STATUS_CODE_UNSET}
    assert not [each for each in spans.values() if WORDS.encode() in each.SerializeToString()]


@pytest.mark.timeout(300)
def test_a_collector_that_is_away_changes_nothing(
    stack: Stack, collector: Collector, agency: Agency
) -> None:
    collector.close()

    answer = agency.submit("untraced")

    assert answer["type"] == "gov.cri.submission.accepted.v1"
    for service in SERVICES:
        until(partial(has_lost, stack, service))
    assert agency.submit("untraced")["data"]["repeat"]
    for service in SERVICES:
        (said,) = logged(stack, service, "traces.not_exported")
        assert said["service.name"] == service
        assert logged(stack, service, "library.logged") == []
        process = stack.replicas[service, 0].child.process
        stack.stop_service(service)
        assert process.returncode == 0
