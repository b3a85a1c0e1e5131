"""A real Prometheus over the embedded stack, with the rules made faster."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import yaml

from deploy.monitoring.rules import faster, rendered
from deploy.stack import processes
from deploy.tools.catalog import place

FIRST_PORT = 19_800
NAMESPACE = "continuum"
_NOT_HERE = (
    "certificates",
    "certificates-desk",
    "certificates-webdesk",
    "volumes",
    "kafka",
    "postgres",
    "backups",
)
"""What rests on metrics that nothing on one machine shows."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """The running server."""

    child: processes.Child
    port: int
    targets: Path

    def scrape(self, targets: Mapping[str, int]) -> None:
        """Ask these ports from now on, by job; those asked before and not named are forgotten."""
        _write(self.targets, targets)

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire, but for the one that always does."""
        alerts = self._ask("alerts")["alerts"]
        firing = {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}
        return firing - {"Watchdog"}

    def ask(self, query: str) -> list[Any]:
        """Return what a query gives now."""
        result: list[Any] = self._ask(f"query?{urlencode({'query': query})}")["result"]
        return result

    def _ask(self, what: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}", timeout=5) as answer:
            return json.load(answer)["data"]

    def reload(self) -> None:
        """Read settings and rules again."""
        with urlopen(Request(f"http://127.0.0.1:{self.port}/-/reload", method="POST"), timeout=5):
            pass

    def scrapes(self, targets: int) -> bool:
        """Tell whether so many targets have answered."""
        try:
            return len(self.ask("up == 1")) == targets
        except OSError:
            return False

    def evaluates(self) -> bool:
        """Tell whether it evaluates rules: the alert that always fires does."""
        try:
            return any(
                a["labels"]["alertname"] == "Watchdog" for a in self._ask("alerts")["alerts"]
            )
        except OSError:
            return False


@contextmanager
def prometheus(targets: Mapping[str, int], *, folder: Path, factor: int) -> Iterator[Prometheus]:
    """
    Start it, empty, for these ports by job; wait until it evaluates rules; stop it.

    It gets its rules when it has seen every target: faster rules would take the seconds before
    that for a fault.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()  # it takes other paths as relative to its settings
    rules, settings = folder / "rules.yaml", folder / "prometheus.yaml"
    without = [f"{prefix}{source}" for source in _NOT_HERE for prefix in ("", "missing-")]
    said = rendered(NAMESPACE, "docs/runbooks.md", without)
    rules.write_text("groups: []\n")
    asked = folder / "targets.json"
    _write(asked, targets)
    jobs = [{"job_name": "continuum", "file_sd_configs": [{"files": [str(asked)]}]}]
    often = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    settings.write_text(
        yaml.safe_dump({"global": often, "rule_files": [str(rules)], "scrape_configs": jobs})
    )
    port = processes.Ports(FIRST_PORT).take()
    with TemporaryDirectory(dir=folder) as data:
        child = processes.start(
            "prometheus",
            [
                place("prometheus").with_name("prometheus"),
                f"--config.file={settings}",
                f"--storage.tsdb.path={data}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--web.enable-lifecycle",
                "--log.level=warn",
            ],
            log=folder / "prometheus.log",
        )
        started = Prometheus(child, port, asked)
        try:
            wait_for = partial(
                processes.wait_until, what="waiting for Prometheus", children=[child], within=30
            )
            wait_for(lambda: started.scrapes(len(targets)))
            rules.write_text(yaml.safe_dump(faster(said, factor), sort_keys=False))
            started.reload()
            wait_for(started.evaluates)
            yield started
        finally:
            processes.stop([child], sign=SIGTERM, within=10)


def _write(file: Path, targets: Mapping[str, int]) -> None:
    groups = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"job": job, "namespace": NAMESPACE}}
        for job, port in targets.items()
    ]
    part = file.with_suffix(".part")
    part.write_text(json.dumps(groups))
    part.replace(file)  # Prometheus reads it whenever it changes


def wait(
    done: Callable[[], bool], *, within: float, watch: Callable[[], None] = lambda: None
) -> bool:
    """Return whether *done* within so many seconds; *watch* looks on meanwhile."""
    deadline = time.monotonic() + within
    while not done():
        watch()
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)  # between two questions: nothing tells when it is done
    return True
