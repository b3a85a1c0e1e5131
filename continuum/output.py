"""The only way out of the command line: everything that is printed is made safe for a terminal."""

import io
import sys
from collections.abc import Iterable
from typing import NoReturn, TextIO

from shared.printable import printable


def say(lines: Iterable[str]) -> None:
    """Print *lines*, each on one line."""
    _write(sys.stdout, lines)


def note(text: str) -> None:
    """Print how far something has come, beside the output."""
    _write(sys.stderr, [text])


def fail(reason: object, *, status: int = 1) -> NoReturn:
    """Say why it cannot be done, and exit."""
    if status == 1:
        sys.exit(printable(f"continuum: {reason}"))
    note(f"continuum: {reason}")
    sys.exit(status)


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than we do
        stream.reconfigure(errors="backslashreplace")
    for line in lines:
        stream.write(f"{printable(line)}\n")
    stream.flush()
