"""Reads a service's counts from `counted.py` and from its metrics."""

import http.client
import json
import re
import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measurement import Incomplete
from deploy.local.services import Replica

_ROOT = Path(__file__).parents[1]
_BATCHES = re.compile(rb"^cri_batch_duration_seconds_count\{.*\} (\S+)$", re.MULTILINE)
_RECORDS = re.compile(rb"^cri_record_age_seconds_count\{.*\} (\S+)$", re.MULTILINE)
FETCH = "FetchRequest"


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one service, or of all, over a period."""

    round_trips: int = 0
    """Round trips to Postgres."""
    statements: Counter[str] = field(default_factory=Counter)
    """Executions by statement text."""
    transactions: Mapping[str, Counter[int]] = field(default_factory=dict)
    """First statement → number of round trips → number of transactions."""
    requests: Counter[str] = field(default_factory=Counter)
    """Requests to Kafka by kind."""
    partitions: int = 0
    """Partitions named in fetches."""
    batches: int = 0
    records: int = 0
    """Records in these batches."""

    @property
    def transactions_in_all(self) -> int:
        return sum(by_trips.total() for by_trips in self.transactions.values())

    @property
    def fetches(self) -> int:
        return self.requests[FETCH]

    def since(self, earlier: "Counts") -> "Counts":
        """Return the difference from *earlier*."""
        return Counts(
            self.round_trips - earlier.round_trips,
            self.statements - earlier.statements,
            {
                first: by_trips - earlier.transactions.get(first, Counter())
                for first, by_trips in self.transactions.items()
            },
            self.requests - earlier.requests,
            self.partitions - earlier.partitions,
            self.batches - earlier.batches,
            self.records - earlier.records,
        )

    def __add__(self, other: "Counts") -> "Counts":
        firsts = self.transactions.keys() | other.transactions.keys()
        return Counts(
            self.round_trips + other.round_trips,
            self.statements + other.statements,
            {
                first: self.transactions.get(first, Counter())
                + other.transactions.get(first, Counter())
                for first in firsts
            },
            self.requests + other.requests,
            self.partitions + other.partitions,
            self.batches + other.batches,
            self.records + other.records,
        )


def read(replica: Replica, counts_socket: str) -> Counts:
    """Return the counts so far of a service run by `counted.py`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(counts_socket)
        found = json.loads(connection.makefile().read())
    page = metrics(replica)
    return Counts(
        found["round_trips"],
        Counter(found["statements"]),
        {
            first: Counter({int(trips): number for trips, number in by_trips.items()})
            for first, by_trips in found["transactions"].items()
        },
        Counter(found["requests"]),
        found["partitions"],
        _sum(_BATCHES, page),
        _sum(_RECORDS, page),
    )


def metrics(replica: Replica) -> bytes:
    """Return the metrics page of a service."""
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read()
    except OSError as error:
        raise Incomplete(f"{replica.child.name} does not answer: {error}") from error
    finally:
        connection.close()


def statement_names(folder: Path = _ROOT) -> dict[str, str]:
    """Return text → name of every statement file below *folder*."""
    return {
        file.read_text(encoding="utf-8"): file.stem
        for package in ("services", "shared")
        for file in (folder / package).rglob("sql/*.sql")
    }


def named(text: str, names: Mapping[str, str]) -> str:
    """Return a statement's file name, or the beginning of its text if it has none."""
    return names.get(text) or " ".join(text.split()).rstrip(";")[:40]


def _sum(pattern: re.Pattern[bytes], page: bytes) -> int:
    return round(sum(float(value) for value in pattern.findall(page)))
