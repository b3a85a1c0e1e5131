"""Values of rows as Postgres writes them into JSON."""

import json
from collections.abc import Mapping
from typing import Any

from tests.proofs.checker.log import HEARTBEAT


def bytes_of(value: Any) -> bytes:
    r"""Return the bytes of a ``bytea`` column (``\x…``)."""
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value[:2] == "\\x" else b""


def json_of(value: Any) -> Any:
    """Return the JSON in a column, be it json, text or bytea; None when it holds none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(bytes_of(value) or value)
    except ValueError:
        return None


def is_heartbeat(row: Mapping[str, Any]) -> bool:
    """Tell the messages that are written all the time, also when everything rests."""
    value = json_of(row.get("value"))
    return isinstance(value, dict) and value.get("type") == HEARTBEAT
