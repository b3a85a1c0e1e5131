"""Compares a service's rows with the fold of the log (`continuum rebuild`)."""

import subprocess
import sys
from pathlib import Path


def compare_rows(connection: Path, service: str) -> list[str]:
    """Print the number of compared rows; return the whole output if any row differs."""
    command = [sys.executable, "-m", "continuum", "rebuild", service]
    done = subprocess.run(
        [*command, "--connection", str(connection)], capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    for line in lines:
        if "rows beside" in line or line.startswith("rebuild:"):
            print(line.strip())
    if done.returncode == 0:
        return []
    return [f"rebuild {service}: {line}" for line in [*lines, *done.stderr.splitlines()] if line]
