"""What the door itself answers: refusals, repetitions, contacts; questions it hands on."""

from collections.abc import Sequence

from services.intake.batch_state import Decision, Known, Published
from services.intake.events import counted
from services.intake.findings import MOST, Finding
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
    message: Message, reasons: Sequence[Finding], known: Known, *, more: int = 0
) -> Decision:
    facts = RefusalFacts(
        participant=message.participant,
        kind=message.kind,
        reference=message.told_reference(),
        reasons=[finding.reason() for finding in reasons[:MOST]],
        more=message.more + more + max(0, len(reasons) - MOST),
        elsewhere=next((told for found in reasons if (told := found.refusal.elsewhere)), None),
    )
    answer = _answer(message, _REFUSED, known, facts)
    return Decision("refused", (answer,), because=reasons[0].code)


def repeat(message: Message, first: str, known: Known) -> Decision:
    facts = RepeatFacts(participant=message.participant, of=first)
    return Decision("duplicate", (_answer(message, _REPEATED, known, facts),), first)


def asked(message: Message, known: Known) -> Published:
    question = message.data
    facts = StatusQuestionFacts(
        participant=message.participant, about=question.about, after=question.after
    )
    return _answer(message, _ASKED, known, facts)


def _answer(message: Message, kind: str, known: Known, facts: Facts) -> Published:
    who = message.participant
    return counted(message, known, topic=ANSWERS_TOPIC, kind=kind, subject=who, facts=facts)


def contact_subject(message: Message) -> str:
    """Return the subject of the contact that *message* sets."""
    return f"contact:{message.participant}:{message.data.contact_id}"


def contact(message: Message, known: Known) -> Published:
    subject = contact_subject(message)
    facts = ContactFacts(participant=message.participant, **dict(message.data))
    return counted(
        message, known, topic=CONFIDENTIAL_TOPIC, kind=_SET, subject=subject, facts=facts
    )
