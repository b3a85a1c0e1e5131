"""What the stack's own mail server keeps and shows of the mails of notifications."""

import asyncio
import ssl
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from deploy.local.mail.__main__ import serve
from deploy.local.mail.kept import KeptMail, list_kept, read_kept
from deploy.stack import processes
from deploy.stack.certificates import Certificates
from services.notifications.mail.compose import Letterhead, OutgoingMail, compose
from services.notifications.mail.outcome import Outcome
from services.notifications.mail.transport import Server, Transport
from shared.mail.templates import Rendered

HEAD = Letterhead("office@program.example", "The program office", "desk@program.example")
MAIL_ID = "00000000-0000-4000-8000-000000000001"
CHIEF = "chief@agency.example"
TEXT, HTML = "You wait.\r\n.\r\nFor room.\r\n", "<p>You wait.</p><script>alert(1)</script>"


class Running:
    """A mail server, its folder and its addresses."""

    def __init__(self, folder: Path) -> None:
        ports = processes.Ports()
        self.folder, self.smtp_port, self.http_port = folder / "mail", ports.take(), ports.take()
        self.certificates = Certificates(folder / "certificates")
        self.certificates.renew([])

    async def send(self, mail: OutgoingMail) -> Outcome:
        context = ssl.create_default_context(cafile=str(self.certificates.ca))
        server = Server("127.0.0.1", self.smtp_port, "program.example", context=context)
        transport = Transport(server)
        try:
            return await transport.send(mail)
        finally:
            await transport.close()

    async def shown(self, path: str) -> str:
        def ask() -> str:
            with urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=5) as answer:
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                return str(answer.read().decode())

        return await asyncio.to_thread(ask)

    def kept(self) -> list[KeptMail]:
        return [read_kept(self.folder, name) for name in list_kept(self.folder)]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    made = Running(tmp_path)
    serving = asyncio.create_task(
        serve(
            made.folder,
            smtp_port=made.smtp_port,
            http_port=made.http_port,
            certificate=made.certificates.server,
        )
    )
    async with asyncio.timeout(30):
        while not (processes.accepts(made.smtp_port) and processes.accepts(made.http_port)):
            await asyncio.sleep(0.01)  # a port tells nobody that it is served
    yield made
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def mail(*, to: str = CHIEF, subject: str = "CRI-2026-000042-J: you wait") -> OutgoingMail:
    at = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)
    return compose(HEAD, MAIL_ID, Rendered(subject, TEXT, HTML), recipient=to, at=at)


async def test_a_mail_is_kept_as_a_file_with_its_envelope(running: Running) -> None:
    outcome = await running.send(mail())

    assert outcome == Outcome("accepted", "data", "2.0.0")
    (kept,) = running.kept()
    assert (kept.recipient, kept.mail_id) == (CHIEF, MAIL_ID)
    assert kept.message["Return-Path"] == "<office@program.example>"
    assert kept.text.splitlines() == TEXT.splitlines()
    assert kept.html.strip() == HTML
    assert (running.folder / f"{kept.name}.eml").read_bytes().endswith(mail().content)
    assert stat.S_IMODE(running.folder.stat().st_mode) == 0o700


async def test_each_copy_is_kept_in_the_order_of_arrival(running: Running) -> None:
    for subject in ("first", "second", "second"):
        await running.send(mail(subject=subject))

    assert [each.message["Subject"] for each in running.kept()] == ["first", "second", "second"]


async def test_nobody_has_no_mailbox(running: Running) -> None:
    outcome = await running.send(mail(to="nobody@agency.example"))

    assert outcome == Outcome("refused", "rcpt", "5.1.1")
    assert outcome.is_address_dead
    assert running.kept() == []


async def test_the_page_lists_mails_the_newest_first(running: Running) -> None:
    assert "no mail yet" in await running.shown("/")

    await running.send(mail(subject="older"))
    await running.send(mail(subject="newer <b>"))

    page = await running.shown("/")
    assert page.index("newer &lt;b&gt;") < page.index("older")
    assert CHIEF in page
    assert "<script" not in page


async def test_a_mail_is_shown_with_its_text_and_its_html_as_text(running: Running) -> None:
    await running.send(mail())
    (kept,) = running.kept()

    page = await running.shown(f"/mails/{kept.name}")

    assert "For room." in page
    assert "&lt;p&gt;You wait.&lt;/p&gt;" in page
    assert "<script" not in page
    assert await running.shown(f"/mails/{kept.name}/html") == kept.html


@pytest.mark.parametrize("name", ["1-000001", "..%2F..%2Fcertificates%2Fca", "..%2Fmail%2Fx"])
async def test_only_what_is_kept_is_shown(running: Running, name: str) -> None:
    with pytest.raises(HTTPError, match="404"):
        await running.shown(f"/mails/{name}")
