"""
Sends N submissions; waits until each has left the last stage and reporting holds its row.

``python -m benchmarks.peer.drive N [RATE]`` prints one line of JSON.
"""

import asyncio
import json
import os
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks.peer.model import sample

_SECONDS = 120
_HELD = "select count(*) from t_reporting.row"


async def drive(count: int, rate: float) -> dict[str, Any]:
    """Return how many came out, the seconds until reporting held all, and each one's latency."""
    security: dict[str, Any] = {
        "bootstrap_servers": os.environ["KAFKA"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ["KAFKA_USER"],
        "sasl_plain_password": os.environ["KAFKA_PASSWORD"],
    }
    consumer = AIOKafkaConsumer(**security)
    await consumer.start()
    consumer.assign([TopicPartition("t.out", partition) for partition in range(6)])
    await consumer.seek_to_end()
    connection = await asyncpg.connect(os.environ["PG"])
    base = await connection.fetchval(_HELD)
    producer = AIOKafkaProducer(**security, acks="all", enable_idempotence=True, linger_ms=1)
    await producer.start()
    sent: dict[str, float] = {}
    latencies: list[float] = []
    done: set[str] = set()

    async def feed() -> None:
        start = time.perf_counter()
        for number in range(count):
            request_id = uuid.uuid4()
            if rate:
                pause = start + number / rate - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
            sent[str(request_id)] = time.perf_counter()
            value = sample(number, request_id, datetime.now(UTC)).model_dump_json().encode()
            await producer.send("t.in", value, key=request_id.bytes)
        await producer.flush()

    start = time.perf_counter()
    deadline = start + _SECONDS + (count / rate if rate else 0)
    feeding = asyncio.create_task(feed())
    while len(done) < count and time.perf_counter() < deadline:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            at = time.perf_counter()
            for record in records:
                request = json.loads(record.value)["request_id"]
                if request in sent and request not in done:
                    done.add(request)
                    latencies.append(at - sent[request])
    while (  # noqa: ASYNC110 (another process fills the table)
        await connection.fetchval(_HELD) - base < count and time.perf_counter() < deadline
    ):
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - start
    await feeding
    await producer.stop()
    await consumer.stop()
    await connection.close()
    return {"out": len(done), "seconds": seconds, "latencies": latencies}


if __name__ == "__main__":
    asked_rate = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    print(json.dumps(asyncio.run(drive(int(sys.argv[1]), asked_rate))))
