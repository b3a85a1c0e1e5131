"""The commands that a runbook names, run as an operator runs them."""

import re
import subprocess
import sys
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "runbooks.md"
_COMMAND = re.compile(r"`(continuum [^`]+)`")
_MOST = 2


def commands(alert: str) -> list[str]:
    """Return the first two commands that the section of *alert* has an operator run to look."""
    section = _PAGE.read_text().partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
    look = section.partition("**Look.**")[2].partition("**Do.**")[0]
    return _COMMAND.findall(look)[:_MOST]


def run(command: str, connection: Path, *, service: str = "") -> tuple[int, str]:
    """Run a command of a runbook; return its status and all that it printed."""
    words = command.replace("SERVICE", service).split()[1:]
    done = subprocess.run(
        [sys.executable, "-m", "continuum", *words, "--connection", str(connection)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout
