"""The generator process: prepares a load, then sends it at once or at a fixed rate."""

import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

from confluent_kafka import KafkaException, Producer

from benchmarks.login import Login
from benchmarks.participants import AskingAgency
from benchmarks.submissions import submissions

Prepare = tuple[str, int, float | None]
"""Name of the load, number of requests, requests a second (None: as fast as possible)."""


def run(pipe: "Connection", login: Login, agencies: Sequence[AskingAgency]) -> None:
    """Serve each ``Prepare``: answer "ready", wait for a message, send, answer with the times."""
    producers = {rated: _producer(login, linger_ms=0 if rated else 5) for rated in (False, True)}
    while True:
        try:
            load, count, rate = pipe.recv()
            prepared = [
                (f"cri.in.{system}.v1", value)
                for system, value in submissions(agencies, load=load, count=count)
            ]
            pipe.send("ready")
            pipe.recv()
            pipe.send(_send(producers[rate is not None], prepared, rate))
        except (EOFError, BrokenPipeError, KeyboardInterrupt):
            return


def _producer(login: Login, *, linger_ms: int) -> Producer:
    settings = {"enable.idempotence": True, "linger.ms": linger_ms, "client.id": "measurer-send"}
    return Producer({**login.settings(), **settings})


def _send(
    producer: Producer, prepared: Sequence[tuple[str, bytes]], rate: float | None
) -> list[float]:
    """Send everything; return when each was produced, by the machine's monotonic clock."""
    at: list[float] = []
    start = time.monotonic()
    for number, (topic, value) in enumerate(prepared):
        if rate is not None:
            pause = start + number / rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
        at.append(time.monotonic())
        while True:
            try:
                producer.produce(topic, value, partition=0)
                break
            except BufferError:  # the producer's queue is full: let it drain
                producer.poll(0.05)
        producer.poll(0)
    if left := producer.flush(60):
        raise KafkaException(f"{left} submissions could not be sent within 60 s")
    return at
