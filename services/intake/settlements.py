"""The event that settles what became of a mail or a notice."""

from services.intake.batch_state import BatchState, Published
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.inbound import NoticeSettlement
from shared.contracts.intake import CONFIDENTIAL_TOPIC, NoticeSettleFacts

_DIRECTED = "gov.cri.intake.notice_settle_directed.v1"


def settlement_subject(message: Message) -> str:
    """Return the subject of the mail or the notice that *message* settles."""
    data: NoticeSettlement = message.data
    return f"mail:{data.mail}" if data.mail else f"notice:{data.notice}:{data.audience}"


def settlement_event(message: Message, batch: BatchState) -> Published:
    """Return the event that settles it, with the office's words."""
    facts = NoticeSettleFacts(participant=message.participant, **dict(message.data))
    return next_event(
        message,
        batch,
        topic=CONFIDENTIAL_TOPIC,
        kind=_DIRECTED,
        subject=settlement_subject(message),
        facts=facts,
    )
