"""Which trace and span a message has: computed from the ids that it has anyway. Pure."""

import re
from hashlib import blake2b

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTEXT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def is_event_id(text: str) -> bool:
    """Tell ids of ours from coordinates of records, and from what somebody made up."""
    return _ID.fullmatch(text) is not None


def trace_of(correlation_id: str) -> int:
    """Return the trace of all that has one correlation id: the same 32 digits."""
    return int(correlation_id.replace("-", ""), 16)


def span_of(event_id: str) -> int:
    """Return the span in which an event was sent: the first 16 digits of its id."""
    return int(event_id.replace("-", "")[:16], 16)


def trace_alone(coordinate: str) -> int:
    """Return the trace of a record that led to nothing."""
    return int.from_bytes(blake2b(coordinate.encode(), digest_size=16).digest())


def processing_of(cause: str, service: str) -> int:
    """Return the span in which *service* decided an event, or the record at a coordinate."""
    return int.from_bytes(blake2b(f"{cause}\n{service}".encode(), digest_size=8).digest())


def context_of(traceparent: str | None) -> tuple[int, int] | None:
    """Return trace and span of a W3C ``traceparent``; None when it is none."""
    found = _CONTEXT.fullmatch(traceparent or "")
    trace, span = (int(found[1], 16), int(found[2], 16)) if found else (0, 0)
    return (trace, span) if trace and span else None
