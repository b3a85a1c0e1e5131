"""The participants' connection to Kafka: sends records, matches answers, checks numbering."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from deploy.participants.history import History
from tests.proofs.chaos.waits import Wait

Settings = Mapping[str, str | int | float | bool]


class Wire:
    """
    One connection for everybody, with the administrator's credentials.

    What each participant sent and received goes into its history, for the checker.
    """

    def __init__(self, settings: Settings, participants: Sequence[str], histories: Path) -> None:
        own = {"enable.idempotence": True, "linger.ms": 2, "message.timeout.ms": 300_000}
        self._producer = Producer({**settings, **own})
        self._consumer = Consumer(
            {
                **settings,
                "group.id": "operator.chaos",  # no group is formed: partitions are assigned
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 100,
            }
        )
        topics = [f"cri.out.{each}.v1" for each in participants]
        self._consumer.assign([TopicPartition(topic, 0, 0) for topic in topics])
        self._histories = {each: History(histories / f"{each}.jsonl") for each in participants}
        self._heads = dict.fromkeys(participants, 0)
        self._answered_early: dict[str, float] = {}
        self._unanswered: dict[str, float] = {}
        self._on_its_way: dict[int, float] = {}
        self._number = 0
        self.unknown = 0
        self.problems: list[str] = []
        self.waits: list[Wait] = []
        """Of every record that has its answer."""

    def send(self, participant: str, value: bytes, *, what: str) -> None:
        """Send one record; its outcome goes into the history."""
        self._number += 1
        number, at = self._number, time.monotonic()
        self._on_its_way[number] = at

        def delivered(error: KafkaError | None, message: Message) -> None:
            del self._on_its_way[number]
            place = None
            if error is None:
                place = f"{message.topic()}/{message.partition()}/{message.offset()}"
                self._await_answer(place, at)
            else:
                self.unknown += 1
            self._histories[participant].sent(value, what=what, coordinate=place)

        self._producer.produce(
            f"cri.in.{participant}.v1", value, partition=0, on_delivery=delivered
        )

    def poll(self, seconds: float) -> list[tuple[str, dict[str, Any]]]:
        """Return (participant, message) pairs since the last call, without repeats."""
        found = []
        for record in self._consumer.consume(500, timeout=seconds):
            value = record.value()
            if record.error() is None and value is not None:
                participant = str(record.topic()).split(".")[2]
                offset = record.offset()
                assert offset is not None
                self._histories[participant].received(value, offset=offset)
                message = json.loads(value)
                if self._is_next(participant, message):
                    found.append((participant, message))
        self._producer.poll(0)
        return found

    def oldest_unanswered(self) -> float | None:
        """Return when the oldest record that has no answer was sent."""
        return min([*self._unanswered.values(), *self._on_its_way.values()], default=None)

    def close(self) -> None:
        """Wait for what is on its way, then disconnect."""
        self._producer.flush(30)
        self._consumer.close()
        for history in self._histories.values():
            history.close()

    def _await_answer(self, place: str, at: float) -> None:
        if place in self._answered_early:
            self.waits.append(Wait(at, self._answered_early.pop(place)))
        else:
            self._unanswered[place] = at

    def _is_next(self, participant: str, message: Mapping[str, Any]) -> bool:
        if "participantsequence" not in message:
            return False
        number, head = int(message["participantsequence"]), self._heads[participant]
        if number <= head:
            return False
        if number != head + 1:
            self.problems.append(f"{participant}: {head} is followed by {number}")
        self._heads[participant] = number
        if place := message.get("inreplyto"):
            self._note_answer(place, time.monotonic())
        return True

    def _note_answer(self, place: str, at: float) -> None:
        if (sent := self._unanswered.pop(place, None)) is not None:
            self.waits.append(Wait(sent, at))
        else:
            if place in self._answered_early:
                self.problems.append(f"{place} has two answers")
            self._answered_early[place] = at
