"""A participant's side of Continuum: send, read answers, notice gaps. Needs confluent-kafka."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition


class Gap(Exception):
    """A message for us is missing although its topic was read again: tell the operators."""


class Participant:
    """One connected system; *last* is the number of the last message that it has processed."""

    def __init__(self, connection: dict[str, Any], name: str, *, last: int = 0) -> None:
        own = connection["participants"][name]
        login = {
            "bootstrap.servers": ",".join(connection["bootstrap_servers"]),
            "security.protocol": connection["security"]["protocol"],
            "sasl.mechanism": connection["security"]["mechanism"],
            "sasl.username": own["username"],
            "sasl.password": own["password"],
        }
        self.name, self.last = name, last
        self.lost: list[tuple[int, int]] = []
        """Numbers, from and to, that were deleted before we read them: ask about `all`."""
        self._in_topic = own["in"]
        self._producer = Producer({**login, "enable.idempotence": True})
        group = f"{own['group_prefix']}example"
        self._consumer = Consumer({**login, "group.id": group, "auto.offset.reset": "earliest"})
        self._out = TopicPartition(own["out"], 0, OFFSET_BEGINNING)
        self._again = False
        self._read_from_beginning()

    def send(self, kind: str, data: Any, *, subject: str, message_id: str | None = None) -> str:
        """Send one message; return where it stands, which is what its answer names."""
        event = {
            "specversion": "1.0",
            "id": message_id or str(uuid.uuid4()),
            "source": f"urn:cri:{self.name}:example",
            "type": f"gov.cri.{kind}.v1",
            "subject": subject,
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        places: list[str] = []

        def delivered(error: Any, record: Message) -> None:
            if error is None:
                places.append(f"{record.topic()}/{record.partition()}/{record.offset()}")

        self._producer.produce(self._in_topic, json.dumps(event).encode(), on_delivery=delivered)
        self._producer.flush(30)
        if not places:
            raise TimeoutError(
                f"nobody knows whether {event['id']} arrived: send it again as it is"
            )
        return places[0]

    def messages(self, *, within: float = 30) -> Iterator[dict[str, Any]]:
        """
        Yield what is new on the ``out`` topic, each message once and in order.

        Ends with TimeoutError when nothing at all comes for *within* seconds.
        """
        while True:
            record = self._consumer.poll(within)
            if record is None:
                raise TimeoutError(f"nothing came for {within} s")
            if record.error():
                raise ConnectionError(str(record.error()))
            message = json.loads(record.value() or b"{}")
            try:
                new = self._is_new(message)
            except Gap:
                if self._again:
                    raise
                # What we miss may still be there: everything again, once.
                self._again = True
                self._read_from_beginning()
                continue
            if new:
                self._again = False
                yield message

    def _read_from_beginning(self) -> None:
        # Assigned, not subscribed: where we are is kept with what we made of it, not in Kafka.
        self._consumer.assign([self._out])
        self._at_beginning = True

    def _give_up_before(self, number: int) -> None:
        """Note that messages before *number* are gone for good, and go on from there."""
        if number > self.last + 1:
            self.lost.append((self.last + 1, number - 1))
            self.last = number - 1

    def _is_new(self, message: dict[str, Any]) -> bool:
        """Tell whether *message* comes next; a copy, or a heartbeat, is nothing new."""
        oldest, self._at_beginning = self._at_beginning, False
        if message["type"] == "gov.cri.heartbeat.v1":
            head = message["data"]["head"]
            # `first` is the oldest number held; so is the next one if this is the oldest record.
            self._give_up_before(head + 1 if oldest else message["data"].get("first", 1))
            if head > self.last:
                raise Gap(f"{head} were written for us, we have {self.last}")
            return False
        number = int(message["participantsequence"])
        if oldest:
            self._give_up_before(number)
        if number <= self.last:
            return False
        if number != self.last + 1:
            raise Gap(f"{self.last} is followed by {number}")
        self.last = number
        return True

    def answers(self, asked: list[str], *, within: float = 30) -> Iterator[dict[str, Any]]:
        """
        Yield the answer to each of *asked*, in the order in which they come.

        Each is where a record stands, or the id of a message: a program that was stopped before
        it knew where its record stands has only the latter.
        """
        waiting = set(asked)
        for message in self.messages(within=within):
            answered = waiting & {message.get("inreplyto"), message.get("inreplytoid")}
            if answered:
                waiting -= answered
                yield message
            if not waiting:
                return

    def standing(self, about: str = "all") -> Iterator[dict[str, Any]]:
        """Yield how each request now stands: what `status.told` says, page after page."""
        question = {"about": about}
        while True:
            place = self.send("status.ask", question, subject=about)
            (answer,) = self.answers([place])
            if answer["type"] != "gov.cri.status.told.v1":
                raise PermissionError(f"refused: {answer['data']['reasons'][0]}")
            yield from answer["data"]["requests"]
            if (after := answer["data"].get("next")) is None:
                return
            question = {"about": about, "after": after}

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
