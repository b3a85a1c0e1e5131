"""What has ended is started again at its port, what a signal has stopped goes on."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from deploy.local.repair import repair_servers, state_of
from deploy.local.stack import Stack
from deploy.stack import processes
from deploy.stack.certificates import is_shown
from tests.proofs.temporary import temporary_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Servers without services: each test damages them, and finds them repaired."""
    with temporary_stack(mail=True) as started:
        started.start()
        yield started


async def test_postgres_that_was_killed_and_kafka_that_was_stopped_run_again(
    stack: Stack,
) -> None:
    assert stack.postgres.child is not None
    stack.postgres.child.process.send_signal(signal.SIGQUIT)
    stack.postgres.child.process.wait(20)
    broker = stack.kafka.nodes[0]
    broker.process.send_signal(signal.SIGSTOP)
    stops = f"the stop of {broker.name}"
    processes.wait_until(lambda: state_of(broker.pid) == "T", what=stops, children=[], within=20)
    did: list[str] = []

    repair_servers(stack, did.append)

    assert did == [
        f"kafka-1 was stopped by a signal (process {broker.pid}): continued",
        "postgres had ended: started again",
    ]
    connection = await asyncpg.connect(stack.postgres.dsn(), timeout=10)
    await connection.close()


def test_a_broker_that_was_killed_runs_again_at_its_port(stack: Stack) -> None:
    stack.kafka.nodes[0].process.kill()
    stack.kafka.nodes[0].process.wait()
    did: list[str] = []

    repair_servers(stack, did.append)

    assert did == ["kafka-1 had ended by signal 9: started again"]
    assert processes.accepts(int(stack.kafka.servers[0].rpartition(":")[2]))


def test_a_mail_server_that_was_killed_runs_again_at_its_port(stack: Stack) -> None:
    assert stack.mail is not None
    assert stack.mail.child is not None
    stack.mail.child.process.kill()
    stack.mail.child.process.wait()
    did: list[str] = []

    repair_servers(stack, did.append)

    assert did == ["mail had ended by signal 9: started again"]
    assert processes.accepts(stack.mail.smtp_port)


def test_where_nothing_is_wrong_nothing_is_done(stack: Stack) -> None:
    did: list[str] = []

    repair_servers(stack, did.append)

    assert did == []


def test_a_certificate_that_expires_soon_is_renewed_on_the_running_broker(stack: Stack) -> None:
    file = stack.certificates.server
    file.unlink()
    stack.renew_certificates(now=datetime.now(UTC) - timedelta(days=25))
    broker, did = stack.kafka.nodes[0].pid, list[str]()

    repair_servers(stack, did.append)

    assert did == ["certificates that would have expired soon: 1 renewed"]
    assert all(is_shown(file, port) for port in stack.kafka.tls_ports)
    assert stack.kafka.nodes[0].pid == broker
