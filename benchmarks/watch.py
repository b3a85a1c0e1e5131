"""The watcher process: reads all `out` topics, and reports when a load is settled."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from confluent_kafka import Consumer, Message, TopicPartition

from benchmarks.login import Login

Expect = tuple[str, int, bool, float]
"""Name of the load, number of requests, whether to time single messages, timeout in seconds."""

_TYPE = re.compile(rb'"type":"gov\.cri\.([a-z_.]+)\.v1"')
_REFERENCE = re.compile(rb'"reference":"(\w+)-(\d+)"')
_TRACKING = re.compile(rb'"tracking_number":"([^"]+)"')
_STATUS = re.compile(rb'"status":"([a-z_]+)"')


@dataclass(slots=True)
class Received:
    """The messages received for one load; times are of the machine's monotonic clock."""

    load: str
    answers: dict[int, float] = field(default_factory=dict)
    """Number of the submission → when its acceptance was read."""
    offers: dict[int, float] = field(default_factory=dict)
    """Number of the submission → when its offer was read."""
    waiting: int = 0
    unexpected: dict[str, int] = field(default_factory=dict)
    """Counts of refusals, and of statuses other than offered or waiting."""
    last: float = 0.0
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _outcomes: dict[bytes, tuple[str, float]] = field(default_factory=dict)

    @property
    def settled(self) -> int:
        """The number of accepted requests that were offered or wait in a lane."""
        return len(self.offers) + self.waiting

    @property
    def tracking_numbers(self) -> list[str]:
        """The tracking numbers of all accepted requests."""
        return [number.decode() for number in self._numbers]

    @property
    def strays(self) -> int:
        """The number of unexpected outcomes."""
        return sum(self.unexpected.values())

    def take_in(self, value: bytes, at: float) -> None:
        """Process one message; duplicates change nothing."""
        found = _TYPE.search(value)
        kind = found.group(1) if found else b""
        if kind == b"submission.accepted":
            self._accepted(value, at)
        elif kind == b"offer.made":
            self._status(value, "offered", at)
        elif kind == b"request.status_changed":
            status = _group(_STATUS, value)
            if status != "offered":  # counted by the provider's message instead
                self._status(value, status, at)
        elif kind in (b"submission.refused", b"message.refused"):
            self._stray("refused")

    def _accepted(self, value: bytes, at: float) -> None:
        reference, tracking = _REFERENCE.search(value), _TRACKING.search(value)
        if reference is None or tracking is None or reference.group(1).decode() != self.load:
            return
        number, name = int(reference.group(2)), tracking.group(1)
        if number not in self.answers:
            self.answers[number] = at
            self._numbers[name] = number
            self._settle(name)

    def _status(self, value: bytes, status: str, at: float) -> None:
        tracking = _TRACKING.search(value)
        if tracking is not None and tracking.group(1) not in self._outcomes:
            self._outcomes[tracking.group(1)] = (status, at)
            self._settle(tracking.group(1))

    def _settle(self, tracking: bytes) -> None:
        if tracking not in self._numbers or tracking not in self._outcomes:
            return
        status, at = self._outcomes[tracking]
        self.last = max(at, self.answers[self._numbers[tracking]])
        if status == "offered":
            self.offers[self._numbers[tracking]] = at
        elif status == "waiting":
            self.waiting += 1
        else:
            self._stray(status)

    def _stray(self, what: str) -> None:
        self.unexpected[what] = self.unexpected.get(what, 0) + 1


def run(pipe: "Connection", login: Login, topics: Sequence[str]) -> None:
    """Serve each ``Expect``: answer "ready", then with what was received."""
    consumer = _consumer(login, topics)
    pipe.send("connected")
    while True:
        try:
            load, count, timed, limit = pipe.recv()
            while consumer.consume(5000, timeout=0.1):
                pass  # messages of an earlier load
            pipe.send("ready")
            pipe.send(_watch(pipe, consumer, Received(load), count, timed=timed, limit=limit))
        except (EOFError, BrokenPipeError, KeyboardInterrupt):
            return


def _consumer(login: Login, topics: Sequence[str]) -> Consumer:
    settings: dict[str, str | int | float | bool] = {
        "group.id": "measurer.watch",  # no group is formed: partitions are assigned
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "fetch.wait.max.ms": 100,
        "client.id": "measurer-watch",
    }
    consumer = Consumer({**login.settings(), **settings})
    ends = []
    for topic in topics:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)
        ends.append(TopicPartition(topic, 0, end))
    consumer.assign(ends)
    return consumer


def _watch(
    pipe: "Connection",
    consumer: Consumer,
    received: Received,
    count: int,
    *,
    timed: bool,
    limit: float,
) -> Received:
    deadline = time.monotonic() + limit
    # The parent sends nothing meanwhile: the pipe becomes readable only if the parent has ended.
    while (
        received.settled + received.strays < count
        and time.monotonic() < deadline
        and not pipe.poll()
    ):
        if timed:
            one = consumer.poll(0.1)
            messages: list[Message] = [] if one is None else [one]
        else:
            messages = consumer.consume(2000, timeout=0.01)
        at = time.monotonic()
        for message in messages:
            value = message.value()
            if message.error() is None and value is not None:
                received.take_in(value, at)
    return received


def _group(pattern: re.Pattern[bytes], value: bytes) -> str:
    found = pattern.search(value)
    return found.group(1).decode() if found else ""
