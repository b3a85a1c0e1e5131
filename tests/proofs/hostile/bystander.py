"""The bystander, a process of its own: asks about its request every 200 ms, whatever happens."""

import json
import time
from multiprocessing.connection import Connection
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from tests.proofs.hostile.attack import BYSTANDER
from tests.proofs.hostile.judging import Question
from tests.proofs.hostile.material import encoded, status, submission
from tests.proofs.hostile.wire import Settings

EVERY = 0.2
_ORI = "FL0131800"


class Bystander:
    """Sends questions, and remembers when each was answered."""

    def __init__(self, settings: Settings) -> None:
        self._producer = Producer({**settings, "linger.ms": 0, "message.timeout.ms": 300_000})
        self._consumer = Consumer(
            {**settings, "group.id": f"{BYSTANDER}.hostile", "fetch.wait.max.ms": 100}
        )
        out = TopicPartition(f"cri.out.{BYSTANDER}.v1", 0)
        _, out.offset = self._consumer.get_watermark_offsets(out, timeout=30)
        self._consumer.assign([out])
        self._number = 0
        self._sent: dict[int, float] = {}
        self._places: dict[str, int] = {}
        self._early: dict[str, float] = {}
        self.answered: dict[int, float] = {}
        self.about = "all"

    def submit(self) -> None:
        """Have a request to ask about."""
        message = submission(f"bystander-{time.time_ns()}", ori=_ORI, participant=BYSTANDER)
        self._producer.produce(f"cri.in.{BYSTANDER}.v1", encoded(message))
        self._producer.flush(30)
        until = time.monotonic() + 60
        while self.about == "all":
            if time.monotonic() > until:
                raise TimeoutError("the bystander's own request was not accepted within 60 s")
            self.listen(0.1)

    def ask(self) -> None:
        """Send the next question."""
        self._number += 1
        number = self._number
        message = status(f"{number}-{time.time_ns()}", self.about, participant=BYSTANDER)
        self._sent[number] = time.monotonic()

        def delivered(error: KafkaError | None, record: Message) -> None:
            if error is None:
                place = f"{record.topic()}/{record.partition()}/{record.offset()}"
                if (early := self._early.pop(place, None)) is not None:
                    self.answered[number] = early
                else:
                    self._places[place] = number

        self._producer.produce(f"cri.in.{BYSTANDER}.v1", encoded(message), on_delivery=delivered)
        self._producer.poll(0)

    def listen(self, seconds: float) -> None:
        """Take in what comes within so many seconds."""
        record = self._consumer.poll(seconds)
        while record is not None:
            now = time.monotonic()
            self._producer.poll(0)
            if record.error() is None:
                self._note(json.loads(record.value() or b"{}"), now)
            record = self._consumer.poll(0)
        self._producer.poll(0)

    def _note(self, message: dict[str, Any], now: float) -> None:
        if message["type"] == "gov.cri.submission.accepted.v1":
            self.about = message["data"]["tracking_number"]
        elif place := message.get("inreplyto"):
            if (number := self._places.pop(place, None)) is not None:
                self.answered[number] = now
            else:
                self._early[place] = now

    def questions(self, since: float) -> list[Question]:
        """Return what was sent since a moment."""
        return [
            Question(sent, self.answered.get(number))
            for number, sent in self._sent.items()
            if sent >= since
        ]


def run(pipe: Connection, settings: Settings) -> None:
    """Ask; answer each moment that comes through the pipe with the questions sent since then."""
    bystander = Bystander(settings)
    bystander.submit()
    pipe.send("ready")
    due = time.monotonic()
    try:
        while True:
            now = time.monotonic()
            if now >= due:
                bystander.ask()
                due += EVERY
            bystander.listen(min(max(due - time.monotonic(), 0.001), 0.02))
            if pipe.poll():
                pipe.send(bystander.questions(pipe.recv()))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
