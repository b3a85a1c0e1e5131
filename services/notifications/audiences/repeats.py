"""Stored answers, repeated when a sender sends the same message again. Pure."""

import json
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one inbound record; ``data`` is the message's data as JSON."""

    inreplyto: str
    message_type: str
    subject: str
    data: bytes
    message_id: str = ""


class WaitingRepeat(NamedTuple):
    """An ``AnswerRepeated`` (``event``, as JSON) whose first answer does not exist yet."""

    inreplyto: str
    first: str
    key: bytes
    event: bytes


def repeated(data: bytes) -> bytes:
    """Return the *data* of a first answer, marked as a repeat."""
    return json.dumps(
        {**json.loads(data), "repeat": True}, ensure_ascii=False, separators=(",", ":")
    ).encode()
