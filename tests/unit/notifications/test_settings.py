from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.local.mail.server import mail_settings
from deploy.provision.credentials import Credentials
from services.notifications.settings import Settings

BASE: dict[str, Any] = {
    "kafka_servers": "localhost:9092",
    "kafka_security": "SASL_SSL",
    "kafka_user": "svc-notifications",
    "kafka_password": "x",
    "postgres_host": "localhost",
    "postgres_database": "continuum_notifications",
    "postgres_user": "notifications",
    "postgres_password": "x",
    "http_host": "127.0.0.1",
    "http_port": 0,
}
MAIL: dict[str, Any] = {
    "smtp_host": "mail.program.example",
    "mail_from": "office@program.example",
    "mail_reply_to": "desk@program.example",
    "public_url": "https://program.example/",
}
KEY = "ab" * 32
NEWS: dict[str, Any] = {"desk_url": "https://desk.example/", "link_key": KEY}


def settings(**more: Any) -> Settings:
    return Settings(**{**BASE, **more})


def test_without_a_mail_server_there_is_no_mail() -> None:
    assert settings().mail_server is None
    assert settings().letterhead is None


def test_mail_goes_to_one_server_and_needs_tls() -> None:
    chosen = settings(**MAIL, smtp_user="continuum", smtp_password="secret")
    server = chosen.mail_server

    assert server is not None
    assert (server.host, server.port, server.tls) == ("mail.program.example", 587, "require")
    assert server.greeting == "program.example"
    assert server.login == ("continuum", "secret")
    assert "secret" not in repr(server)


def test_public_certificates_are_trusted_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    server = settings(**MAIL).mail_server

    assert server is not None
    assert len(server.context.get_ca_certs()) > 50


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"mail_from": None}, "mail_from"),
        ({"mail_from": "office@program.example\r\nBcc: x@y.example"}, "mail_from"),
        ({"mail_from": "jefe.muñoz@program.example"}, "mail_from"),
        ({"mail_reply_to": None}, "mail_reply_to"),
        ({"mail_from_name": "The office\nBcc: x"}, "mail_from_name"),
        ({"public_url": None}, "public_url"),
        ({"public_url": "http://program.example/"}, "public_url"),
        ({"public_url": "javascript:alert(1)"}, "public_url"),
        ({"smtp_tls": "opportunistic"}, "loopback"),
        ({"smtp_user": "continuum"}, "together"),
    ],
)
def test_mail_that_is_set_up_in_part_or_unsafely_is_refused(
    more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**{**MAIL, **more})


@pytest.mark.parametrize(
    "name", ["smtp_host", "mail_from", "mail_reply_to", "public_url", "desk_url"]
)
def test_production_sends_no_mail_with_a_placeholder(name: str) -> None:
    production = {
        "postgres_host": "postgres.program.internal",
        "smtp_host": "mail.program.internal",
        "mail_from": "office@program.internal",
        "mail_reply_to": "desk@program.internal",
        "public_url": "https://program.internal/",
        "desk_url": "https://help.program.internal",
        "link_key": KEY,
    }
    assert settings(**production).mail_server is not None

    with pytest.raises(ValidationError, match=f"still placeholders: {name} "):
        settings(**{**production, name: {**MAIL, **NEWS}[name]})


def test_a_mail_server_on_this_machine_may_be_without_tls() -> None:
    local = {"smtp_host": "127.0.0.1", "smtp_tls": "opportunistic"}

    server = settings(**{**MAIL, **local, "public_url": "http://127.0.0.1:8000/"}).mail_server

    assert server is not None
    assert server.tls == "opportunistic"


def test_the_stack_of_one_machine_sets_all_that_mail_needs(tmp_path: Path) -> None:
    named = mail_settings(
        port=2525,
        ca=Path("ca.pem"),
        public_url="http://127.0.0.1:1/",
        desk_url="http://127.0.0.1:2",
    )
    given = {name.removeprefix("CONTINUUM_").lower(): value for name, value in named.items()}
    Credentials(tmp_path).share_keys()

    chosen = settings(**given, _secrets_dir=tmp_path / "notifications")

    assert (chosen.smtp_host, chosen.smtp_port, chosen.smtp_tls) == ("127.0.0.1", 2525, "require")
    assert chosen.smtp_ca_file == "ca.pem"
    assert chosen.letterhead is not None
    assert chosen.links is not None
    assert chosen.code_key is not None


def test_links_to_subscribers_need_mail_the_desk_and_its_key() -> None:
    links = settings(**MAIL, **NEWS).links

    assert links is not None
    assert links.url == "https://desk.example"
    assert links.key == bytes.fromhex(KEY)
    assert settings(**NEWS).links is settings(**MAIL).links is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"link_key": None}, "go together"),
        ({"desk_url": None}, "go together"),
        ({"desk_url": "http://desk.example/"}, "desk_url"),
        ({"link_key": "ab" * 31}, "link_key"),
        ({"link_key": "x" * 64}, "link_key"),
    ],
)
def test_links_that_others_could_make_or_read_are_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**MAIL, **{**NEWS, **more})
