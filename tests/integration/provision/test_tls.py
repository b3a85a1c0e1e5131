"""TLS on a real Kafka: who is let in by password and by certificate, and as which principal."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaError, Producer
from cryptography import x509

from deploy.local.stack import Stack
from deploy.stack.certificates import Certificates

TAKEN = "taken"


@pytest.fixture
def strangers(tmp_path: Path, stack: Stack) -> Certificates:
    """Certificates for the same names, of another CA."""
    made = Certificates(tmp_path / "strangers")
    made.renew([own(stack)])
    return made


def own(stack: Stack) -> str:
    return stack.participants[1].id


def names(stack: Stack) -> list[str]:
    return [each.id for each in stack.participants]


def topic(stack: Stack, number: int) -> str:
    return f"cri.in.{stack.participants[number].id}.v1"


def by_password(stack: Stack, **changes: Any) -> dict[str, Any]:
    name, password = stack.kafka_login(own(stack))
    return {
        "bootstrap.servers": ",".join(stack.kafka.tls_servers),
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": name,
        "sasl.password": password,
        "ssl.ca.location": str(stack.certificates.ca),
        **changes,
    }


def by_certificate(stack: Stack, certificate: Path | None, **changes: Any) -> dict[str, Any]:
    shown = {"ssl.key.location": str(certificate), "ssl.certificate.location": str(certificate)}
    return {
        "bootstrap.servers": ",".join(stack.kafka.certificate_servers),
        "security.protocol": "SSL",
        "ssl.ca.location": str(stack.certificates.ca),
        **(shown if certificate else {}),
        **changes,
    }


def send(login: dict[str, Any], to: str) -> str:
    """Send one record; return `taken`, or the error's name."""
    # Errors of connections are reported to a callback; with none, a record times out.
    errors: list[KafkaError] = []
    producer = Producer(
        {**login, "error_cb": errors.append, "message.timeout.ms": 4000, "log_level": 2}
    )
    outcome: list[KafkaError | None] = []
    producer.produce(to, b"a value", on_delivery=lambda error, _: outcome.append(error))
    while not outcome and not any(error.name() in FATAL for error in errors):
        producer.poll(0.1)
    fatal = [error.name() for error in errors if error.name() in FATAL]
    producer.purge()
    if fatal:
        return fatal[0]
    [error] = outcome
    return TAKEN if error is None else error.name()


FATAL = {"_AUTHENTICATION", "_SSL"}
NO_CONNECTION = {"_SSL", "_TRANSPORT", "_MSG_TIMED_OUT", "_AUTHENTICATION"}


def test_a_password_over_tls_gives_the_participant_its_own_topic_and_no_other(
    stack: Stack,
) -> None:
    login = by_password(stack)

    assert send(login, topic(stack, 1)) == TAKEN
    assert send(login, topic(stack, 2)) == "TOPIC_AUTHORIZATION_FAILED"


def test_a_certificate_gives_the_same_principal_as_the_password(stack: Stack) -> None:
    login = by_certificate(stack, stack.certificates.client(own(stack)))

    assert send(login, topic(stack, 1)) == TAKEN
    assert send(login, topic(stack, 2)) == "TOPIC_AUTHORIZATION_FAILED"


def test_a_wrong_password_is_refused_over_tls(stack: Stack) -> None:
    assert send(by_password(stack, **{"sasl.password": "wrong"}), topic(stack, 1)) == (
        "_AUTHENTICATION"
    )


def test_a_client_refuses_a_broker_whose_ca_it_does_not_know(
    stack: Stack, strangers: Certificates
) -> None:
    login = by_password(stack, **{"ssl.ca.location": str(strangers.ca)})

    assert send(login, topic(stack, 1)) == "_SSL"


@pytest.mark.parametrize("servers", ["tls_servers", "certificate_servers"])
def test_plain_text_reaches_no_port_of_tls(stack: Stack, servers: str) -> None:
    login = by_password(
        stack,
        **{
            "security.protocol": "SASL_PLAINTEXT",
            "bootstrap.servers": ",".join(getattr(stack.kafka, servers)),
        },
    )

    assert send(login, topic(stack, 1)) in NO_CONNECTION


def test_the_same_name_of_another_ca_is_refused(stack: Stack, strangers: Certificates) -> None:
    login = by_certificate(stack, strangers.client(own(stack)))

    assert send(login, topic(stack, 1)) in NO_CONNECTION


def test_no_certificate_is_refused(stack: Stack) -> None:
    assert send(by_certificate(stack, None), topic(stack, 1)) in NO_CONNECTION


def test_the_brokers_certificate_opens_nothing_to_a_client(stack: Stack) -> None:
    login = by_certificate(stack, stack.certificates.server)

    assert send(login, topic(stack, 1)) in NO_CONNECTION


@asynccontextmanager
async def aiokafka_clients(
    stack: Stack, login: dict[str, Any]
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    reading = AIOKafkaConsumer(f"cri.out.{own(stack)}.v1", **login, group_id=f"{own(stack)}.tls")
    sending = AIOKafkaProducer(**login)
    async with sending, reading:
        yield sending, reading


@pytest.mark.parametrize("way", ["password", "certificate"])
async def test_aiokafka_writes_and_joins_a_group_over_tls(stack: Stack, way: str) -> None:
    context = ssl.create_default_context(cafile=stack.certificates.ca)
    login: dict[str, Any] = {"ssl_context": context}
    if way == "certificate":
        file = stack.certificates.client(own(stack))
        context.load_cert_chain(file)
        login |= {"bootstrap_servers": stack.kafka.certificate_servers, "security_protocol": "SSL"}
    else:
        name, password = stack.kafka_login(own(stack))
        login |= {
            "bootstrap_servers": stack.kafka.tls_servers,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": name,
            "sasl_plain_password": password,
        }

    async with aiokafka_clients(stack, login) as (sending, reading):
        placed = await sending.send_and_wait(topic(stack, 1), b"a value")

        assert placed.topic == topic(stack, 1)
        assert reading.assignment()


def shown_certificates(stack: Stack) -> set[int]:
    """Return the serial numbers of the certificates that the listeners with TLS show."""
    serials = set()
    for address in (*stack.kafka.tls_servers, *stack.kafka.certificate_servers):
        port = int(address.rpartition(":")[2])
        shown = ssl.get_server_certificate(("localhost", port))
        serials.add(x509.load_pem_x509_certificate(shown.encode()).serial_number)
    return serials


@pytest.fixture
def before(stack: Stack) -> Iterator[set[int]]:
    yield shown_certificates(stack)
    assert send(by_password(stack), topic(stack, 1)) == TAKEN


def test_certificates_are_renewed_on_a_running_broker_while_connections_stay(
    stack: Stack, before: set[int]
) -> None:
    processes = [node.pid for node in stack.kafka.nodes]
    assert stack.renew_certificates() == 0
    # As if it were 25 days since the stack was started first.
    for file in (stack.certificates.server, *map(stack.certificates.client, names(stack))):
        file.unlink()
    stack.renew_certificates(now=datetime.now(UTC) - timedelta(days=25))
    aged = shown_certificates(stack)
    connected = Producer({**by_password(stack), "log_level": 2})
    connected.produce(topic(stack, 1), b"before")
    assert connected.flush(10) == 0

    renewed = stack.renew_certificates()

    assert renewed == 1 + len(stack.participants)
    after = shown_certificates(stack)
    assert len(after) == len(aged) == 1
    assert not after & aged
    connected.produce(topic(stack, 1), b"after")
    assert connected.flush(10) == 0
    assert [node.pid for node in stack.kafka.nodes] == processes
    new = by_certificate(stack, stack.certificates.client(own(stack)))
    assert send(new, topic(stack, 1)) == TAKEN


def test_a_new_ca_is_taken_up_by_a_running_broker(
    stack: Stack, before: set[int], tmp_path: Path
) -> None:
    old_ca, old_client = tmp_path / "ca.pem", tmp_path / "client.pem"
    old_ca.write_bytes(stack.certificates.ca.read_bytes())
    old_client.write_bytes(stack.certificates.client(own(stack)).read_bytes())
    next_year = datetime.now(UTC) + timedelta(days=330)

    stack.renew_certificates(now=next_year)

    # Certificates of a year ahead are not valid yet: back to ones of today, of yet another CA.
    stack.certificates.ca.unlink()
    assert stack.renew_certificates() == 2 + len(stack.participants)
    assert not shown_certificates(stack) & before
    assert send(by_password(stack, **{"ssl.ca.location": str(old_ca)}), topic(stack, 1)) == "_SSL"
    assert send(by_certificate(stack, old_client), topic(stack, 1)) in NO_CONNECTION
    new = by_certificate(stack, stack.certificates.client(own(stack)))
    assert send(new, topic(stack, 1)) == TAKEN


def test_every_file_with_a_key_is_its_owners_alone(stack: Stack) -> None:
    files = [each for each in stack.certificates.folder.rglob("*") if each.is_file()]

    assert len(files) == 3 + len(stack.participants)
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}


def test_what_expires_soon_is_renewed_and_nothing_else(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    now = datetime.now(UTC)
    first = made.renew(["one"], now=now)

    assert {each.name for each in first} == {"ca.pem", "kafka.pem", "one.pem"}
    assert made.renew(["one"], now=now + timedelta(days=19)) == []
    assert made.renew(["one", "two"], now=now) == [made.client("two")]
    assert made.renew_clients(["three"], now=now + timedelta(days=21)) == [made.client("three")]
    renewed = made.renew(["one"], now=now + timedelta(days=21))
    assert renewed == [made.server, made.client("one")]
