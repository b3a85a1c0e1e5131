"""Describes the machine of a measurement, without paths or host names."""

import os
import platform
import re
import sys
from pathlib import Path

_MODEL = re.compile(r"^model name\s*: (.+)$", re.MULTILINE)


def interpreter() -> str:
    """Return the implementation, version, build and compiler of this Python."""
    return f"{platform.python_implementation()} {' '.join(sys.version.split())}"


def machine() -> str:
    """Return the number and kind of cores, the memory, and the Python version."""
    found = _MODEL.search(Path("/proc/cpuinfo").read_text())
    kind = found[1].strip() if found else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores ({kind}), {memory:.0f} GiB, {python}"
