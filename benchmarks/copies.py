"""A row that a service wrote, and what copies of it say about other requests."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Fill = Callable[[int, bytes, int], bytes]
"""From the copy's counter, its tracking number and its scatter to what stands there."""

QUEUE = b"#queue#"
"""Stands in a row for the copy's place in the queue."""
_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_BEYOND = 10**12
"""Copies' records have offsets from here on: no topic comes so far."""


@dataclass(frozen=True, slots=True)
class Life:
    """A request that lived, by what its rows are known by in every service."""

    number: str
    """Its tracking number."""
    reference: str
    records: tuple[str, ...]
    """The inbound records about it (``topic/partition/offset``)."""
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as COPY writes it, with gaps for what is different in each copy."""

    text: bytes
    fills: Sequence[Fill]

    def copy(self, counter: int, number: bytes) -> bytes:
        """Return the row of the copy that has this counter in its tracking number."""
        scatter = counter * 2_654_435_761 & 0xFFFFFFFF
        return self.text % tuple(fill(counter, number, scatter) for fill in self.fills)


def row(line: bytes, life: Life, *, ahead: int, kept: frozenset[bytes]) -> Row:
    """
    Find the gaps: tracking number, reference, ids, inbound records and the place in the queue.

    ``ahead``: by how much the copies' queue numbers are ahead of their counters. ``kept`` are ids
    that all requests share. No two copies have an id, a record or a reference in common.
    """
    records = {each.encode(): place for place, each in enumerate(life.records)}
    reference = life.reference.encode()
    names = [*map(re.escape, records), re.escape(reference)]
    known = rb"(?<![\w-])(?:" + rb"|".join(names) + rb")(?![\w-])"
    gaps = re.compile(rb"|".join((re.escape(life.number.encode()), known, _UUID, QUEUE)))
    text, fills, end = b"", list[Fill](), 0
    for gap in gaps.finditer(line):
        found = gap.group()
        if found in kept:
            continue
        text += line[end : gap.start()].replace(b"%", b"%%") + b"%b"
        end = gap.end()
        if found == QUEUE:
            fills.append(_numbered(b"", first=ahead))
        elif found == reference:
            fills.append(lambda counter, number, scatter: b"held-" + number)
        elif found in records:
            topic = found[: found.rindex(b"/") + 1]
            fills.append(_numbered(topic, first=_BEYOND + records[found], step=100))
        elif found == life.number.encode():
            fills.append(lambda counter, number, scatter: number)
        else:
            fills.append(_id(found))
    return Row(text + line[end:].replace(b"%", b"%%"), fills)


def _numbered(prefix: bytes, *, first: int, step: int = 1) -> Fill:
    return lambda counter, number, scatter: prefix + b"%d" % (first + counter * step)


def _id(original: bytes) -> Fill:
    # A UUID of version 7 begins with a moment, and keys of such come in order.
    if original[14:15] == b"7":
        head, low = original[:28], int(original[28:], 16)
        return lambda counter, number, scatter: head + b"%08x" % (low ^ scatter)
    high, tail = int(original[:8], 16), original[8:]
    return lambda counter, number, scatter: b"%08x" % (high ^ scatter) + tail
