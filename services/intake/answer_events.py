"""Events that notifications turns into answers: refusals, repetitions, questions."""

from collections.abc import Sequence

from services.intake.batch_state import BatchState, Decision, Published, Request
from services.intake.events import next_event
from services.intake.findings import MAX_REASONS, Finding
from services.intake.message import Message
from shared.contracts.event import Facts
from shared.contracts.intake import (
    ANSWERS_TOPIC,
    CaseQuestionFacts,
    RefusalFacts,
    RepeatFacts,
    RequestFacts,
    StatusQuestionFacts,
)

_REFUSED = "gov.cri.intake.submission_refused.v1"
_REPEATED = "gov.cri.intake.answer_repeated.v1"
_ASKED = "gov.cri.intake.status_asked.v1"
_CASE_ASKED = "gov.cri.intake.case_file_asked.v1"


def refuse(
    message: Message, findings: Sequence[Finding], batch: BatchState, *, more: int = 0
) -> Decision:
    """Refuse *message* because of *findings*; *more* others were found, but only counted."""
    elsewhere = (finding.refusal.elsewhere for finding in findings)
    facts = RefusalFacts(
        participant=message.participant,
        kind=message.kind,
        reference=message.safe_reference(),
        reasons=[finding.reason() for finding in findings[:MAX_REASONS]],
        more=message.more + more + max(0, len(findings) - MAX_REASONS),
        elsewhere=next(filter(None, elsewhere), None),
    )
    event = _answer_event(message, _REFUSED, batch, facts)
    return Decision("refused", (event,), refusal_code=findings[0].code)


def repeat(message: Message, original: str, batch: BatchState) -> Decision:
    """Repeat the answer to the record at the coordinate *original*."""
    facts = RepeatFacts(participant=message.participant, of=original)
    return Decision("duplicate", (_answer_event(message, _REPEATED, batch, facts),), original)


def status_question_event(message: Message, batch: BatchState) -> Published:
    """Return the event that asks notifications for a status."""
    question = message.data
    facts = StatusQuestionFacts(
        participant=message.participant, about=question.about, after=question.after
    )
    return _answer_event(message, _ASKED, batch, facts)


def case_question_event(message: Message, request: Request, batch: BatchState) -> Published:
    """Return the event that asks notifications for the file of *request*."""
    facts = CaseQuestionFacts(
        participant=message.participant,
        request_id=request.request_id,
        tracking_number=request.tracking_number,
        purpose=message.data.purpose,
        need_stated=RequestFacts.model_validate_json(request.facts).need_stated,
    )
    return _answer_event(message, _CASE_ASKED, batch, facts)


def _answer_event(message: Message, kind: str, batch: BatchState, facts: Facts) -> Published:
    """Return an event about the sender; its checkpoint, held by the batch, guards the number."""
    who = message.sender
    return next_event(message, batch, topic=ANSWERS_TOPIC, kind=kind, subject=who, facts=facts)
