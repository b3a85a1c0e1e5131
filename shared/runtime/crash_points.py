"""
Named places where a test may have this process killed; in production they do nothing.

``CRASH_AT=relay.after_select:3`` with ``CONTINUUM_TEST_MODE=1`` is SIGKILL at the third time that
this place is reached; without test mode a process that finds CRASH_AT refuses to start. In test
mode ``CONTINUUM_CRASH_REPORT`` names a folder where each process writes how often it reached
which place, and at which it was killed.
"""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

SERVICES = ("intake", "routing", "notifications", "reporting")
_BATCH = ("after_poll", "in_transaction", "after_commit")
POINTS = (
    *(f"{service}.{place}" for service in SERVICES for place in _BATCH),
    "matcher.after_claim",
    "matcher.in_transaction",
    "relay.after_select",
    "relay.after_send_before_ack",
    "relay.after_ack_before_delete",
    "migration.between_steps",
)
# What was sent is on its way after a few turns of the loop, and not acknowledged yet.
_TURNS = 10
_WIDTH = 48


class CrashPointError(Exception):
    """The environment asks for what this process must not do; the text says what."""


class _Armed:
    """Counts every place; ends the process at the place and time asked for."""

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
        """Count one more; say whether the process is to end here and now."""
        self._counts[point] += 1
        is_asked = point == self._point
        if self._file is not None:
            # A line of fixed width at a fixed place: what SIGKILL leaves is always complete.
            # What ends soon may come by once more before it does.
            killed = "killed" if is_asked and self._counts[point] >= self._hit else ""
            line = f"{point} {self._counts[point]} {killed}".ljust(_WIDTH - 1) + "\n"
            os.pwrite(self._file, line.encode(), POINTS.index(point) * _WIDTH)
        return is_asked and self._counts[point] == self._hit


_armed: _Armed | None = None


def arm(environment: Mapping[str, str]) -> None:
    """Do as the environment says; raise `CrashPointError` when it may not be done."""
    global _armed
    asked = environment.get("CRASH_AT")
    if environment.get("CONTINUUM_TEST_MODE") != "1":
        if asked is not None:
            raise CrashPointError("CRASH_AT is for tests: unset it, or set CONTINUUM_TEST_MODE=1")
        return
    point, _, hit = (asked or "").partition(":")
    if asked is not None and (point not in POINTS or not (hit or "1").isdigit()):
        raise CrashPointError(f"CRASH_AT={asked} is not <point>:<number>; points: {', '.join(POINTS)}")
    report = environment.get("CONTINUUM_CRASH_REPORT")
    if asked is not None or report is not None:
        _armed = _Armed(
            point=point or None, hit=int(hit or "1"), report=Path(report) if report else None
        )


def reach(point: str) -> None:
    """Say that *point* is reached."""
    if _armed is not None and _armed.should_kill(point):
        _kill()


def reach_soon(point: str) -> None:
    """Say that *point* is reached as soon as what was just begun is on its way."""
    if _armed is not None and _armed.should_kill(point):
        _kill_after(_TURNS)


def _kill_after(turns: int) -> None:
    if turns == 0:
        _kill()
    else:
        asyncio.get_running_loop().call_soon(_kill_after, turns - 1)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_report(folder: Path) -> dict[str, tuple[int, int]]:
    """Return, for every point, how often processes reached it and how often they ended there."""
    reached = dict.fromkeys(POINTS, 0)
    killed = dict.fromkeys(POINTS, 0)
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text().replace("\0", "").splitlines():
            point, count, *rest = line.split()
            reached[point] += int(count)
            killed[point] += len(rest)
    return {point: (reached[point], killed[point]) for point in POINTS}
