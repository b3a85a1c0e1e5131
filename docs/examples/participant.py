"""A participant's side of Continuum: send, read answers, notice gaps. Needs confluent-kafka."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition


class Gap(Exception):
    """A message for us is missing: read the topic again from where we were."""


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
        self._in_topic = own["in"]
        self._producer = Producer({**login, "enable.idempotence": True})
        self._consumer = Consumer({**login, "group.id": f"{own['group_prefix']}example"})
        # Assigned, not subscribed: where we are is kept with what we made of it, not in Kafka.
        self._consumer.assign([TopicPartition(own["out"], 0, OFFSET_BEGINNING)])

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
            if self._is_new(message):
                yield message

    def _is_new(self, message: dict[str, Any]) -> bool:
        """Tell whether *message* comes next; a copy, or a heartbeat, is nothing new."""
        if message["type"] == "gov.cri.heartbeat.v1":
            if message["data"]["head"] > self.last:
                raise Gap(f"{message['data']['head']} were written for us, we have {self.last}")
            return False
        number = int(message["participantsequence"])
        if number <= self.last:
            return False
        if number != self.last + 1:
            raise Gap(f"{self.last} is followed by {number}")
        self.last = number
        return True

    def answers(self, places: list[str], *, within: float = 30) -> Iterator[dict[str, Any]]:
        """Yield the answer to each record at *places*, in the order in which they come."""
        waiting = set(places)
        for message in self.messages(within=within):
            if message.get("inreplyto") in waiting:
                waiting.remove(message["inreplyto"])
                yield message
            if not waiting:
                return

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
