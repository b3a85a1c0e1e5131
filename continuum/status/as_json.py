"""The same answer for programs. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from continuum.status.findings import Finding
from continuum.status.seen import Away, Rows, Seen


def to_json(seen: Seen, findings: Sequence[Finding]) -> str:
    """Return what was seen as one JSON object; what could not be asked is null."""
    whole = {
        "at": seen.at,
        "wrong": [asdict(each) for each in findings],
        "processes": {
            name: None if isinstance(each, Away) else [asdict(process) for process in each]
            for name, each in seen.processes.items()
        },
        "unread": {
            name: None
            if (unread := seen.unread.get(name)) is None
            else [
                {
                    "topic": each.place.topic,
                    "partition": each.place.partition,
                    "records": each.records,
                    "next_offset": each.next_offset,
                    "since": each.since,
                }
                for each in unread
            ]
            for name in seen.tables
        },
        "waits": _rows(seen.waits),
        "offers": _rows(seen.offers),
        **({} if seen.waiting is None else {"waiting": _rows(seen.waiting)}),
    }
    return json.dumps(whole, default=str, indent=2)


def _rows(found: Rows | Away) -> list[dict[str, object]] | None:
    return None if isinstance(found, Away) else [dict(row) for row in found]
