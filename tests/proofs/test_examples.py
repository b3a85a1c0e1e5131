"""The programs that integrators are shown do what the page about them says, over TLS."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from deploy.tools import catalog
from tests.proofs.chaos.login import login
from tests.proofs.temporary import temporary_stack

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
AGENCIES = {
    "python": ("california-agencies", "CA0194200", "Los Angeles Police Department"),
    "typescript": ("florida-agencies", "FL0290200", "Tampa Police Department"),
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """What `make up` starts, on which nobody has spoken yet."""
    with temporary_stack() as stack:
        stack.up()
        yield stack


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(each) for each in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


@dataclass(frozen=True, slots=True)
class Client:
    """The example programs of one language, as one participant, and its state file."""

    stack: Stack
    language: str
    state: Path

    @property
    def name(self) -> str:
        return AGENCIES[self.language][0]

    @property
    def out(self) -> str:
        return f"cri.out.{self.name}.v1"

    def program(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        own = self.stack.state / "participants" / f"{self.name}.json"
        if self.language == "python":
            return run(sys.executable, EXAMPLES / f"{name}.py", own, self.name, *arguments)
        folder = catalog.place("participant").parent
        return run(catalog.place("node"), folder / f"{name}.ts", own, self.name, *arguments)

    def submit(
        self, *, reference: str, agency: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        _, ori, name = AGENCIES[self.language]
        return self.program("submit", reference, ori, agency or name)

    def read(self, *options: str) -> tuple[int, list[list[str]]]:
        """Run `read`; return its exit status, and its lines in words."""
        done = self.program("read", self.state, *options)
        assert done.returncode in (0, 3), done.stderr
        return done.returncode, [line.split() for line in done.stdout.splitlines()]

    @property
    def last(self) -> int:
        return int(json.loads(self.state.read_text())["last"])

    def sent(self) -> list[dict[str, object]]:
        """Return the numbered messages on the `out` topic."""
        group = {"group.id": "notifications-examples", "enable.partition.eof": True}
        consumer = Consumer({**login(self.stack, "notifications"), **group})
        consumer.assign([TopicPartition(self.out, 0, OFFSET_BEGINNING)])
        found = []
        while (record := consumer.poll(10)) is not None and record.error() is None:
            found.append(json.loads(record.value() or b"{}"))
        consumer.close()
        return [each for each in found if "participantsequence" in each]

    def append(self, message: dict[str, object]) -> None:
        """Append a message to the `out` topic, as notifications would."""
        producer = Producer(login(self.stack, "notifications"))
        producer.produce(self.out, json.dumps(message).encode())
        assert producer.flush(10) == 0

    def delete_everything(self) -> None:
        user, password = self.stack.kafka_login(ADMIN)
        admin = admin_client(self.stack.kafka.servers, user=user, password=password)
        everything = TopicPartition(self.out, 0, -1)
        for future in admin.delete_records([everything]).values():
            future.result()


@pytest.fixture
def client(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Client:
    if request.param == "typescript":
        try:
            catalog.place("node")
            catalog.place("participant")
        except catalog.ToolMissing as missing:
            pytest.skip(str(missing))
    return Client(stack, request.param, tmp_path / "position.json")


@pytest.fixture(scope="module")
def introduced(stack: Stack) -> None:
    office = stack.state / "participants" / "program-office.json"
    done = run(sys.executable, EXAMPLES / "introduce.py", office, ROOT / "deploy" / "reference")
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(300)
@pytest.mark.parametrize("client", ["python"], indirect=True)
def test_a_submission_is_refused_until_the_office_has_spoken(
    client: Client, request: pytest.FixtureRequest
) -> None:
    too_early = client.submit(reference="my-first-request")
    request.getfixturevalue("introduced")
    accepted = client.submit(reference="my-first-request")
    reused = client.submit(reference="my-first-request", agency="Another name")
    statuses = client.program("statuses")

    assert too_early.returncode == 1, too_early.stderr
    assert '"source_not_registered"' in too_early.stdout
    assert accepted.returncode == 0, accepted.stderr
    assert '"status": "waiting"' in accepted.stdout
    assert reused.returncode == 1, reused.stderr
    assert '"reference_reused_with_other_content"' in reused.stdout
    for answered in (too_early, accepted, reused):
        assert '"inreplytoid": "my-first-request"' in answered.stdout
    assert statuses.returncode == 0, statuses.stderr
    assert statuses.stdout.startswith("CRI-")
    assert len(statuses.stdout.splitlines()) == 1


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("introduced")
@pytest.mark.parametrize("client", AGENCIES, indirect=True)
def test_a_client_starts_sends_again_and_returns_after_a_month(client: Client) -> None:
    first, again = client.submit(reference="monthly"), client.submit(reference="monthly")
    assert first.returncode == 0, first.stderr
    assert '"repeat": false' in first.stdout
    assert again.returncode == 0, again.stderr
    assert '"repeat": true' in again.stdout

    # Started: everything from the first message on, in order.
    status, lines = client.read()
    messages = client.sent()
    numbers = [int(str(each["participantsequence"])) for each in messages]
    assert status == 0
    assert [int(line[0]) for line in lines] == numbers == list(range(1, len(numbers) + 1))
    assert client.last == numbers[-1]

    # A message that comes twice is processed once; with a certificate as with a password.
    client.append(messages[-1])
    assert client.read("--certificate") == (0, [])

    # After a month, what was not read is gone: named, and asked about.
    client.state.write_text(json.dumps({"last": 1}))
    client.delete_everything()
    assert client.submit(reference="monthly").returncode == 0
    status, lines = client.read()
    assert status == 0
    assert lines[0][0] == str(numbers[-1] + 1)
    assert ["lost", f"2-{numbers[-1]}"] in lines
    assert [line[0] for line in lines].count("status") >= 1
    assert client.last > numbers[-1] + 1

    # A gap that does not close is not passed over, and nothing behind it is processed.
    last = client.last
    later = {**messages[-1], "participantsequence": f"{last + 2:020d}"}
    client.append(later)
    status, lines = client.read()
    assert status == 3
    assert lines[0][0] == "gap"
    assert client.last == last
