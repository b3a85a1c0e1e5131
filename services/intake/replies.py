"""What the door itself answers: refusals, repetitions, contacts; questions it hands on."""

from collections.abc import Sequence

from services.intake.batch_state import BatchState, Decision, Published
from services.intake.events import counted
from services.intake.findings import MAX_REASONS, Finding
from services.intake.message import Message
from shared.contracts.event import Facts
from shared.contracts.intake import (
    ANSWERS_TOPIC,
    CONFIDENTIAL_TOPIC,
    ContactFacts,
    RefusalFacts,
    RepeatFacts,
    StatusQuestionFacts,
)

_REFUSED = "gov.cri.intake.submission_refused.v1"
_REPEATED = "gov.cri.intake.answer_repeated.v1"
_ASKED = "gov.cri.intake.status_asked.v1"
_SET = "gov.cri.intake.contact_set.v1"


def refuse(
    message: Message, reasons: Sequence[Finding], batch: BatchState, *, more: int = 0
) -> Decision:
    facts = RefusalFacts(
        participant=message.participant,
        kind=message.kind,
        reference=message.safe_reference(),
        reasons=[finding.reason() for finding in reasons[:MAX_REASONS]],
        more=message.more + more + max(0, len(reasons) - MAX_REASONS),
        elsewhere=next((told for found in reasons if (told := found.refusal.elsewhere)), None),
    )
    answer = _answer(message, _REFUSED, batch, facts)
    return Decision("refused", (answer,), refusal_code=reasons[0].code)


def repeat(message: Message, first: str, batch: BatchState) -> Decision:
    facts = RepeatFacts(participant=message.participant, of=first)
    return Decision("duplicate", (_answer(message, _REPEATED, batch, facts),), first)


def asked(message: Message, batch: BatchState) -> Published:
    question = message.data
    facts = StatusQuestionFacts(
        participant=message.participant, about=question.about, after=question.after
    )
    return _answer(message, _ASKED, batch, facts)


def _answer(message: Message, kind: str, batch: BatchState, facts: Facts) -> Published:
    who = message.participant
    return counted(message, batch, topic=ANSWERS_TOPIC, kind=kind, subject=who, facts=facts)


def contact_subject(message: Message) -> str:
    """Return the subject of the contact that *message* sets."""
    return f"contact:{message.participant}:{message.data.contact_id}"


def contact(message: Message, batch: BatchState) -> Published:
    subject = contact_subject(message)
    facts = ContactFacts(participant=message.participant, **dict(message.data))
    return counted(
        message, batch, topic=CONFIDENTIAL_TOPIC, kind=_SET, subject=subject, facts=facts
    )
