"""A service that cannot start says so: a growing pause or a clean end, never a silent hang."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import with_database
from deploy.stack import processes
from tests.conftest import Database

ROOT = Path(__file__).parents[3]
CATALOG = re.compile(r"^\| `(cri_\w+)` \| (\w+) \| \w+ \| (.*?) ?\| (.*) \|$", re.M)
Begin = Callable[..., "Started"]


class Started:
    """A service process with the lines that it has logged."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = int(environment["CONTINUUM_HTTP_PORT"])
        self.public_port = int(environment["CONTINUUM_PUBLIC_PORT"])
        self._log = log
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.reporting", "run"],
                env={"PATH": os.environ["PATH"], **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every complete line; all of them are JSON."""
        return [json.loads(line) for line in self._log.read_text().splitlines(keepends=True)
                if line.endswith("\n")]  # fmt: skip

    def logged(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event_name"] == name]

    def ended(self, *, within: float = 30) -> int:
        return self.process.wait(within)

    def until(self, condition: Callable[[], Any], *, within: float = 30) -> None:
        end = time.monotonic() + within
        while not condition():
            assert time.monotonic() < end, self.lines[-5:]
            assert self.process.poll() is None, self.lines[-5:]
            time.sleep(0.05)

    def asked(self, path: str, *, public: bool = False) -> tuple[int, str]:
        port = self.public_port if public else self.port
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
            except ConnectionRefusedError:
                return 0, ""
            return answer.status, answer.read().decode()


@pytest.fixture
def begin(stack: Stack, tmp_path: Path) -> Iterator[Begin]:
    started: list[Started] = []

    def run(**changes: str) -> Started:
        ports = processes.Ports()
        environment = stack._launcher.environment(
            "reporting", http_port=ports.take(), public_port=ports.take()
        )
        del environment["CONTINUUM_INSTANCE"]
        named = {f"CONTINUUM_{name.upper()}": value for name, value in changes.items()}
        started.append(Started({**environment, **named}, tmp_path / f"{len(started)}.jsonl"))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()


@pytest.mark.parametrize(
    ("away", "event", "waits_for"),
    [
        ({"postgres_port": "1"}, "postgres.not_reached", "postgres"),
        ({"kafka_servers": "127.0.0.1:1"}, "kafka.not_reached", "kafka"),
    ],
)
async def test_what_is_away_is_waited_for_with_growing_pauses(
    begin: Begin, database: Database, away: dict[str, str], event: str, waits_for: str
) -> None:
    name = (await database("reporting")).rsplit("/", 1)[1]
    service = begin(postgres_database=name, **away)

    service.until(lambda: len(service.logged(event)) >= 3)

    pauses = [line["pause_s"] for line in service.logged(event)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    assert service.asked("/ready") == (503, f"waiting for {waits_for}\n")
    assert service.asked("/alive") == (200, "alive\n")
    service.process.send_signal(signal.SIGTERM)
    assert service.ended() == 0


async def test_it_starts_says_what_it_is_and_stops_cleanly(
    begin: Begin, database: Database
) -> None:
    service = begin(postgres_database=(await database("reporting")).rsplit("/", 1)[1])

    service.until(lambda: service.asked("/ready")[0] == 200)

    status, metrics = service.asked("/metrics")
    assert status == 200
    assert 'cri_build_info{service="reporting"' in metrics
    service.process.send_signal(signal.SIGTERM)
    assert service.ended() == 0
    assert service.logged("service.stopped")


async def test_live_figures_are_on_the_operators_port_only(
    begin: Begin, database: Database
) -> None:
    service = begin(postgres_database=(await database("reporting")).rsplit("/", 1)[1])
    service.until(lambda: service.asked("/ready")[0] == 200)

    inside = ("/metrics", "/ready", "/alive", "/figures")
    pages = ("/", "/programs.json")

    assert {path: service.asked(path, public=True)[0] for path in inside} == dict.fromkeys(
        inside, 404
    )
    assert {path: service.asked(path)[0] for path in inside} == dict.fromkeys(inside, 200)
    assert {path: service.asked(path)[0] for path in pages} == dict.fromkeys(pages, 404)
    assert {path: service.asked(path, public=True)[0] for path in pages} == dict.fromkeys(
        pages, 200
    )


async def test_what_it_shows_is_the_documented_catalogue(begin: Begin, database: Database) -> None:
    service = begin(postgres_database=(await database("reporting")).rsplit("/", 1)[1])
    service.until(lambda: "cri_requests_known{" in service.asked("/metrics")[1])

    text = service.asked("/metrics")[1]

    shown = dict(re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M))
    meanings = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.M))
    table = CATALOG.findall((ROOT / "docs" / "metrics.md").read_text())
    assert shown == {name: kind for name, kind, _, _ in table}
    assert meanings == {name: meaning for name, _, _, meaning in table}
    for name, _, labels, _ in table:
        for sample in re.findall(rf"^{name}(?:_bucket|_count|_sum)?{{(.*)}} \S+$", text, re.M):
            own = set(re.findall(r'(\w+)="', sample)) - {"service", "le"}
            assert own == set(re.findall(r"`(\w+)`", labels)), name


def _with_wrong(which: str, stack: Stack, secrets: Path) -> Path:
    right = Path(stack._launcher.environment("reporting")["CONTINUUM_SECRETS_DIR"])
    shutil.copytree(right, secrets)
    (secrets / f"continuum_{which}_password").write_text("wrong")
    return secrets


@pytest.mark.parametrize("which", ["postgres", "kafka"])
async def test_a_wrong_password_ends_it_with_a_clear_line(
    begin: Begin, database: Database, stack: Stack, tmp_path: Path, which: str
) -> None:
    secrets = _with_wrong(which, stack, tmp_path / "secrets")
    name = (await database("reporting")).rsplit("/", 1)[1]

    service = begin(postgres_database=name, secrets_dir=str(secrets))

    assert service.ended() == 2
    refusal = service.logged("service.refuses")[0]
    assert which in refusal["body"] or "password" in refusal["body"]
    assert "wrong" not in json.dumps(service.lines)


async def test_an_old_schema_ends_it_with_a_clear_line(
    begin: Begin, database: Database, stack: Stack
) -> None:
    dsn = await database("reporting")
    name = dsn.rsplit("/", 1)[1]
    connection = await asyncpg.connect(with_database(stack.postgres.dsn(), name))
    await connection.execute("DELETE FROM schema_migrations WHERE component = 'reporting'")
    await connection.close()

    service = begin(postgres_database=name)

    assert service.ended() == 2
    assert "run the migrate verb" in service.logged("service.refuses")[0]["body"]


def test_missing_settings_are_named_all_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.routing", "run"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    for name in ("KAFKA_SERVERS", "KAFKA_PASSWORD", "POSTGRES_HOST", "HTTP_PORT"):
        assert f"CONTINUUM_{name} (field required)" in done.stderr
    assert "Traceback" not in done.stderr
