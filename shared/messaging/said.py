"""What the log tells of messages: where each went, of what type, about which request."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

AT_ONCE = 200
"""Messages in one line of the log."""
_ENVELOPE = 800
_TYPE = re.compile(rb'"type":"gov\.cri\.([a-z_.]{1,60}\.v[0-9]+)"')
_SUBJECT = re.compile(rb'"subject":"(CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z])"')
_IN_REPLY = re.compile(rb'"inreplyto":"(cri\.in\.[a-z0-9-]{1,60}\.v1/[0-9]+/[0-9]+)"')
_CODE = re.compile(rb'"code":"([a-z_]{1,60})"')
_HEARTBEAT = b"heartbeat.v1"
# Bytes that are not ours, and notices of messages that are in the list themselves.
_LEFT_OUT = ("cri.dlq.", "cri.int.notifications.")


def lines(rows: Sequence[Any], sent: Collection[int]) -> Iterator[list[str]]:
    """
    Yield what to log of those *rows* of the outbox that were *sent*, a few hundred at a time.

    Each is ``topic type``, then ``subject`` if it is a request, ``for`` the record that it
    answers, ``because`` the codes of a refusal. Whatever has not exactly the form of these is left
    out.
    """
    acknowledged = set(sent)
    said = [one for row in rows if row["id"] in acknowledged and (one := _one(row)) is not None]
    for start in range(0, len(said), AT_ONCE):
        yield said[start : start + AT_ONCE]


def _one(row: Any) -> str | None:
    topic, value = row["topic"], row["value"] or b""
    if topic.startswith(_LEFT_OUT):
        return None
    kind = _TYPE.search(value, 0, _ENVELOPE)
    if kind is None or kind[1] == _HEARTBEAT:
        return None
    parts = [topic, kind[1].decode()]
    if (subject := _SUBJECT.search(value, 0, _ENVELOPE)) is not None:
        parts.append(subject[1].decode())
    if (answered := _IN_REPLY.search(value, 0, _ENVELOPE)) is not None:
        parts += ["for", answered[1].decode()]
    if b"refused" in kind[1] or b"ineligible" in kind[1]:
        codes = sorted({code.decode() for code in _CODE.findall(value)})
        parts += ["because", ",".join(codes)]
    return " ".join(parts)
