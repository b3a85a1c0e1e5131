"""A connection to Kafka that ends under its client's hands is an outage, with uvloop as well."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import uvloop
from aiokafka import conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from shared.delivery import ended_connections

Write = Callable[[Any], object]
WRITES = [
    pytest.param(lambda connection: connection.send(MetadataRequest([])), id="a request"),
    pytest.param(lambda connection: connection._send_sasl_token(b"who"), id="a log-in"),
]


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conn, "AIOKafkaConnection", conn.AIOKafkaConnection)


async def write_when_it_has_ended(write: Write) -> None:
    """Write to a connection that has ended, before the client's reading task has noticed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        connection = conn.AIOKafkaConnection(host, port)
        connection._versions = {MetadataRequest.API_KEY: (0, 1)}
        _, connection._writer = await asyncio.open_connection(host, port)
        connection._writer.transport.abort()
        await asyncio.sleep(0)  # a turn in which it is closed, and nobody has noticed yet
        write(connection)


@pytest.mark.parametrize("write", WRITES)
def test_whoever_writes_to_a_connection_that_has_ended_is_told_of_an_outage(write: Write) -> None:
    ended_connections.expect()

    with pytest.raises(KafkaConnectionError):
        uvloop.run(write_when_it_has_ended(write))


@pytest.mark.parametrize("write", WRITES)
def test_the_client_library_does_not_say_so_by_itself_yet(write: Write) -> None:
    with pytest.raises(RuntimeError, match="the handler is closed"):
        uvloop.run(write_when_it_has_ended(write))
