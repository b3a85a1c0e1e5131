"""Sends one mail over SMTP, stage by stage, on connections that are kept."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from weakref import WeakValueDictionary

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException

from services.notifications.mail.address import AddressError, ascii_form
from services.notifications.mail.compose import OutgoingMail
from services.notifications.mail.outcome import Outcome, Stage, broken_off, replied

CONNECTIONS = 4
CONNECTIONS_TO_ONE_DOMAIN = 2
KEPT_SECONDS = 20.0
"""How long a connection is kept without use; servers end idle ones after some minutes."""
MAILS_ON_ONE_CONNECTION = 100
_CUT = (SMTPException, OSError, TimeoutError)


class Limits(NamedTuple):
    """Seconds for each stage of a try; many servers look at the contents before they reply."""

    connect: float = 15
    starttls: float = 15
    login: float = 15
    mail: float = 15
    rcpt: float = 30
    data: float = 60


@dataclass(frozen=True, slots=True)
class Server:
    """
    The mail server that takes over all mails.

    ``tls``: ``require`` sends nothing without it; ``opportunistic`` uses it where it is offered.
    """

    host: str
    port: int
    greeting: str
    """The domain that we name in EHLO."""
    tls: Literal["require", "opportunistic"] = "require"
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    login: tuple[str, str] | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)


class _StageError(Exception):
    """A try that ended before the mail was accepted."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


@dataclass(slots=True)
class _Connection:
    smtp: SMTP
    used: int = 0
    last_used: float = 0.0

    @property
    def may_be_used_again(self) -> bool:
        return (
            self.smtp.is_connected
            and self.used < MAILS_ON_ONE_CONNECTION
            and time.monotonic() - self.last_used < KEPT_SECONDS
        )


class Transport:
    """
    Sends mails through one server: at most 4 at once, at most 2 to one domain.

    A connection that worked is kept for the next mail.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._kept: list[_Connection] = []
        self._all = asyncio.Semaphore(CONNECTIONS)
        self._domains: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, mail: OutgoingMail) -> Outcome:
        """
        Try to send *mail* once and return what came of it; raise nothing for a server's failure.

        A kept connection that turns out to be closed before the mail was begun is replaced.
        """
        try:
            recipient = ascii_form(mail.recipient)
        except AddressError as error:
            return Outcome("refused", "rcpt", error.status)
        domain = recipient.rpartition("@")[2].lower()
        limit = asyncio.Semaphore(CONNECTIONS_TO_ONE_DOMAIN)
        limit = self._domains.setdefault(domain, limit)
        async with limit, self._all:
            if (connection := self._take_kept()) is not None:
                outcome = await self._send_on(connection, mail.sender, recipient, mail.content)
                if outcome.stage != "mail" or connection.smtp.is_connected:
                    return outcome
            try:
                connection = await self._connect()
            except _StageError as error:
                return error.outcome
            return await self._send_on(connection, mail.sender, recipient, mail.content)

    async def close(self) -> None:
        """Say goodbye on the connections that are kept, and close them."""
        for connection in self._kept:
            try:
                async with asyncio.timeout(1):
                    await connection.smtp.quit(timeout=None)
            except _CUT:
                connection.smtp.close()
        self._kept.clear()

    def _take_kept(self) -> _Connection | None:
        while self._kept:
            connection = self._kept.pop()
            if connection.may_be_used_again:
                return connection
            connection.smtp.close()
        return None

    async def _connect(self) -> _Connection:
        server, limits = self._server, self._server.limits
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.greeting,
            start_tls=False,
            tls_context=server.context,
            timeout=None,  # limits are set here: those of the library can lose a cancellation
        )
        try:
            async with _stage("connect", limits.connect):
                await smtp.connect()
                await smtp.ehlo()
            if server.tls == "require" or smtp.supports_extension("starttls"):
                async with _stage("starttls", limits.starttls):
                    await smtp.starttls()
                    await smtp.ehlo()
            if server.login is not None:
                async with _stage("login", limits.login):
                    await smtp.login(*server.login)
        except BaseException:
            smtp.close()
            raise
        return _Connection(smtp)

    async def _send_on(
        self, connection: _Connection, sender: str, recipient: str, content: bytes
    ) -> Outcome:
        """Send the mail on *connection*; keep it if it still works, else close it."""
        smtp, limits = connection.smtp, self._server.limits
        connection.used += 1
        try:
            async with _stage("mail", limits.mail):
                await smtp.mail(sender)
            async with _stage("rcpt", limits.rcpt):
                await smtp.rcpt(recipient)
            async with _stage("data", limits.data):
                reply = await smtp.data(content)
                outcome = replied("data", reply.code, reply.message)
        except _StageError as error:
            outcome = error.outcome
            if outcome.status is None or not await _reset(smtp):
                smtp.close()
        except BaseException:
            smtp.close()
            raise
        if smtp.is_connected:
            connection.last_used = time.monotonic()
            self._kept.append(connection)
        return outcome


@asynccontextmanager
async def _stage(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """Turn a server's failure within the block, or a time-out of it, into an outcome."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except SMTPResponseException as error:
        raise _StageError(replied(stage, error.code, error.message)) from error
    except _CUT as error:
        raise _StageError(broken_off(stage)) from error


async def _reset(smtp: SMTP) -> bool:
    """Forget the mail that was begun; return whether the connection can be used for another."""
    try:
        async with asyncio.timeout(1):
            await smtp.rset()
    except _CUT:
        return False
    return True
