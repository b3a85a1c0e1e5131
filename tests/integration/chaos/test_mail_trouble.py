"""What notifications' transport makes of each trouble that a run's mail server may have."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.mail.kept import list_kept
from deploy.local.mail.sink import listen
from deploy.stack.certificates import Certificates
from services.notifications.mail.compose import OutgoingMail
from services.notifications.mail.outcome import Outcome
from services.notifications.mail.transport import Server, Transport
from tests.integration.notifications.mail_servers import until_closed
from tests.proofs.chaos.mail_trouble import TROUBLES, Trouble, TroubledSink

MAIL = OutgoingMail(
    "office@program.example", "chief@agency.example", b"Subject: news\r\n\r\nA.\r\n"
)
COMES_TO: dict[Trouble, tuple[Outcome, int]] = {
    "later": (Outcome("try_later", "rcpt", "4.7.1"), 0),
    "full": (Outcome("try_later", "rcpt", "4.3.1"), 0),
    "refused": (Outcome("refused", "data", "5.7.1"), 0),
    "slow": (Outcome("accepted", "data", "2.0.0"), 1),
    "cut": (Outcome("outcome_unknown", "data"), 1),
    "plain": (Outcome("try_later", "starttls"), 0),
    "away": (Outcome("try_later", "connect"), 0),
}


@pytest.fixture
def sink(tmp_path: Path) -> TroubledSink:
    return TroubledSink(tmp_path / "mail")


@pytest.fixture
async def transport(sink: TroubledSink, tmp_path: Path) -> AsyncIterator[Transport]:
    certificates = Certificates(tmp_path / "certificates")
    certificates.renew([])
    server = await listen(sink, port=0, certificate=certificates.server)
    port = server.sockets[0].getsockname()[1]
    context = ssl.create_default_context(cafile=str(certificates.ca))
    transport = Transport(Server("127.0.0.1", port, "program.example", context=context))
    yield transport
    await transport.close()
    server.close()
    await until_closed()


@pytest.mark.parametrize("is_connected", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_each_trouble_has_its_outcome(
    sink: TroubledSink, transport: Transport, tmp_path: Path, trouble: Trouble, is_connected: bool
) -> None:
    before = 0
    if is_connected:
        assert (await transport.send(MAIL)).kind == "accepted"
        before = 1
    outcome, copies = COMES_TO[trouble]

    sink.trouble = trouble
    assert await transport.send(MAIL) == outcome

    assert sink.hits == 1
    assert len(list_kept(tmp_path / "mail")) == before + copies
    sink.trouble = None
    assert (await transport.send(MAIL)).kind == "accepted"
