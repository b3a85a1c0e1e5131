"""What every step of the embedded stack raises when it cannot go on."""

from pathlib import Path


class StackFailed(Exception):
    """A step failed. The message says what, why, and what to do."""


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log, indented, to be shown below a failure."""
    if not log.exists():
        return "  (it wrote no log)"
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {_escaped(line[:400])}" for line in lines) or "  (its log is empty)"


def _escaped(text: str) -> str:
    """Return *text* with what could move a terminal's cursor or reorder its text escaped."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
