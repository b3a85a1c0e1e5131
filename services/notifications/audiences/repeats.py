"""Stored answers, repeated when a sender sends the same message again. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from shared.contracts.event import Facts
from shared.contracts.outbound import TYPES, CaseFile, ReportText

_TOLD_ONCE: Mapping[str, type[Facts]] = {
    TYPES["case_told"]: CaseFile,
    TYPES["report_told"]: ReportText,
}
"""The answers with long confidential texts: of these, only the required fields are kept."""


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
    """Return *answer* as stored for repeats: a file or a report without its confidential text."""
    model = _TOLD_ONCE.get(answer.message_type)
    if model is None:
        return answer
    told = json.loads(answer.data)
    needed = {name for name, field in model.model_fields.items() if field.is_required()}
    kept = model.model_validate({name: told[name] for name in needed})
    return replace(answer, data=kept.encode())


def repeated(data: bytes) -> bytes:
    """Return the *data* of a first answer, marked as a repeat."""
    return json.dumps(
        {**json.loads(data), "repeat": True}, ensure_ascii=False, separators=(",", ":")
    ).encode()
