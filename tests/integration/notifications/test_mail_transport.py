import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.certificates import Certificates
from services.notifications.mail.compose import OutgoingMail
from services.notifications.mail.outcome import Outcome, Stage
from services.notifications.mail.transport import (
    CONNECTIONS,
    CONNECTIONS_TO_ONE_DOMAIN,
    MAILS_ON_ONE_CONNECTION,
    Limits,
    Server,
    Transport,
)
from tests.integration.notifications.mail_servers import (
    Handler,
    hang_up,
    mail_server,
    scripted_server,
    tls_server,
)

GREETING = b"220 mail.example ESMTP\r\n"
EHLO = b"250 mail.example\r\n"


def mail(to: str = "chief@agency.example") -> OutgoingMail:
    return OutgoingMail(
        "office@program.example", to, b"Subject: news\r\n\r\nA line.\r\n.\r\nA last line.\r\n"
    )


def server(port: int, **more: Any) -> Server:
    options = {"tls": "opportunistic", **more}
    return Server("127.0.0.1", port, "program.example", **options)


async def send_once(port: int, **more: object) -> Outcome:
    transport = Transport(server(port, **more))
    try:
        return await transport.send(mail())
    finally:
        await transport.close()


async def test_a_good_server_takes_over_the_mail_as_it_was_written() -> None:
    handler = Handler()
    async with mail_server(handler) as port:
        outcome = await send_once(port)

    assert outcome == Outcome("accepted", "data", "2.0.0")
    (kept,) = handler.kept
    assert (kept.mail_from, kept.rcpt_tos) == ("office@program.example", ["chief@agency.example"])
    assert kept.content == mail().content


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_temporary_failure_at_any_stage_is_tried_later(command: str) -> None:
    handler = Handler({command: ["451 4.7.1 please come back"]})
    async with mail_server(handler) as port:
        first, second = await send_once(port), await send_once(port)

    assert first == ("try_later", command.lower(), "4.7.1")
    assert second.kind == "accepted"
    assert len(handler.kept) == 1


@pytest.mark.parametrize(
    ("command", "reply", "status", "dead"),
    [
        ("RCPT", "550 5.1.1 no such user", "5.1.1", True),
        ("RCPT", "550 5.2.1 disabled", "5.2.1", True),
        ("RCPT", "550 5.7.1 not from you", "5.7.1", False),
        ("RCPT", "550 no such user", "550", False),
        ("MAIL", "550 5.1.8 bad sender", "5.1.8", False),
        ("DATA", "554 5.7.1 looks like spam", "5.7.1", False),
        ("DATA", "554 5.1.1 late", "5.1.1", False),
    ],
)
async def test_a_permanent_failure_is_refused(
    command: str, reply: str, status: str, dead: bool
) -> None:
    handler = Handler({command: [reply]})
    async with mail_server(handler) as port:
        outcome = await send_once(port)

    assert tuple(outcome) == ("refused", command.lower(), status)
    assert outcome.is_address_dead == dead
    assert handler.kept == []


async def test_a_cut_after_data_leaves_the_outcome_unknown() -> None:
    handler = Handler(after_data=hang_up)
    async with mail_server(handler) as port:
        outcome = await send_once(port)

    assert outcome == Outcome("outcome_unknown", "data")
    assert len(handler.kept) == 1


async def test_a_server_that_is_slow_after_data_leaves_the_outcome_unknown() -> None:
    freed = asyncio.Event()

    async def wait(_: object) -> None:
        await freed.wait()

    handler = Handler(after_data=wait)
    async with mail_server(handler) as port:
        outcome = await send_once(port, limits=Limits(data=0.2))
        freed.set()

    assert outcome == Outcome("outcome_unknown", "data")
    assert len(handler.kept) == 1


@pytest.mark.parametrize("reply", [b"250 " + b"a" * 70_000 + b"\r\n", b"fine, thanks\r\n"])
async def test_a_reply_after_data_that_cannot_be_read_leaves_the_outcome_unknown(
    reply: bytes,
) -> None:
    # one answer for the greeting, EHLO, MAIL, RCPT, DATA; the mail has five lines and its end
    script = [GREETING, EHLO, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"]
    async with scripted_server([*script, *[b""] * 5, reply]) as port:
        outcome = await send_once(port, limits=Limits(data=5))

    assert outcome == Outcome("outcome_unknown", "data")


@pytest.mark.parametrize(
    ("script", "stage"),
    [
        ([None], "connect"),
        ([b"554 5.3.2 closed\r\n"], "connect"),
        ([b"220 " + b"a" * 70_000 + b"\r\n"], "connect"),
        ([GREETING, None], "connect"),
        ([GREETING, b"550 5.7.1 not you\r\n", b"550 5.7.1 not you\r\n"], "connect"),
        ([GREETING, EHLO, None], "mail"),
        ([GREETING, EHLO, b"421 4.3.2 going down\r\n"], "mail"),
        ([GREETING, EHLO, b"250 OK\r\n", None], "rcpt"),
        ([GREETING, EHLO, b"250 OK\r\n", b"250 " + b"a" * 70_000 + b"\r\n"], "rcpt"),
    ],
)
async def test_whatever_ends_a_try_before_data_is_tried_later(
    script: list[bytes | None], stage: str
) -> None:
    async with scripted_server(script) as port:
        outcome = await send_once(port)

    assert (outcome.kind, outcome.stage) == ("try_later", stage)


@pytest.mark.parametrize(
    ("script", "stage", "limits"),
    [
        ([], "connect", Limits(connect=0.1)),
        ([GREETING, b""], "connect", Limits(connect=0.1)),
        ([GREETING, EHLO, b""], "mail", Limits(mail=0.1)),
        ([GREETING, EHLO, b"250 OK\r\n", b""], "rcpt", Limits(rcpt=0.1)),
    ],
)
async def test_a_silent_server_is_tried_later(
    script: list[bytes | None], stage: Stage, limits: Limits
) -> None:
    async with scripted_server(script) as port:
        outcome = await send_once(port, limits=limits)

    assert outcome == Outcome("try_later", stage)


async def test_a_server_that_is_not_there_is_tried_later() -> None:
    async with mail_server(Handler()) as port:
        pass

    assert await send_once(port) == Outcome("try_later", "connect")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    made.renew([])
    return made


def trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


@pytest.mark.parametrize("tls", ["require", "opportunistic"])
async def test_tls_is_used_where_it_is_offered(certificates: Certificates, tls: str) -> None:
    handler = Handler()
    context = trusting(certificates.ca)
    async with mail_server(handler, tls_context=tls_server(str(certificates.server))) as port:
        outcome = await send_once(port, tls=tls, context=context)

    assert outcome.kind == "accepted"
    assert handler.tls == {True}


async def test_nothing_is_sent_without_tls_where_it_is_required() -> None:
    handler = Handler()
    async with mail_server(handler) as port:
        outcome = await send_once(port, tls="require")

    assert outcome == Outcome("try_later", "starttls")
    assert handler.kept == []


@pytest.mark.parametrize("tls", ["require", "opportunistic"])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    certificates: Certificates, tls: str
) -> None:
    handler = Handler()
    async with mail_server(handler, tls_context=tls_server(str(certificates.server))) as port:
        outcome = await send_once(port, tls=tls)

    assert outcome == Outcome("try_later", "starttls")
    assert handler.kept == []


@pytest.mark.parametrize("broken", [b"220 go on\r\nno TLS here\r\n", b"454 4.7.0 not now\r\n"])
async def test_tls_that_breaks_is_tried_later(broken: bytes) -> None:
    script = [GREETING, b"250-mail.example\r\n250 STARTTLS\r\n", broken, b"no TLS here\r\n", None]
    async with scripted_server(script) as port:
        outcome = await send_once(port, tls="require", limits=Limits(starttls=2))

    assert (outcome.kind, outcome.stage) == ("try_later", "starttls")


async def test_a_login_that_fails_is_no_verdict_on_the_mail() -> None:
    def nobody(mechanism: str, login: bytes, password: bytes) -> bool:
        return False

    handler = Handler()
    options = {"auth_require_tls": False, "auth_callback": nobody}
    async with mail_server(handler, **options) as port:
        outcome = await send_once(port, login=("continuum", "wrong"))

    assert (outcome.kind, outcome.stage, outcome.status) == ("try_later", "login", "5.7.8")


async def test_a_connection_is_kept_until_it_has_sent_enough() -> None:
    handler = Handler()
    async with mail_server(handler) as port:
        transport = Transport(server(port))
        for _ in range(MAILS_ON_ONE_CONNECTION + 1):
            assert (await transport.send(mail())).kind == "accepted"
        await transport.close()

    assert len(handler.kept) == MAILS_ON_ONE_CONNECTION + 1
    assert handler.greeted == 2


async def test_a_connection_goes_on_after_a_refusal() -> None:
    handler = Handler({"RCPT": ["550 5.1.1 no such user"]})
    async with mail_server(handler) as port:
        transport = Transport(server(port))
        first, second = await transport.send(mail()), await transport.send(mail())
        await transport.close()

    assert (first.kind, second.kind) == ("refused", "accepted")
    assert handler.greeted == 1


async def test_a_kept_connection_that_the_server_ended_is_replaced() -> None:
    handler = Handler()
    async with mail_server(handler, timeout=0.05) as port:
        transport = Transport(server(port))
        assert (await transport.send(mail())).kind == "accepted"
        while transport._kept[0].smtp.is_connected:
            await asyncio.sleep(0.01)  # the client tells nobody that its connection has ended
        assert (await transport.send(mail())).kind == "accepted"
        await transport.close()

    assert len(handler.kept) == 2
    assert handler.greeted == 2


async def send_many_at_once(addresses: list[str]) -> int:
    """Send to all *addresses* through a slow server; return how many mails were under way."""
    freed = asyncio.Event()

    async def wait(_: object) -> None:
        await freed.wait()

    handler = Handler(after_data=wait)
    async with mail_server(handler) as port:
        transport = Transport(server(port))
        sending = asyncio.gather(*(transport.send(mail(to)) for to in addresses))
        expected = min(CONNECTIONS, CONNECTIONS_TO_ONE_DOMAIN * len(set(addresses)))
        while len(handler.kept) < expected:
            await asyncio.sleep(0.01)  # the server tells nobody what it has kept
        freed.set()
        outcomes = await sending
        await transport.close()

    assert [each.kind for each in outcomes] == ["accepted"] * len(addresses)
    return handler.most_at_once


async def test_at_most_two_mails_go_to_one_domain_at_once() -> None:
    assert await send_many_at_once(["chief@agency.example"] * 6) == CONNECTIONS_TO_ONE_DOMAIN


async def test_at_most_four_mails_go_out_at_once() -> None:
    addresses = [f"chief@agency-{number}.example" for number in range(6)]

    assert await send_many_at_once(addresses) == CONNECTIONS


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("jefe.muñoz@agency.example", "5.6.7"),
        ("chief@" + "a" * 64 + ".example", "5.6.7"),
        ("chief\x07@agency.example", "5.1.3"),
        ("chief\r\nRCPT TO:<x@y.example>@agency.example", "5.1.3"),
    ],
)
async def test_an_address_that_cannot_be_written_is_refused(address: str, status: str) -> None:
    handler = Handler()
    async with mail_server(handler) as port:
        transport = Transport(server(port))
        outcome = await transport.send(mail(address))
        await transport.close()

    assert outcome == Outcome("refused", "rcpt", status)
    assert handler.kept == []


async def test_a_domain_in_other_letters_is_written_for_dns() -> None:
    handler = Handler()
    async with mail_server(handler) as port:
        transport = Transport(server(port))
        outcome = await transport.send(mail("chief@cañon.example"))
        await transport.close()

    assert outcome.kind == "accepted"
    assert handler.kept[0].rcpt_tos == ["chief@xn--caon-hqa.example"]
