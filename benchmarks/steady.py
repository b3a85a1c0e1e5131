"""A load process: submits at a fixed rate, and simulates the participants' reactions."""

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from benchmarks.login import Login
from benchmarks.participants import AskingAgency
from benchmarks.simulation import Reaction, Simulation
from benchmarks.submissions import submissions
from deploy.participants.client import envelope

_LOOK_SECONDS = 5.0
"""How often participants read their messages."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of the load."""

    submitted: int
    unanswered: int
    """Sent records that have no answer."""
    unfinished: int
    """Accepted requests that have not reached their last status."""
    refused: int
    """Refusals: expected where two participants act on a request at the same time."""


class Steady:
    """Acts for all participants over one connection."""

    def __init__(
        self,
        login: Login,
        participants: Sequence[str],
        agencies: Sequence[AskingAgency],
        *,
        staying: int,
    ) -> None:
        self._producer = Producer({**login.settings(), "enable.idempotence": True, "linger.ms": 5})
        self._consumer = _consumer(login, participants)
        self._prepared = _endless(agencies)
        self._simulation = Simulation(today=datetime.now(UTC).date().isoformat(), staying=staying)
        self._unanswered: set[str] = set()
        self._answered_early: set[str] = set()
        self._on_their_way = 0
        self._refused = 0
        self.submitted = 0

    def submit(self) -> None:
        """Send the next request."""
        self._send(*next(self._prepared))
        self.submitted += 1

    def look(self) -> None:
        """Read the new messages, and send the participants' reactions."""
        while records := self._consumer.consume(2000, timeout=0):
            for record in records:
                value = record.value()
                if record.error() is None and value is not None:
                    self._take_in(str(record.topic()).split(".")[2], json.loads(value))

    def wait(self, seconds: float) -> None:
        """Process delivery reports for at most *seconds*."""
        self._producer.poll(seconds)

    def progress(self) -> Progress:
        """Return the progress so far."""
        return Progress(
            submitted=self.submitted,
            unanswered=len(self._unanswered) + self._on_their_way,
            unfinished=self._simulation.unfinished,
            refused=self._refused,
        )

    def _take_in(self, participant: str, message: dict[str, Any]) -> None:
        if place := message.get("inreplyto"):
            self._refused += message["type"].endswith("refused.v1")
            if place in self._unanswered:
                self._unanswered.remove(place)
            else:
                self._answered_early.add(place)
        for reaction in self._simulation.react(participant, message):
            self._send_reaction(reaction)

    def _send_reaction(self, reaction: Reaction) -> None:
        source = f"urn:cri:{reaction.participant}:case-system"
        message = envelope(reaction.kind, reaction.data, source=source, subject=reaction.subject)
        self._send(reaction.participant, json.dumps(message).encode())

    def _send(self, participant: str, value: bytes) -> None:
        self._on_their_way += 1
        self._producer.produce(
            f"cri.in.{participant}.v1", value, partition=0, on_delivery=self._appended
        )

    def _appended(self, error: object, message: Message) -> None:
        if error is not None:
            raise KafkaException(error)
        self._on_their_way -= 1
        place = f"{message.topic()}/{message.partition()}/{message.offset()}"
        if place in self._answered_early:
            self._answered_early.remove(place)
        else:
            self._unanswered.add(place)


def run(
    pipe: "Connection",
    login: Login,
    participants: Sequence[str],
    agencies: Sequence[AskingAgency],
    rate: float,
    staying: int = 0,
) -> None:
    """
    Submit *rate* requests a second until "stop"; participants react until the pipe closes.

    Sends each second's requests at once, as systems do that send batches. Answers every message on
    the pipe with the progress. `Simulation` explains *staying*.
    """
    load = Steady(login, participants, agencies, staying=staying)
    start = looked = time.monotonic()
    submitting = True
    try:
        for second in itertools.count(1):
            while submitting and load.submitted < rate * second:
                load.submit()
            if time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                load.look()
            while pipe.poll():
                submitting = pipe.recv() != "stop" and submitting
                pipe.send(load.progress())
            while (left := start + second - time.monotonic()) > 0:
                load.wait(left)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return


def _consumer(login: Login, participants: Sequence[str]) -> Consumer:
    consumer = Consumer(
        {
            **login.settings(),
            "group.id": "measurer.steady",  # no group is formed: partitions are assigned
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
        }
    )
    ends = []
    for each in participants:
        place = TopicPartition(f"cri.out.{each}.v1", 0)
        ends.append(TopicPartition(place.topic, 0, consumer.get_watermark_offsets(place)[1]))
    consumer.assign(ends)
    return consumer


def _endless(agencies: Sequence[AskingAgency]) -> Iterator[tuple[str, bytes]]:
    for number in itertools.count():
        yield from submissions(agencies, load=f"steady{number}", count=10_000)
