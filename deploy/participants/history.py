"""The records a participant sent and received, for the checker."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any


class History:
    """
    One JSON line for each record sent and each message received, in order.

    ``outcome`` of what was sent: ``ok`` (appended at ``coordinate``) or ``unknown``.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lines = file.open("w", buffering=1)

    def sent(self, value: bytes | None, *, what: str, coordinate: str | None) -> None:
        """Add a record that was sent; ``coordinate`` is None if its fate is unknown."""
        outcome = "unknown" if coordinate is None else "ok"
        self._write(
            did="sent", kind=what, outcome=outcome, coordinate=coordinate, sha256=_digest(value)
        )

    def received(self, value: bytes | None, *, offset: int) -> None:
        """Add a message read from the ``out`` topic."""
        self._write(did="received", offset=offset, sha256=_digest(value))

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def _write(self, **line: Any) -> None:
        self._lines.write(json.dumps(line) + "\n")


def _digest(value: bytes | None) -> str | None:
    return None if value is None else sha256(value).hexdigest()
