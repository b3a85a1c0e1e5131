"""A proxy between services and servers that can delay or drop bytes and reset connections."""

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any, Literal

from deploy.stack.proxy_routes import POSTGRES, ProxyRoute
from tests.proofs.chaos.server_responses import ServerResponses

Direction = Literal["to server", "to client"]
_UnderWay = asyncio.Queue[tuple[float, bytes]]
DIRECTIONS: tuple[Direction, ...] = ("to server", "to client")
_CHUNK = 65_536
_UNDER_WAY = 64
_HANG_UP = struct.pack("ii", 1, 0)


class Link:
    """One route with its connections; use it only in the proxy's own event loop."""

    def __init__(self, route: ProxyRoute) -> None:
        self.route = route
        self.target_port = route.target_port
        self.open = {direction: asyncio.Event() for direction in DIRECTIONS}
        """Bytes wait while a direction is closed, as in TCP."""
        self.delay = 0.0
        self.commits_to_cut = 0
        self.commits_cut = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.mend()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on until both sides have ended it, or one is gone."""
        self._writers.add(writer)
        tasks: list[asyncio.Task[None]] = []
        onward: asyncio.StreamWriter | None = None
        try:
            await self.open["to server"].wait()
            away, onward = await asyncio.open_connection("127.0.0.1", self.target_port)
            self._writers.add(onward)
            answers = ServerResponses() if self.route.server == POSTGRES else None
            for coming, going, direction, split in (
                (reader, onward, DIRECTIONS[0], None),
                (away, writer, DIRECTIONS[1], answers),
            ):
                queue: _UnderWay = asyncio.Queue(_UNDER_WAY)
                tasks.append(asyncio.create_task(self._receive(coming, queue)))
                tasks.append(asyncio.create_task(self._send(queue, going, direction, split)))
            await asyncio.gather(*tasks)
        except OSError:  # one side is gone, or nothing listens there: so is the other
            pass
        finally:
            for task in tasks:
                task.cancel()
            for each in (writer, onward):
                if each is not None:
                    _hang_up(each)
                    self._writers.discard(each)

    def close(self, directions: Sequence[Direction]) -> None:
        """Pass nothing on in these directions."""
        for direction in directions:
            self.open[direction].clear()

    def mend(self) -> None:
        """Pass everything on at once, first what has waited."""
        self.delay = 0.0
        for direction in self.open.values():
            direction.set()

    def reset(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            _hang_up(writer)

    async def _receive(self, reader: asyncio.StreamReader, queue: "_UnderWay") -> None:
        now = asyncio.get_running_loop().time
        with suppress(ConnectionError):  # the other side hears of it when the way is open
            while data := await reader.read(_CHUNK):
                await queue.put((now() + self.delay, data))
        await queue.put((now() + self.delay, b""))

    async def _send(
        self,
        queue: "_UnderWay",
        writer: asyncio.StreamWriter,
        direction: Direction,
        answers: ServerResponses | None,
    ) -> None:
        now = asyncio.get_running_loop().time
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - now())
            await self.open[direction].wait()
            if not data:
                writer.write_eof()
                return
            for part, commits in answers.take(data) if answers else ((data, False),):
                if commits and self.commits_to_cut:
                    self.commits_to_cut -= 1
                    self.commits_cut += 1
                    raise ConnectionResetError("between a commit and its answer")
                writer.write(part)
            await writer.drain()


class Proxy:
    """
    All links, in a thread of their own.

    Methods may be called from other threads; each returns when its effect has taken place.
    """

    def __init__(self, proxy_routes: Sequence[ProxyRoute]) -> None:
        self.links = [Link(each) for each in proxy_routes]
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> "Proxy":
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def select(self, services: Sequence[str], servers: Sequence[str]) -> list[Link]:
        """Return the links from some services to some servers."""
        return [
            link
            for link in self.links
            if link.route.service in services and link.route.server in servers
        ]

    def cut(self, links: Sequence[Link], directions: Sequence[Direction]) -> None:
        """Forward nothing in these directions, silently."""
        self._each(links, lambda link: link.close(directions))

    def mend(self, links: Sequence[Link]) -> None:
        """Pass everything on at once, first what has waited."""
        self._each(links, Link.mend)

    def reset(self, links: Sequence[Link]) -> None:
        """Reset every connection."""
        self._each(links, Link.reset)

    def delay(self, links: Sequence[Link], seconds: float) -> None:
        """Delay all bytes in each direction, in order."""
        for link in links:
            link.delay = seconds

    def redirect(self, links: Sequence[Link], port: int) -> None:
        """Route new connections to another port; reset the present ones."""

        def redirect(link: Link) -> None:
            link.target_port = port
            link.reset()

        self._each(links, redirect)

    def cut_commits(self, links: Sequence[Link], times: int) -> None:
        """Reset each link after its next ``times`` commits, before their answers."""
        for link in links:
            link.commits_to_cut = times

    def _each(self, links: Sequence[Link], do: Callable[[Link], None]) -> None:
        async def each() -> None:
            for link in links:
                do(link)

        if links:
            self._do(each())

    async def _listen(self) -> None:
        for link in self.links:
            server = await asyncio.start_server(link.serve, "127.0.0.1", link.route.port)
            self._servers.append(server)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for link in self.links:
            link.mend()
            link.reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, what: "Coroutine[Any, Any, None]") -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()


def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that the other side sees a reset, not an end."""
    with suppress(OSError):
        held: socket.socket = writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP)
    writer.transport.abort()
