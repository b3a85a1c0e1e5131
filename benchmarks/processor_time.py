"""Reads the processor time and memory of processes from /proc."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from deploy.local.stack import Stack

_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")


def stack_times(stack: Stack, others: Mapping[str, int]) -> Counter[str]:
    """Return the microseconds used so far by Kafka, Postgres (by role) and *others* (by pid)."""
    times: Counter[str] = Counter()
    for node in stack.kafka.nodes:
        times["kafka"] += _used(node.pid)
    assert stack.postgres.child is not None
    times += _postgres_times(stack.postgres.child.pid)
    for name, pid in others.items():
        times[name] += _used(pid)
    return times


def per_request(before: Counter[str], after: Counter[str], requests: int) -> Counter[str]:
    """Return each process's microseconds per request."""
    return Counter({name: (after[name] - before[name]) // requests for name in after})


def peak_megabytes(pid: int) -> float:
    """Return the peak resident set of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


def _postgres_times(server: int) -> Counter[str]:
    # The time of ended sessions counts as the server's own work.
    times = Counter({"postgres (own work)": _used(server, ended=True)})
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _fields(int(entry.name))[1] == str(server):
                    title = (entry / "cmdline").read_text().strip("\0").split()
                    role = title[1] if len(title) > 3 and "(" in title[3] else "own work"
                    times[f"postgres ({role})"] += _used(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
    return times


def _used(pid: int, *, ended: bool = False) -> int:
    fields = _fields(pid)
    return sum(int(field) for field in fields[11 : 15 if ended else 13]) * _TICK


def _fields(pid: int) -> list[str]:
    """Return the fields after the name in ``/proc/<pid>/stat``, the state first."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
