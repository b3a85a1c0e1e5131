"""Accepts every mail and keeps it as a file; nothing is delivered to anybody."""

import asyncio
import ssl
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

BYTES = 1 << 20
NO_SUCH_BOX = "nobody"
"""The name before the ``@`` of an address that has no mailbox, at any domain."""
HANGS_UP = "hangs-up"
"""The same for a mailbox that keeps each mail, but ends the connection instead of replying."""


class Sink:
    """
    Keeps each mail in *folder* as ``<time>-<number>.eml``, before it replies.

    The headers ``Return-Path`` and ``Delivered-To`` in front of it are those of the envelope.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it by this name
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept every recipient except one without a mailbox."""
        if address.rpartition("@")[0] == NO_SUCH_BOX:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, and reply; for the mailbox `HANGS_UP`, end the connection instead."""
        self.keep(envelope)
        if any(each.rpartition("@")[0] == HANGS_UP for each in envelope.rcpt_tos):
            hang_up(server)
        return "250 2.0.0 kept"

    def keep(self, envelope: Envelope) -> Path:
        """Write the mail to its file, whole or not at all; return the file."""
        self._number += 1
        file = self._folder / f"{time.time_ns()}-{self._number:06}.eml"
        part = file.with_suffix(".part")
        part.write_bytes(_with_envelope(envelope))
        return part.rename(file)


async def listen(handler: Sink, *, port: int, certificate: Path) -> asyncio.Server:
    """
    Serve SMTP on loopback, with STARTTLS alone; *certificate* also holds its key.

    The file is read for each connection, so that a renewed certificate is used at once.
    """

    def serve() -> SMTP:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return SMTP(
            handler,
            hostname="localhost",
            data_size_limit=BYTES,
            tls_context=context,
            require_starttls=True,
        )

    return await asyncio.get_running_loop().create_server(serve, "127.0.0.1", port)


def hang_up(server: SMTP) -> None:
    """End the connection at once."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _with_envelope(envelope: Envelope) -> bytes:
    content = envelope.content
    assert isinstance(content, bytes)  # nothing has decoded it
    lines = [f"Return-Path: <{envelope.mail_from}>"]
    lines += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
    return "".join(f"{line}\r\n" for line in lines).encode() + content
