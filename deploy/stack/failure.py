"""The error that every step of the embedded stack raises."""

from pathlib import Path


class StackFailed(Exception):
    """A step failed. The message names the step, the cause and the remedy."""


def last_lines(log: Path, count: int = 15) -> str:
    """Return the last lines of a log, indented for an error message."""
    if not log.exists():
        return "  (it wrote no log)"
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {_escaped(line[:400])}" for line in lines) or "  (its log is empty)"


def _escaped(text: str) -> str:
    """Escape characters that could move a terminal's cursor or reorder its text."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
