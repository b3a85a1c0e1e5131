"""Watches the services during an attack: do they run, are they ready, does a partition stand?"""

import re
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.local.services import Replica
from tests.proofs.hostile.judging import STANDS

_STANDING = re.compile(rb"^cri_consumer_standing_seconds\{([^}]*)\} ([0-9.e+]+)$", re.MULTILINE)
_EVERY = 0.5


class Guard:
    """
    Looks twice a second, in a thread, from ``begin`` until ``end``.

    ``stops`` are processes that ended and partitions that stood still for too long.
    """

    def __init__(self, replicas: list[Replica]) -> None:
        self._replicas = replicas
        self._over = threading.Event()
        self._stops: dict[str, str] = {}
        self.not_ready = 0.0
        self.memory = 0
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def begin(self) -> "Guard":
        """Begin to look."""
        self._thread.start()
        return self

    def end(self) -> tuple[str, ...]:
        """Look a last time; return the stops."""
        self._over.set()
        self._thread.join()
        self._look()
        return tuple(self._stops.values())

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            before = time.monotonic()
            ready = self._look()
            if not ready:
                self.not_ready += _EVERY + time.monotonic() - before

    def _look(self) -> bool:
        """Look once at every process; tell whether all are ready."""
        ready = True
        for replica in self._replicas:
            if not replica.child.alive:
                code = replica.child.process.returncode
                self._stops[replica.service] = f"{replica.service} ended with status {code}"
                ready = False
                continue
            ready = replica.is_ready() and ready
            for partition, seconds in standing(replica):
                if seconds > STANDS:
                    said = f"{replica.service} stands still on {partition} for {seconds:.0f} s"
                    self._stops[f"{replica.service} {partition}"] = said
            if replica.service == "intake":
                self.memory = max(self.memory, _resident(replica.child.pid))
        return ready


def standing(replica: Replica) -> list[tuple[str, float]]:
    """Return how long each topic of a service has stood still, as its metrics say."""
    try:
        with urlopen(f"{replica.http}/metrics", timeout=2) as answer:
            shown = answer.read()
    except (OSError, URLError):
        return []  # whether it is ready says whether that matters
    return [(labels.decode(), float(value)) for labels, value in _STANDING.findall(shown)]


def _resident(pid: int) -> int:
    """Return how many MiB a process holds; 0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) // 1024 if found else 0
