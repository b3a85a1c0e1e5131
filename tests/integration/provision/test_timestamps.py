"""When a record came is what the broker's clock says, whatever that of its sender says."""

import time

import pytest
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, Message, Producer

from deploy.local.stack import Stack
from tests.proofs.chaos.login import login

DAY_MS = 86_400_000


@pytest.mark.parametrize("days", [-30, 2])
def test_a_service_whose_clock_is_wrong_is_heard_and_its_records_are_kept(
    stack: Stack, days: int
) -> None:
    now = int(time.time() * 1000)
    told: list[tuple[KafkaError | None, Message]] = []
    producer = Producer({**login(stack, "intake"), "message.timeout.ms": 10_000})

    producer.produce(
        "cri.int.answers.v1",
        b"{}",
        timestamp=now + days * DAY_MS,
        on_delivery=lambda error, message: told.append((error, message)),
    )
    producer.flush(15)

    [(error, message)] = told
    assert error is None
    kind, at = message.timestamp()
    assert kind == TIMESTAMP_LOG_APPEND_TIME
    assert abs(at - now) < 60_000
