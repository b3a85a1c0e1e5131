"""Child processes that never outlive the stack, and functions that wait for them."""

import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import ClassVar

from deploy.stack.failure import StackFailed, last_lines

_ROOT = Path(__file__).parents[2]
_LAUNCHER = Path(__file__).with_name("parent_death.py")


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the stack and its log file."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it is still running."""
        return self.process.poll() is None

    def ended(self) -> str:
        """Describe how it ended, with the last lines of its log."""
        code = self.process.poll()
        how = f"by signal {-code}" if code is not None and code < 0 else f"with status {code}"
        return f"{self.name} ended {how}. The end of {self.log}:\n{last_lines(self.log)}"


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    at_parent_death: signal.Signals = signal.SIGKILL,
) -> Child:
    """
    Start a child in its own session, with its output appended to ``log``.

    Call this from a thread that lives as long as the child should: Linux treats the thread that
    started a child as its parent.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    launcher: list[str | Path] = [sys.executable, "-I", "-S", _LAUNCHER]
    launcher += [str(os.getpid()), str(int(at_parent_death)), "-" if user is None else str(user)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*launcher, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=_ROOT,
            env=None if environment is None else {**os.environ, **environment},
            start_new_session=True,
        )
    return Child(name=name, log=log, process=process)


def stop(children: Iterable[Child], *, sign: signal.Signals, within: float) -> None:
    """Send ``sign`` to all children; kill those that have not ended ``within`` seconds."""
    running = [child for child in children if child.alive]
    for child in running:
        child.process.send_signal(sign)
    deadline = time.monotonic() + within
    for child in running:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def wait_until(
    true: Callable[[], bool], *, what: str, children: Sequence[Child], within: float
) -> None:
    """Wait until ``true()``; fail if a child ends first or ``within`` seconds pass."""
    deadline = time.monotonic() + within
    while not true():
        for child in children:
            if not child.alive:
                raise StackFailed(f"{what}: {child.ended()}")
        if time.monotonic() > deadline:
            logs = "\n".join(f"{child.log}:\n{last_lines(child.log)}" for child in children)
            raise StackFailed(f"{what}: not ready after {within:.0f} s.\n{logs}")
        time.sleep(0.02)


def finish(children: Iterable[Child], *, within: float) -> None:
    """Wait for children that end by themselves; fail if one exits with an error."""
    deadline = time.monotonic() + within
    for child in children:
        try:
            code = child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            raise StackFailed(
                f"{child.name} did not end within {within:.0f} s:\n{last_lines(child.log)}"
            ) from None
        if code != 0:
            raise StackFailed(child.ended())


def accepts(port: int) -> bool:
    """Return whether something listens on a local port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Ports:
    """
    Allocates free ports: ascending from ``first`` if given, otherwise random.

    They stay reserved until this process ends: no other stack takes one before its server listens.
    """

    _given: ClassVar[set[int]] = set()

    def __init__(self, first: int | None = None) -> None:
        self._next = first

    def take(self) -> int:
        """Return a free port that was not returned before."""
        while True:
            # Below the kernel's ephemeral range, so that no client takes it before the server.
            port = random.randrange(20_000, 32_000) if self._next is None else self._next
            if self._next is not None:
                self._next += 1
            if port not in self._given and _is_free(port) and _reserve(port):
                self._given.add(port)
                return port


def _reserve(port: int) -> bool:
    """Reserve *port* until this process ends; return False if another process has reserved it."""
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@cache
def _reservations() -> int:
    """Open the file of which each process locks the bytes at its ports; never close it."""
    file = Path(gettempdir()) / f"continuum-ports-{os.getuid()}"
    return os.open(file, os.O_CREAT | os.O_RDWR, 0o600)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
