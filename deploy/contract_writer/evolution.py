"""
Whether today's schemas keep the promises of every released version.

For a producer, what was valid stays valid. For a reader, what may be written now was allowed then.
Only types that were released as stable are bound.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from deploy.contract_writer.contained import Difference, contained
from deploy.contract_writer.message_types import message_types
from deploy.contract_writer.schemas import schema_of
from deploy.contract_writer.write import RELEASED

Schema = dict[str, Any]
Side = Literal["producer", "reader"]


def breaking(before: Schema, now: Schema, side: Side) -> list[Difference]:
    """Return how *now* breaks a participant that was built for *before*."""
    if before["x-stability"] != "stable":
        return []
    if now["x-stability"] != "stable":
        return [Difference("", "a stable type became a preview")]
    return contained(before, now) if side == "producer" else contained(now, before)


def broken_promises(released: Path = RELEASED) -> Iterator[str]:
    """Yield each difference of today's schemas from a released version."""
    today = {each.file: each for each in message_types()}
    for version in sorted(each for each in released.iterdir() if each.is_dir()):
        for file in sorted(version.glob("schemas/*/*.json")):
            before, place = json.loads(file.read_text()), file.relative_to(version).as_posix()
            kind = today.get(place)
            if kind is None:
                if before["x-stability"] == "stable":
                    yield f"{version.name}, {place}: the type is gone"
                continue
            for path, why in breaking(before, schema_of(kind), kind.side):
                yield f"{version.name}, {place}: {path or '/'}: {why}"
