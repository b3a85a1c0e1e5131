"""What every step of the embedded stack raises when it cannot go on."""

from pathlib import Path

from shared.printable import printable


class StackFailed(Exception):
    """A step failed. The message says what, why, and what to do."""


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log, indented, to be shown below a failure."""
    if not log.exists():
        return "  (it wrote no log)"
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {printable(line[:400])}" for line in lines) or "  (its log is empty)"
