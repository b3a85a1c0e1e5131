"""A copy of a run, with the operations that mutations need."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.proofs.checker.log import data_of, short
from tests.proofs.checker.run import Record, Row, Run


class Bench:
    """A copy of a run; ``random`` is seeded, so that the same thing is broken again."""

    def __init__(self, run: Run, random: Random) -> None:
        self.run = Run(
            topics={topic: list(records) for topic, records in run.topics.items()},
            ends={topic: dict(ends) for topic, ends in run.ends.items()},
            tables={
                service: {table: list(map(dict, rows)) for table, rows in tables.items()}
                for service, tables in run.tables.items()
            },
            metrics=dict(run.metrics),
            logs=dict(run.logs),
            history={who: list(map(dict, lines)) for who, lines in run.history.items()},
            ledger=run.ledger,
            mails=None if run.mails is None else dict(run.mails),
            at=run.at,
        )
        self.random = random

    def any_of(
        self,
        topic: str,
        kind: str | None = None,
        *,
        where: Callable[[Record], bool] = lambda record: True,
    ) -> Record:
        """Return some record of the topics that begin so, of this short type."""
        found = [
            record
            for record in self.run.records(topic)
            if record.body is not None and kind in (None, short(record.body)) and where(record)
        ]
        return self.random.choice(found)

    def any_row(
        self, service: str, table: str, *, where: Callable[[Row], bool] = lambda row: True
    ) -> Row:
        """Return some row, to be changed where it is."""
        return self.random.choice([row for row in self.run.rows(service, table) if where(row)])

    def remove(self, record: Record) -> None:
        """Take a record out of its topic; its offset stays empty."""
        self.run.topics[record.topic].remove(record)

    def put(self, record: Record, instead_of: Record) -> None:
        """Put a record in another's place."""
        records = self.run.topics[instead_of.topic]
        records[records.index(instead_of)] = record

    def append(self, record: Record, *, topic: str | None = None) -> Record:
        """Append a record to its topic's partition, or to another topic's."""
        place = topic or record.topic
        ends = self.run.ends[place][str(record.partition)]
        added = replace(record, topic=place, offset=ends[1])
        self.run.ends[place][str(record.partition)] = [ends[0], ends[1] + 1]
        self.run.topics[place].append(added)
        return added


def edited(record: Record, *, data: Mapping[str, Any] | None = None, **changes: Any) -> Record:
    """Return *record* with other attributes (None: without them), or other facts."""
    body = {**(record.body or {}), **changes}
    if data is not None:
        body["data"] = {**data_of(body), **data}
    body = {name: value for name, value in body.items() if value is not None}
    return replace(record, value=json.dumps(body).encode())


def subject_of(record: Record) -> str:
    """Return the subject of the event in *record*."""
    return str((record.body or {}).get("subject"))


@dataclass(frozen=True, slots=True)
class Mutation:
    """
    One way to break a run, and the invariant that must notice it.

    ``before`` makes the run hold something sound that is then broken, such as a dead letter.
    """

    says: str
    breaks: str
    change: Callable[[Bench], None]
    before: Callable[[Bench], None] | None = None
