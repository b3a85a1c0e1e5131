"""From the alert to the cause in two commands at most, by the runbook's words; `make up` mends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from deploy.local.keeper import stop
from deploy.provision.broker import admin_client
from deploy.provision.topics import DEPLOY
from deploy.stack.kafka import ADMIN
from deploy.stack.passwords import password
from shared.delivery.reading.record_batches import MOST_UNPACKED
from tests.proofs import runbook
from tests.proofs.hostile.attack import RawBatch
from tests.proofs.hostile.batches import GZIP, RawRecord, batch
from tests.proofs.hostile.wire import Settings, Wire

PARTICIPANT = "california-agencies"
TOPIC = f"cri.in.{PARTICIPANT}.v1"
SOON = 45
pytestmark = pytest.mark.timeout(600)


def local(state: Path, verb: str) -> tuple[int, str]:
    """Run `make up` or `make status` of one stack."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", "--state", str(state), verb],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=DEPLOY.parent,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A stack that `make up` started; every drill leaves it whole."""
    with TemporaryDirectory(prefix="continuum-tests-") as folder:
        path = Path(folder)
        try:
            status, said = local(path, "up")
            assert status == 0, said
            yield path
        finally:
            stop(path)


@pytest.fixture
def connection(state: Path) -> Iterator[Path]:
    """The connection file; before and after each drill nothing is wrong."""
    file = state / "connection.json"
    well(file)
    yield file
    status, said = local(state, "up")
    assert status == 0, said
    well(file)


def well(file: Path) -> None:
    until(lambda: runbook.run("continuum status", file), lambda found: found[0] == 0)


def until(look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Return what *look* finds as soon as it *holds*."""
    deadline = time.monotonic() + SOON
    while not holds(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    return found


def drill(alert: str, connection: Path, cause: str, *, service: str = "") -> str:
    """Follow the runbook of *alert*; return what the command that names the *cause* printed."""
    named = runbook.commands(alert)
    assert named, alert

    def look() -> str:
        for command in named:
            _, said = runbook.run(command, connection, service=service)
            if cause in said:
                return said
        return ""

    return str(until(look, bool))


def known(connection: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(connection.read_text())
    return found


def pids(connection: Path, *words: str) -> list[int]:
    """Return the processes of the stack whose command line has all the words."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended while we looked
            continue
        if str(connection.parent) in command and all(word in command for word in words):
            found.append(int(process.name))
    return found


def submit(connection: Path) -> None:
    """Send something that nobody can read; it is answered all the same."""
    producer = Producer(dict(_settings(connection)))
    producer.produce(TOPIC, b"not json")
    assert producer.flush(20) == 0


def _settings(connection: Path) -> Settings:
    own = known(connection)["participants"][PARTICIPANT]
    return {
        "bootstrap.servers": ",".join(known(connection)["bootstrap_servers"]),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": own["username"],
        "sasl.password": own["password"],
    }


def _admin(connection: Path, state: Path) -> AdminClient:
    secret = password(state / "secrets" / ADMIN, "continuum_kafka_password")
    return admin_client(known(connection)["bootstrap_servers"], user=ADMIN, password=secret)


def _set_compression(admin: AdminClient, how: str) -> None:
    change = ConfigEntry("compression.type", how, incremental_operation=AlterConfigOpType.SET)
    wanted = ConfigResource(ConfigResource.Type.TOPIC, TOPIC, incremental_configs=[change])
    (done,) = admin.incremental_alter_configs([wanted]).values()
    done.result(10)


def test_routing_is_frozen(connection: Path, state: Path) -> None:
    os.kill(known(connection)["services"]["routing"]["pid"], signal.SIGSTOP)

    said = drill("ConsumerStalled", connection, "is up but does not answer")

    assert "routing: its process at" in said
    assert said.startswith("WRONG: ")
    assert local(state, "status")[0] == 1
    status, mended = local(state, "up")
    assert status == 0, mended
    assert "routing was stopped by a signal" in mended


def test_intake_is_dead(connection: Path, state: Path) -> None:
    os.kill(known(connection)["services"]["intake"]["pid"], signal.SIGKILL)
    submit(connection)

    said = drill("ConsumerStalled", connection, f"{TOPIC}/0: 1 from offset")

    first, cause, *_ = said.splitlines()
    assert first.startswith("WRONG: ")
    assert "intake: its process at" in cause
    assert "does not run" in cause
    assert local(state, "status")[0] == 1
    status, mended = local(state, "up")
    assert status == 0, mended
    assert "intake had ended by signal 9: started again" in mended


def test_a_topic_may_not_be_read(connection: Path, state: Path) -> None:
    admin = _admin(connection, state)
    rule: Any = [ResourceType.TOPIC, TOPIC, ResourcePatternType.LITERAL, "User:svc-intake", "*",
            AclOperation.READ, AclPermissionType.DENY]  # fmt: skip
    for made in admin.create_acls([AclBinding(*rule)]).values():
        made.result(10)
    try:
        submit(connection)

        where = f"intake has been blocked on {TOPIC}/0 at offset"
        said = drill("PartitionBlocked", connection, where)

        assert "Authorization" in said
        assert "is not ready: blocked at" in said
    finally:
        for gone in admin.delete_acls([AclBindingFilter(*rule)]).values():
            gone.result(10)
        submit(connection)  # the block ends with the next record that is taken in


def test_a_batch_cannot_be_unpacked(connection: Path, state: Path) -> None:
    admin = _admin(connection, state)
    # So that Kafka stores what it was given: it refuses this batch otherwise.
    _set_compression(admin, "producer")
    try:
        bomb = batch([RawRecord(b"\0" * (MOST_UNPACKED + 1))], attributes=GZIP)
        wire = Wire(_settings(connection), PARTICIPANT)
        assert wire.send_raw([RawBatch(bomb, 1)]) == 1
        ((place, _),) = wire.expected.items()

        said = drill("DeadLettersGrowing", connection, "could not be unpacked")

        topic, partition, offset = place.split("/")
        assert f"{topic}/{partition}, offsets {offset} to {offset}" in said
        assert "too_large" in said
        wire.read_all(patience=SOON)
        assert list(wire.answers[place].values()) == ["not_processable"]
        wire.close()
    finally:
        _set_compression(admin, "uncompressed")


def test_kafka_is_frozen(connection: Path, state: Path) -> None:
    (broker,) = pids(connection, "kafka.Kafka")
    os.kill(broker, signal.SIGSTOP)
    began = time.monotonic()

    said = drill("ConsumerStalled", connection, "Kafka does not answer: no answer in 5 s")

    assert time.monotonic() - began < SOON
    assert "What waits\n  none" in said  # the rest is told
    until(
        lambda: runbook.run("continuum status", connection)[1],
        lambda text: "is not ready: kafka has not answered for" in text,
    )
    status, mended = local(state, "up")
    assert status == 0, mended
    assert "kafka-1 was stopped by a signal" in mended


def test_postgres_is_dead(connection: Path, state: Path) -> None:
    (server,) = [pid for pid in pids(connection, "postgres -D") if _parent(pid) != 1]
    os.kill(server, signal.SIGQUIT)

    said = drill("ConsumerStalled", connection, "Postgres does not answer")

    assert said.splitlines()[1].strip().startswith("1. Postgres does not answer")
    status, mended = local(state, "up")
    assert status == 0, mended
    assert "postgres had ended: started again" in mended


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def test_a_service_is_scaled_to_nothing(connection: Path, tmp_path: Path) -> None:
    content = known(connection)
    content["probes"]["routing"] = ["http://routing-probes.invalid:8080"]
    in_a_cluster = tmp_path / "connection.json"
    in_a_cluster.write_text(json.dumps(content))

    said = drill("ConsumerStalled", in_a_cluster, "routing does not run: no process of it is at")

    assert said.startswith("WRONG: 1 thing(s)")
