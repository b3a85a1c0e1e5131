"""
Named points at which a test can kill this process; in production they do nothing.

``CRASH_AT=relay.after_select:3`` with ``CONTINUUM_TEST_MODE=1`` sends SIGKILL when the point is
reached for the third time. Without test mode, a process with CRASH_AT refuses to start. In test
mode, ``CONTINUUM_CRASH_REPORT`` names a folder where each process records how often it reached
each point, and where it was killed.
"""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from shared.contracts.services import DEPLOYABLES

_BATCH = ("after_poll", "in_transaction", "after_commit")
POINTS = (
    *(f"{service}.{place}" for service in DEPLOYABLES for place in _BATCH),
    "matcher.after_claim",
    "matcher.in_transaction",
    "relay.after_select",
    "relay.after_send_before_ack",
    "relay.after_ack_before_delete",
    "mail.after_claim",
    "mail.after_data_before_record",
    "mail.after_record",
    "migration.between_steps",
)
# After this many event loop iterations a send is on its way, but not acknowledged.
_ITERATIONS = 10
_WIDTH = 48


class CrashPointError(Exception):
    """CRASH_AT is set without test mode, or is invalid; the message says which."""


class _Armed:
    """Counts how often each point is reached; tells when to kill the process."""

    def __init__(self, *, point: str | None, hit: int, report: Path | None) -> None:
        self._point = point
        self._hit = hit
        self._counts = dict.fromkeys(POINTS, 0)
        self._file: int | None = None
        if report is not None:
            report.mkdir(parents=True, exist_ok=True)
            name = f"{time.time_ns()}-{os.getpid()}.txt"
            self._file = os.open(report / name, os.O_CREAT | os.O_WRONLY)

    def should_kill(self, point: str) -> bool:
        """Count *point* once more; return whether to kill the process now."""
        self._counts[point] += 1
        is_asked = point == self._point
        if self._file is not None:
            # Lines of fixed width at fixed offsets: a SIGKILL never leaves a partial line.
            # `>=`, because `reach_soon` may pass once more before the kill.
            killed = "killed" if is_asked and self._counts[point] >= self._hit else ""
            line = f"{point} {self._counts[point]} {killed}".ljust(_WIDTH - 1) + "\n"
            os.pwrite(self._file, line.encode(), POINTS.index(point) * _WIDTH)
        return is_asked and self._counts[point] == self._hit


_armed: _Armed | None = None


def arm(environment: Mapping[str, str]) -> None:
    """Arm the point that CRASH_AT names. Raises `CrashPointError` if that is not allowed."""
    global _armed
    asked = environment.get("CRASH_AT")
    if environment.get("CONTINUUM_TEST_MODE") != "1":
        if asked is not None:
            raise CrashPointError("CRASH_AT is for tests: unset it, or set CONTINUUM_TEST_MODE=1")
        return
    point, _, hit = (asked or "").partition(":")
    if asked is not None and (point not in POINTS or not (hit or "1").isdigit()):
        raise CrashPointError(
            f"CRASH_AT={asked} is not <point>:<number>; points: {', '.join(POINTS)}"
        )
    report = environment.get("CONTINUUM_CRASH_REPORT")
    if asked is not None or report is not None:
        _armed = _Armed(
            point=point or None, hit=int(hit or "1"), report=Path(report) if report else None
        )


def reach(point: str) -> None:
    """Note that *point* is reached; may kill the process."""
    if _armed is not None and _armed.should_kill(point):
        _kill()


def reach_soon(point: str) -> None:
    """Note that *point* will be reached once the send just begun is on its way."""
    if _armed is not None and _armed.should_kill(point):
        _kill_after(_ITERATIONS)


def _kill_after(iterations: int) -> None:
    if iterations == 0:
        _kill()
    else:
        asyncio.get_running_loop().call_soon(_kill_after, iterations - 1)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_report(folder: Path) -> dict[str, tuple[int, int]]:
    """Return point → (times reached, times killed there), over all processes."""
    reached = dict.fromkeys(POINTS, 0)
    killed = dict.fromkeys(POINTS, 0)
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text().replace("\0", "").splitlines():
            point, count, *rest = line.split()
            reached[point] += int(count)
            killed[point] += len(rest)
    return {point: (reached[point], killed[point]) for point in POINTS}
