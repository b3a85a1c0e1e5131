"""Turns a row that a service wrote into a template for rows of other requests."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Fill = Callable[[int, bytes, int], bytes]
"""(counter, tracking number, scatter) of a copy → the value of a gap."""

QUEUE = b"#queue#"
"""Placeholder of the queue number in a row."""
_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_BEYOND = 10**12
"""Copies' records have offsets from here on, which no topic reaches."""


@dataclass(frozen=True, slots=True)
class Original:
    """A finished request to copy: the keys of its rows in every service."""

    number: str
    """Its tracking number."""
    reference: str
    records: tuple[str, ...]
    """The coordinates of its inbound records."""
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row in COPY format, with gaps for the values that differ in each copy."""

    text: bytes
    fills: Sequence[Fill]

    def copy(self, counter: int, number: bytes) -> bytes:
        """Return the row of the copy whose tracking number is *number*, with this *counter*."""
        scatter = counter * 2_654_435_761 & 0xFFFFFFFF
        return self.text % tuple(fill(counter, number, scatter) for fill in self.fills)


def row(line: bytes, original: Original, *, ahead: int, kept: frozenset[bytes]) -> Row:
    """
    Return *line* with gaps for tracking number, reference, ids, inbound records, queue number.

    *ahead* is the copies' queue number minus their counter. *kept* holds the ids that all requests
    share. Copies share no other id, record or reference.
    """
    records = {each.encode(): place for place, each in enumerate(original.records)}
    reference = original.reference.encode()
    names = [*map(re.escape, records), re.escape(reference)]
    known = rb"(?<![\w-])(?:" + rb"|".join(names) + rb")(?![\w-])"
    gaps = re.compile(rb"|".join((re.escape(original.number.encode()), known, _UUID, QUEUE)))
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
        elif found == original.number.encode():
            fills.append(lambda counter, number, scatter: number)
        else:
            fills.append(_id(found))
    return Row(text + line[end:].replace(b"%", b"%%"), fills)


def _numbered(prefix: bytes, *, first: int, step: int = 1) -> Fill:
    return lambda counter, number, scatter: prefix + b"%d" % (first + counter * step)


def _id(original: bytes) -> Fill:
    # A UUIDv7 begins with a time: scatter only its end, so that keys stay in order.
    if original[14:15] == b"7":
        head, low = original[:28], int(original[28:], 16)
        return lambda counter, number, scatter: head + b"%08x" % (low ^ scatter)
    high, tail = int(original[:8], 16), original[8:]
    return lambda counter, number, scatter: b"%08x" % (high ^ scatter) + tail
