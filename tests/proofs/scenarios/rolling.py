"""Replaces the processes of every service by those of a release, as the Deployments do."""

import signal
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy.provision.topics import DEPLOY
from deploy.stack.failure import StackFailed
from shared.contracts.services import SERVICES
from tests.proofs.chaos.rig import Process, Rig

_DEPLOYMENT = yaml.safe_load(
    (DEPLOY / "kubernetes" / "base" / "service" / "deployment.yaml").read_text()
)["spec"]
_POD = _DEPLOYMENT["template"]["spec"]
_STARTUP = _POD["containers"][0]["startupProbe"]
REPLICAS: int = _DEPLOYMENT["replicas"]
"""How many processes each service has."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version and, unless it is the present one, the Python that runs it."""

    version: str
    program: Sequence[str | Path] | None = None


class Rolling:
    """
    Rolls releases out: one process of a service at a time, all services at once.

    Each process gets SIGTERM; its replacement starts once it has ended, and must be ready for
    ``minReadySeconds`` of the manifests before the next process is replaced. ``wrong`` lists
    processes that did not end cleanly or run another version.
    """

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.restarts = 0
        self.wrong: list[str] = []

    def out(self, release: Release) -> None:
        """Return when every process of every service is one of the release."""
        left = [self._replace(service, release) for service in SERVICES]
        while left:
            self._rig.hold(0.1)
            left = [each for each in left if next(each, "over") is None]
        for process, replica in self._rig.stack.replicas.items():
            if f'version="{release.version}"' not in _built(replica.http):
                self.wrong.append(f"{_name(process)} does not run {release.version}")

    def _replace(self, service: str, release: Release) -> Iterator[None]:
        """Replace the processes of a service; yield whenever there is something to wait for."""
        for number in range(REPLICAS):
            process = (service, number)
            yield from self._end(process)
            self.restarts += 1
            assign_release(self._rig, process, release)
            yield from self._settle(process)

    def _end(self, process: Process) -> Iterator[None]:
        self._rig.wanted.pop(process)
        replica = self._rig.stack.replicas.pop(process, None)
        if replica is None:  # it has ended by itself, which the watch has seen
            return
        child, grace = replica.child, _POD["terminationGracePeriodSeconds"]
        child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + grace
        while child.alive and time.monotonic() < until:
            yield
        if child.alive:
            child.process.kill()
            child.process.wait()
            self.wrong.append(f"{_name(process)} had not ended {grace} s after it was told to")
        elif child.process.returncode != 0:
            self.wrong.append(f"{_name(process)}, told to end: {child.ended()}")

    def _settle(self, process: Process) -> Iterator[None]:
        """Wait until a process is ready and has been for as long as the manifests say."""
        patience = _STARTUP["periodSeconds"] * _STARTUP["failureThreshold"]
        until = time.monotonic() + patience
        while not self._is_ready(process):
            if time.monotonic() > until:
                raise StackFailed(f"{_name(process)} was not ready after {patience} s")
            yield
        until = time.monotonic() + _DEPLOYMENT["minReadySeconds"]
        while time.monotonic() < until:
            yield

    def _is_ready(self, process: Process) -> bool:
        replica = self._rig.stack.replicas.get(process)
        return replica is not None and replica.is_ready()


def assign_release(rig: Rig, process: Process, release: Release) -> None:
    """Run a process with this release from now on."""
    rig.programs.pop(process, None)
    if release.program is not None:
        rig.programs[process] = release.program
    rig.wanted[process] = {}


def _built(http: str) -> str:
    """Return the line in which a process says what was built; nothing if it does not answer."""
    try:
        with urllib.request.urlopen(f"{http}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith("cri_build_info{")), "")


def _name(process: Process) -> str:
    return f"{process[0]}-{process[1]}"
