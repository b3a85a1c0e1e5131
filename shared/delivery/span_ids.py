"""Computes a message's trace and span ids from the ids that it has anyway."""

import re
from hashlib import blake2b

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTEXT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def is_event_id(text: str) -> bool:
    """Tell whether *text* is an id of ours, not a record's coordinate or a foreign id."""
    return _ID.fullmatch(text) is not None


def trace_of(correlation_id: str) -> int:
    """Return the trace id: the 32 digits of the correlation id."""
    return int(correlation_id.replace("-", ""), 16)


def span_of(event_id: str) -> int:
    """Return the span id of an event's sending: the first 16 digits of its id."""
    return int(event_id.replace("-", "")[:16], 16)


def trace_alone(coordinate: str) -> int:
    """Return the trace id of a record that led to no message."""
    return int.from_bytes(blake2b(coordinate.encode(), digest_size=16).digest())


def processing_of(cause: str, service: str) -> int:
    """Return the span id of *service* deciding an event or record (by id or coordinate)."""
    return int.from_bytes(blake2b(f"{cause}\n{service}".encode(), digest_size=8).digest())


def context_of(traceparent: str | None) -> tuple[int, int] | None:
    """Return trace and span id of a W3C ``traceparent``; None if it is not valid."""
    found = _CONTEXT.fullmatch(traceparent or "")
    trace, span = (int(found[1], 16), int(found[2], 16)) if found else (0, 0)
    return (trace, span) if trace and span else None
