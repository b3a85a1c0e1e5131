"""A connection is closed if no request begins on it in time, and only then."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.stack.processes import Ports
from shared.process import timed_heads
from shared.process.http import PublicPages, Servers

HEAD = b"GET / HTTP/1.1\r\nHost: desk\r\n"


class Connection:
    """A connection with pages that wait until `answer` is set."""

    answer: asyncio.Event
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def is_closed(self) -> bool:
        """Return whether the server hangs up before it sends anything."""
        async with asyncio.timeout(20):
            return await self.reader.read(1) == b""

    async def is_answered(self) -> bool:
        async with asyncio.timeout(20):
            head = await self.reader.readuntil(b"\r\n\r\n")
            await self.reader.readexactly(len("a page"))
        return b" 200 " in head


@pytest.fixture
async def connection(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    monkeypatch.setattr(timed_heads, "HEAD_SECONDS", 0.2)
    made, servers, port = Connection(), Servers(), Ports().take()
    made.answer = asyncio.Event()

    async def page(_: Request) -> Response:
        await made.answer.wait()
        return Response("a page")

    servers.start_public(PublicPages([Route("/", page)], "127.0.0.1", port, max_age=None))
    async with asyncio.timeout(20):
        while True:
            try:
                made.reader, made.writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)  # a port tells nobody that it is served
    yield made
    made.answer.set()
    made.writer.close()
    await servers.stop()


@pytest.mark.parametrize("sent", [b"", HEAD])
async def test_a_request_that_does_not_begin_is_not_waited_for(
    connection: Connection, sent: bytes
) -> None:
    connection.writer.write(sent)

    assert await connection.is_closed()


async def test_nor_is_the_next_one_on_a_connection(connection: Connection) -> None:
    connection.answer.set()
    connection.writer.write(HEAD + b"\r\n")
    assert await connection.is_answered()

    connection.writer.write(HEAD)

    assert await connection.is_closed()


async def test_a_page_may_take_its_time(connection: Connection) -> None:
    connection.writer.write(HEAD + b"\r\n")

    asyncio.get_running_loop().call_later(0.5, connection.answer.set)

    assert await connection.is_answered()
