"""A recorded run in memory: records, rows, metrics, logs and histories."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.proofs.checker.injected import Ledger, ledger_of
from tests.proofs.checker.lines import parse, read, read_lines

LEDGER = "injected.jsonl"
MAILS = "mail"
AT = "recorded-at"

Row = dict[str, Any]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a topic; ``body`` is its value as JSON, None when it is no JSON object."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def place(self) -> str:
        """``topic/partition/offset``."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def body(self) -> Body | None:
        """Return the value as JSON; text that the door would not read may still parse here."""
        return _body(self.value or b"")


@cache
def _body(value: bytes) -> Body | None:
    """Parse each value once, however often it is there: a replayed topic repeats all it holds."""
    try:
        found = parse(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(slots=True)
class Run:
    """
    Everything that was recorded.

    ``ends`` has the first and next offset of each partition; ``history`` the lines of each
    participant; ``logs`` the text of each log file.
    """

    topics: dict[str, list[Record]]
    ends: dict[str, dict[str, list[int]]]
    tables: dict[str, dict[str, list[Row]]]
    metrics: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Row]] = field(default_factory=dict)
    ledger: Ledger | None = None
    """The injected faults; None if the run injects none."""
    mails: dict[str, bytes] | None = None
    """The mails that a mail server has kept, by file; None if there was none."""
    at: datetime | None = None
    """When the recording began; None in one that does not say it."""

    def may_be_unknown(self, body: Body) -> bool:
        """Tell whether an earlier release, which does not know its type, may have taken it in."""
        return self.ledger is not None and self.ledger.may_be_unknown(body)

    def rows(self, service: str, table: str) -> list[Row]:
        """Return the rows of a table; a table that is not there has none."""
        return self.tables.get(service, {}).get(table, [])

    def records(self, prefix: str) -> Iterator[Record]:
        """
        Yield the records of every topic whose name begins with *prefix*.

        Without those that the run itself injected, and swapped ones in their right order: what
        came of these is judged apart, and ``topics`` has all as it stands.
        """
        for topic in sorted(self.topics):
            if topic.startswith(prefix):
                yield from self._as_written(topic)

    def _as_written(self, topic: str) -> Sequence[Record]:
        records, ledger = self.topics[topic], self.ledger or Ledger()
        foreign = {(i.partition, i.offset) for i in ledger.injected if i.topic == topic}
        if foreign:
            records = [r for r in records if (r.partition, r.offset) not in foreign]
        swaps = [swap for swap in ledger.swapped if swap.topic == topic]
        if not swaps:
            return records
        firsts: dict[object, int] = {}
        for place, record in enumerate(records):
            firsts.setdefault((record.body or {}).get("id"), place)
        ordered = list(records)
        for swap in swaps:
            earlier, later = firsts.get(swap.earlier), firsts.get(swap.later)
            if earlier is not None and later is not None and later < earlier:
                one, other = records[earlier], records[later]
                ordered[later] = replace(one, offset=other.offset)
                ordered[earlier] = replace(other, offset=one.offset)
        return ordered


def load(folder: Path) -> Run:
    """Read what `record` wrote; records that came more than once share their bytes."""
    known: dict[bytes, bytes] = {}
    topics = {file.stem: _records(file, known) for file in sorted((folder / "topics").iterdir())}
    broken, at = folder / LEDGER, folder / AT
    return Run(
        topics=topics,
        ends=json.loads((folder / "ends.json").read_text()),
        tables={
            service.name: {file.stem: list(read_lines(file)) for file in service.iterdir()}
            for service in sorted((folder / "tables").iterdir())
        },
        metrics={file.stem: file.read_text() for file in _files(folder / "metrics")},
        logs={file.name: file.read_text(errors="replace") for file in _files(folder / "logs")},
        history={file.stem: list(read_lines(file)) for file in _files(folder / "history")},
        mails=_mails(folder / MAILS),
        ledger=ledger_of(read_lines(broken), topics) if broken.exists() else None,
        at=datetime.fromisoformat(at.read_text()) if at.exists() else None,
    )


def _records(file: Path, known: dict[bytes, bytes]) -> list[Record]:
    def once(data: bytes | None) -> bytes | None:
        return None if data is None else known.setdefault(data, data)

    return [
        Record(
            topic=file.stem,
            partition=line["partition"],
            offset=line["offset"],
            key=once(read(line["key"])),
            value=once(read(line["value"])),
            headers=tuple((name, read(value)) for name, value in line["headers"]),
        )
        for line in read_lines(file)
    ]


def _mails(folder: Path) -> dict[str, bytes] | None:
    if not folder.exists():
        return None
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.eml"))}


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file()) if folder.exists() else []
