"""A client for participants: sends, reads answers, notices gaps. Needs confluent-kafka."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition


class Gap(Exception):
    """A message is missing even after the topic was read again: tell the operators."""


def by_password(connection: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return librdkafka's settings for a user and password, over TLS."""
    security = connection["security"]
    login = {
        "bootstrap.servers": ",".join(connection["bootstrap_servers"]),
        "security.protocol": security["protocol"],
        "sasl.mechanism": security["mechanism"],
        "sasl.username": own["username"],
        "sasl.password": own["password"],
    }
    return {**login, "ssl.ca.location": security["ca"]} if "ca" in security else login


def by_certificate(connection: dict[str, Any]) -> dict[str, Any]:
    """Return librdkafka's settings for a client certificate: a file with its key and chain."""
    own = connection["with_certificate"]
    return {
        "bootstrap.servers": ",".join(own["bootstrap_servers"]),
        "security.protocol": own["security"]["protocol"],
        "ssl.ca.location": own["security"]["ca"],
        "ssl.certificate.location": own["certificate"],
        "ssl.key.location": own["certificate"],
    }


class Participant:
    """One connected system; *last* is the number of the last message that it processed."""

    def __init__(
        self,
        connection: dict[str, Any],
        name: str,
        *,
        last: int = 0,
        certificate: bool = False,
    ) -> None:
        own = connection["participants"][name]
        login = by_certificate(connection) if certificate else by_password(connection, own)
        self.name, self.last = name, last
        self.lost: list[tuple[int, int]] = []
        """Ranges of messages that were deleted before we read them: ask about `all`."""
        self._in_topic = own["in"]
        self._producer = Producer({**login, "enable.idempotence": True})
        group = f"{own['group_prefix']}example"
        self._consumer = Consumer({**login, "group.id": group, "auto.offset.reset": "earliest"})
        self._out = TopicPartition(own["out"], 0, OFFSET_BEGINNING)
        self._reread = False
        self._read_from_beginning()

    def send(self, kind: str, data: Any, *, subject: str, message_id: str | None = None) -> str:
        """Send one message; return its coordinate, by which the answer refers to it."""
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
        coordinates: list[str] = []

        def delivered(error: Any, record: Message) -> None:
            if error is None:
                coordinates.append(f"{record.topic()}/{record.partition()}/{record.offset()}")

        self._producer.produce(self._in_topic, json.dumps(event).encode(), on_delivery=delivered)
        self._producer.flush(30)
        if not coordinates:
            raise TimeoutError(f"{event['id']} may have arrived or not: send it again unchanged")
        return coordinates[0]

    def messages(self, *, within: float = 30) -> Iterator[dict[str, Any]]:
        """
        Yield the new messages of the ``out`` topic, each once and in order.

        Raises TimeoutError if none arrives for *within* seconds, and Gap if one is missing.
        """
        while True:
            record = self._consumer.poll(within)
            if record is None:
                raise TimeoutError(f"no message for {within} s")
            if record.error():
                raise ConnectionError(str(record.error()))
            message = json.loads(record.value() or b"{}")
            try:
                new = self._is_new(message)
            except Gap:
                if self._reread:
                    raise
                # The topic may still hold the missing message: read it again, once.
                self._reread = True
                self._read_from_beginning()
                continue
            if new:
                self._reread = False
                yield message

    def _read_from_beginning(self) -> None:
        # Assigned, not subscribed: our position is stored with our own data, not in Kafka.
        self._consumer.assign([self._out])
        self._at_beginning = True

    def _skip_to(self, number: int) -> None:
        """Record that messages before *number* are lost, and continue from there."""
        if number > self.last + 1:
            self.lost.append((self.last + 1, number - 1))
            self.last = number - 1

    def _is_new(self, message: dict[str, Any]) -> bool:
        """Tell whether *message* is the next one; duplicates and heartbeats are not."""
        oldest, self._at_beginning = self._at_beginning, False
        if message["type"] == "gov.cri.heartbeat.v1":
            head = message["data"]["head"]
            # `first` is the oldest number still held; if this is the oldest record, all up to
            # `head` are gone.
            self._skip_to(head + 1 if oldest else message["data"].get("first", 1))
            if head > self.last:
                raise Gap(f"{head} messages were sent to us, we have {self.last}")
            return False
        number = int(message["participantsequence"])
        if oldest:
            self._skip_to(number)
        if number <= self.last:
            return False
        if number != self.last + 1:
            raise Gap(f"{number} follows {self.last}")
        self.last = number
        return True

    def answers(self, sent: list[str], *, within: float = 30) -> Iterator[dict[str, Any]]:
        """
        Yield the answer to each of *sent*, in the order in which they arrive.

        Each is the coordinate that `send` returned, or the id of a message: a program that was
        stopped before `send` returned knows only the id.
        """
        waiting = set(sent)
        for message in self.messages(within=within):
            answered = waiting & {message.get("inreplyto"), message.get("inreplytoid")}
            if answered:
                waiting -= answered
                yield message
            if not waiting:
                return

    def statuses(self, about: str = "all") -> Iterator[dict[str, Any]]:
        """Yield the current status of each request: the entries of `status.told`, page by page."""
        question = {"about": about}
        while True:
            coordinate = self.send("status.ask", question, subject=about)
            (answer,) = self.answers([coordinate])
            if answer["type"] != "gov.cri.status.told.v1":
                raise PermissionError(f"refused: {answer['data']['reasons'][0]}")
            yield from answer["data"]["requests"]
            if (after := answer["data"].get("next")) is None:
                return
            question = {"about": about, "after": after}

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
