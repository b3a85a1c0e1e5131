"""Log entries for sent messages: topic, type, request."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from shared.contracts.tracking import names_request
from shared.delivery.relay.outbox import DEAD_LETTERS, read_summary

AT_ONCE = 200
"""Most messages in one line of the log."""
_RECORD = re.compile(r"cri\.in\.[a-z0-9-]{1,60}\.v1/[0-9]{1,20}/[0-9]{1,20}")
_PREFIX = "gov.cri."
_HEARTBEAT = "gov.cri.heartbeat.v1"
# Dead letters hold foreign bytes; notification events repeat messages that are listed anyway.
_LEFT_OUT = (DEAD_LETTERS, "cri.int.notifications.")


def lines(rows: Sequence[Any], sent: Collection[int]) -> Iterator[list[str]]:
    """
    Yield the log entries of the *rows* that were *sent*, at most `AT_ONCE` in each list.

    An entry is ``topic type [tracking-number] [for record] [because codes]``: the record that the
    message answers, and the codes of a refusal.
    """
    acknowledged = set(sent)
    entries = [
        entry for row in rows if row["id"] in acknowledged and (entry := _entry(row)) is not None
    ]
    for start in range(0, len(entries), AT_ONCE):
        yield entries[start : start + AT_ONCE]


def _entry(row: Any) -> str | None:
    topic = row["topic"]
    if topic.startswith(_LEFT_OUT):
        return None
    kind, subject, _, _, answered = read_summary(row)
    if kind is None or kind == _HEARTBEAT:
        return None
    parts = [topic, kind.removeprefix(_PREFIX)]
    if subject is not None and names_request(subject):
        parts.append(subject)
    if answered is not None and _RECORD.fullmatch(answered):
        parts += ["for", answered]
    if "refused" in kind or "ineligible" in kind:
        parts += ["because", ",".join(_codes(row["value"]))]
    return " ".join(parts)


def _codes(value: bytes) -> list[str]:
    """Return the codes of the reasons in a refusal."""
    return sorted({reason["code"] for reason in json.loads(value)["data"].get("reasons", ())})
