"""Real mail servers that misbehave on purpose; they keep every mail that they take."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

Replies = dict[str, list[str]]


@dataclass
class Handler:
    """
    Replies as it is told, else as a good server does.

    ``replies`` has, for each of MAIL, RCPT and DATA, the replies to give first. ``after_data``
    runs after a mail has been kept, before the reply to it.
    """

    replies: Replies = field(default_factory=dict)
    after_data: Callable[[SMTP], Awaitable[None]] | None = None
    kept: list[Envelope] = field(default_factory=list)
    greeted: int = 0
    at_once: int = 0
    most_at_once: int = 0
    tls: set[bool] = field(default_factory=set)

    def _next(self, command: str, *, otherwise: str) -> str:
        left = self.replies.get(command)
        return left.pop(0) if left else otherwise

    async def handle_EHLO(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802  # aiosmtpd calls it by this name
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.tls.add(session.ssl is not None)
        reply = self._next("MAIL", otherwise="250 2.1.0 OK")
        if reply.startswith("250"):
            envelope.mail_from = address
        else:
            self.at_once -= 1
        return reply

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it by this name
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._next("RCPT", otherwise="250 2.1.5 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        reply = self._next("DATA", otherwise="250 2.0.0 OK")
        if reply.startswith("250"):
            self.kept.append(envelope)
        if self.after_data is not None:
            await self.after_data(server)
        self.at_once -= 1
        return reply


@asynccontextmanager
async def mail_server(handler: Handler, **options: Any) -> AsyncIterator[int]:
    """Run a mail server on loopback; give its port."""
    sessions: list[SMTP] = []

    def serve() -> SMTP:
        sessions.append(SMTP(handler, **{"hostname": "mail.example", **options}))
        return sessions[-1]

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in sessions:
            if each.transport is not None:
                each.transport.close()
        await until_closed()


Script = Iterable[bytes | None]


@asynccontextmanager
async def scripted_server(script: Script) -> AsyncIterator[int]:
    """Run a server that sends each line of *script* after a line of the client; None hangs up."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        for number, line in enumerate(script):
            if number and not await reader.readline():
                break
            if line is None:
                break
            writer.write(line)
        else:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in writers:
            each.transport.close()
        await until_closed()


async def until_closed() -> None:
    """Let the loop close the sockets of both sides: a transport tells nobody that it has."""
    for _ in range(10):
        await asyncio.sleep(0)  # one turn of the loop


async def hang_up(server: SMTP) -> None:
    """End the connection without a reply."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def tls_server(certificate: str) -> ssl.SSLContext:
    """Return the server's side of TLS with the certificate and key in a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
