"""Prints all output of the command line, made safe for a terminal."""

import io
import sys
from collections.abc import Iterable
from typing import NoReturn, TextIO

from shared.process.printable import printable


def say(lines: Iterable[str]) -> None:
    """Print *lines* to standard output."""
    _write(sys.stdout, lines)


def note(text: str) -> None:
    """Print a note, such as progress, to standard error."""
    _write(sys.stderr, [text])


def fail(reason: object, *, status: int = 1) -> NoReturn:
    """Print the *reason* to standard error and exit with *status*."""
    if status == 1:
        sys.exit(printable(f"continuum: {reason}"))
    note(f"continuum: {reason}")
    sys.exit(status)


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    if isinstance(stream, io.TextIOWrapper):  # the terminal's encoding may lack characters
        stream.reconfigure(errors="backslashreplace")
    for line in lines:
        stream.write(f"{printable(line)}\n")
    stream.flush()
