"""What a run breaks on purpose, written down for the checker."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

Place = tuple[str, int, int]


class FaultLedger:
    """The lines of ``injected.jsonl`` (their meaning: ``tests.proofs.checker.injected``)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.touch()
        self.places: set[Place] = set()
        """Where records stand that no service wrote."""
        self._unknown: set[tuple[str, int, str]] = set()

    def injected(
        self,
        *,
        topic: str,
        partition: int,
        offset: int | None,
        value: bytes | None,
        outcomes: Mapping[str, str],
        **more: Any,
    ) -> None:
        """Note a record that was sent; no offset where nobody knows whether it arrived."""
        digest = _digest(value)
        if offset is None:
            self._unknown.add((topic, partition, digest))
        else:
            self.places.add((topic, partition, offset))
        self._write(
            did="injected",
            topic=topic,
            partition=partition,
            offset=offset,
            sha256=digest,
            outcomes=dict(outcomes),
            **more,
        )

    def swapped(self, *, topic: str, subject: str, ids: tuple[str, str]) -> None:
        """Note two neighboring events of which the later one will come first."""
        self._write(did="swapped", topic=topic, subject=subject, ids=ids)

    def is_foreign(self, topic: str, partition: int, offset: int, value: bytes | None) -> bool:
        """Tell a record that no service wrote."""
        unknown = (topic, partition, _digest(value)) in self._unknown if self._unknown else False
        return unknown or (topic, partition, offset) in self.places

    def _write(self, **line: Any) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")


def _digest(value: bytes | None) -> str:
    return "null" if value is None else sha256(value).hexdigest()
