"""Stored answers, repeated when a sender sends the same message again. Pure."""

import json
from dataclasses import dataclass, replace
from typing import NamedTuple

from shared.contracts.outbound import TYPES, CaseFile

_WITHOUT_THE_FILE = ("tracking_number", "purpose", "as_of")


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


def as_kept(answer: Answer) -> Answer:
    """Return *answer* as it is kept for repeats: a case file is told once, and not kept again."""
    if answer.message_type != TYPES["case_told"]:
        return answer
    told = json.loads(answer.data)
    kept = CaseFile.model_validate({name: told[name] for name in _WITHOUT_THE_FILE})
    return replace(answer, data=kept.encode())


def repeated(data: bytes) -> bytes:
    """Return the *data* of a first answer, marked as a repeat."""
    return json.dumps(
        {**json.loads(data), "repeat": True}, ensure_ascii=False, separators=(",", ":")
    ).encode()
