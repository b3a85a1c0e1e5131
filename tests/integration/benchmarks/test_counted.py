"""What `benchmarks/counted.py` counts is what a service sends."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import counted
from deploy.local.stack import Stack
from deploy.stack import processes

SESSION = """
import asyncio, os, sys
import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

async def session():
    connection = await asyncpg.connect(os.environ["DSN"])
    await connection.execute("CREATE TEMPORARY TABLE counted (n integer)")
    for n in (1, 2):
        async with connection.transaction():
            await connection.execute("INSERT INTO counted VALUES ($1::integer)", n)
            await connection.fetch("SELECT n FROM counted")
    await connection.copy_records_to_table("counted", records=[(3,), (4,)])
    await connection.executemany("DELETE FROM counted WHERE n = $1::integer", [(1,), (2,)])
    try:
        await connection.execute("SELECT 1/0")
    except asyncpg.DivisionByZeroError:
        pass

async def fetches():
    user, password = os.environ["KAFKA_USER"], os.environ["KAFKA_PASSWORD"]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=os.environ["KAFKA"], security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512", sasl_plain_username=user, sasl_plain_password=password,
    )
    await consumer.start()
    consumer.assign([TopicPartition("cri.int.intake.v1", n) for n in range(6)])
    await consumer.getmany(timeout_ms=1000)
    await consumer.stop()

assert sys.argv[1:] == ["run"]
asyncio.run(session())
asyncio.run(fetches())
print("done", flush=True)
asyncio.run(asyncio.Event().wait())
"""


def test_round_trips_transactions_and_fetches_are_counted(stack: Stack, tmp_path: Path) -> None:
    counts = _counts_of_a_session(stack, tmp_path)

    statements = counts["statements"]
    assert statements["BEGIN;"] == statements["COMMIT;"] == 2
    assert statements["INSERT INTO counted VALUES ($1::integer)"] == 2
    assert statements["SELECT n FROM counted"] == 2
    assert statements["DELETE FROM counted WHERE n = $1::integer"] == 1
    # The first of the two transactions prepares both of its statements.
    of_inserts = counts["transactions"]["INSERT INTO counted VALUES ($1::integer)"]
    assert of_inserts == {"6": 1, "4": 1}
    assert counts["transactions"]["SELECT 1/0"] == {"1": 1}
    copies = [text for text in statements if text.startswith("COPY")]
    assert [statements[text] for text in copies] == [1]
    # COPY takes two round trips; every other statement is one.
    assert counts["round_trips"] == sum(statements.values()) + 1
    assert counts["requests"]["FetchRequest"] >= 1
    assert counts["partitions"] == 6 * counts["requests"]["FetchRequest"]


def _counts_of_a_session(stack: Stack, folder: Path) -> Mapping[str, Any]:
    (folder / "counted_session.py").write_text(SESSION)
    user, password = stack.kafka_login("routing")
    with TemporaryDirectory(prefix="counted-") as short:  # a socket's path must be short
        at = f"{short}/counts"
        child = processes.start(
            "the session",
            [sys.executable, "-P", counted.__file__, "-m", "counted_session", "run"],
            log=folder / "session.log",
            environment={
                **os.environ,
                "PYTHONPATH": str(folder),
                counted.SOCKET: at,
                "DSN": stack.postgres.dsn(),
                "KAFKA": stack.kafka.servers[0],
                "KAFKA_USER": user,
                "KAFKA_PASSWORD": password,
            },
        )
        try:
            processes.wait_until(
                lambda: "done" in child.log.read_text(),
                what="the session", children=[child], within=30,
            )  # fmt: skip
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(at)
                return dict(json.loads(connection.makefile().read()))
        finally:
            child.process.kill()
            child.process.wait()
