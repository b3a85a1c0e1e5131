"""The mail server of a run, which can be told to misbehave."""

import asyncio
from pathlib import Path
from threading import Thread
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mail.sink import Sink, hang_up, listen

Trouble = Literal["later", "full", "refused", "slow", "cut", "plain", "away"]
TROUBLES: tuple[Trouble, ...] = ("later", "full", "refused", "slow", "cut", "plain", "away")
_PUT_OFF = {"later": "451 4.7.1 please come back", "full": "452 4.3.1 disk full"}
_AT_THE_DOOR = ("plain", "away")
_SLOW_SECONDS = 3.0


class TroubledSink(Sink):
    """
    Keeps mails as `Sink` does, but for its ``trouble``; ``hits`` counts what it did.

    ``later`` and ``full`` put a mail off, ``refused`` is for good, ``slow`` replies late, ``cut``
    hangs up after it has kept a mail, ``plain`` offers no TLS, ``away`` hangs up at once.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.trouble: Trouble | None = None
        self.hits = 0

    async def handle_EHLO(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet, without TLS or not at all if it is told to."""
        session.host_name = hostname
        if self.trouble in _AT_THE_DOOR:
            self.hits += 1
            if self.trouble == "away":
                hang_up(server)
            return [each for each in responses if "STARTTLS" not in each]
        return responses

    async def handle_MAIL(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a mail; hang up on a connection that was made before the trouble."""
        if self.trouble in _AT_THE_DOOR:
            hang_up(server)
            return "421 4.3.2 going away"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or put the mail off."""
        if self.trouble in _PUT_OFF:
            self.hits += 1
            return _PUT_OFF[self.trouble]
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, unless it refuses it; reply, unless it hangs up."""
        if self.trouble == "refused":
            self.hits += 1
            return "554 5.7.1 not from you"
        reply = await super().handle_DATA(server, session, envelope)
        if self.trouble == "slow":
            self.hits += 1
            await asyncio.sleep(_SLOW_SECONDS)  # being slow is the trouble that is asked for
        elif self.trouble == "cut":
            self.hits += 1
            hang_up(server)
        return reply


class MailServer:
    """A `TroubledSink` that serves in a thread of its own; another thread may set its trouble."""

    def __init__(self, folder: Path, *, port: int, certificate: Path) -> None:
        self.sink = TroubledSink(folder)
        self.port = port
        self._certificate = certificate

    def __enter__(self) -> "MailServer":
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = listen(self.sink, port=self.port, certificate=self._certificate)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for each in sessions:
            each.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
