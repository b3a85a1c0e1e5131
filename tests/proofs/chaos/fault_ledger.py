"""The ledger of injected faults, for the checker."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.local.released import folder_of

CONTRACTS = Path("shared", "contracts")
"""Where each release keeps its contracts."""
_READ_IN_PART = {"gov.cri.routing.facts_changed.v1"}
"""Types that the release before knows, but about which it tells nobody."""
_TYPE = re.compile(r"gov\.cri\.[a-z_.]+\.v[0-9]+")
Place = tuple[str, int, int]


class FaultLedger:
    """The lines of ``injected.jsonl`` (their meaning: ``tests.proofs.checker.injected``)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.touch()
        self.places: set[Place] = set()
        """Positions of records that no service wrote."""
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
        """Add an injected record; ``offset`` is None if it may not have arrived."""
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
        """Add two neighboring events whose order was swapped."""
        self._write(did="swapped", topic=topic, subject=subject, ids=ids)

    def earlier_ran(self, release: str, *, since: datetime) -> None:
        """Add a span, which ends now, in which processes of an earlier release ran too."""
        known = types_of(folder_of(release) / CONTRACTS) - _READ_IN_PART
        unknown = sorted(types_of(CONTRACTS) - known)
        self._write(
            did="earlier",
            release=release,
            unknown=unknown,
            since=since.isoformat(),
            until=datetime.now(UTC).isoformat(),
        )

    def is_foreign(self, topic: str, partition: int, offset: int, value: bytes | None) -> bool:
        """Return whether a record was injected."""
        unknown = (topic, partition, _digest(value)) in self._unknown if self._unknown else False
        return unknown or (topic, partition, offset) in self.places

    def _write(self, **line: Any) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")


def types_of(contracts: Path) -> set[str]:
    """Return the types of events that the contracts in a folder name."""
    return {found for file in contracts.rglob("*.py") for found in _TYPE.findall(file.read_text())}


def _digest(value: bytes | None) -> str:
    return "null" if value is None else sha256(value).hexdigest()
