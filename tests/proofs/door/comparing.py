"""
Compares what was sent with what an example expects.

Everything must be equal. UUIDs are opaque, so the first one stands for itself, the second for
itself, and so on: two that are equal in the example must be equal in what was sent, and two that
differ must differ.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from tests.proofs.door.examples import Sent

_ABSENT = object()
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def differences(expected: Sequence[Sent], sent: Sequence[Sent]) -> list[str]:
    """Return a line for each value that differs, is missing, or was not expected."""
    return [*_compared(_without_uuids(expected), _without_uuids(sent), "")]


def _compared(expected: Any, sent: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(sent, dict):
        for name in dict.fromkeys((*expected, *sent)):
            before, after = expected.get(name, _ABSENT), sent.get(name, _ABSENT)
            yield from _compared(before, after, f"{path}/{name}")
    elif isinstance(expected, list) and isinstance(sent, list):
        pairs = zip_longest(expected, sent, fillvalue=_ABSENT)
        for number, (before, after) in enumerate(pairs):
            yield from _compared(before, after, f"{path}/{number}")
    elif expected != sent:
        yield f"  {path}: expected {_shown(expected)}, got {_shown(sent)}"


def _without_uuids(messages: Sequence[Sent]) -> list[Any]:
    known: dict[str, str] = {}
    text = json.dumps(messages)
    masked = _UUID.sub(lambda found: known.setdefault(found[0], f"uuid {len(known) + 1}"), text)
    parsed: list[Any] = json.loads(masked)
    return parsed


def _shown(value: Any) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
