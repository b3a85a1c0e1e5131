"""Renders the status as JSON, for programs. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from continuum.status.findings import Finding
from continuum.status.observation import Observation, Rows, Unavailable


def to_json(observation: Observation, findings: Sequence[Finding]) -> str:
    """Return the observation as one JSON object; what was unavailable is null."""
    whole = {
        "at": observation.at,
        "wrong": [asdict(each) for each in findings],
        "processes": {
            name: None if isinstance(each, Unavailable) else [asdict(process) for process in each]
            for name, each in observation.processes.items()
        },
        "unread": {
            name: None
            if (unread := observation.unread.get(name)) is None
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
            for name in observation.databases
        },
        "waits": _rows(observation.waits),
        "offers": _rows(observation.offers),
        **({} if observation.waiting is None else {"waiting": _rows(observation.waiting)}),
    }
    return json.dumps(whole, default=str, indent=2)


def _rows(found: Rows | Unavailable) -> list[dict[str, object]] | None:
    return None if isinstance(found, Unavailable) else [dict(row) for row in found]
