"""Decides what a person's settlement does to a mail or a notice. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.notifications.mail.life import Mail
from shared.contracts import envelope, refusals
from shared.contracts.event import sender_of
from shared.contracts.intake import NoticeSettleDirected
from shared.contracts.notifications import NoticeSettled, SettledFacts
from shared.contracts.outbound import SOURCE
from shared.contracts.refusals import Refusal

SENT_AGAIN, TOLD_OTHERWISE = "sent_again", "told_otherwise"


class Settlement(NamedTuple):
    """A settlement to store; ``state`` is the mail's from then on, None if it stays."""

    event: str
    mail_id: str
    how: str
    why: str
    state: str | None
    published: int


@dataclass(slots=True)
class Settling:
    """
    The mails that the settlements of a batch are about, and what becomes of them.

    ``known`` are the subjects of settlements that exist. ``unsettled`` has, for those that can be
    settled, the mail, locked; of a notice, its last mail. ``announced`` are the ids of
    settlements that were announced before the database was restored: they stand.
    """

    known: Collection[str] = ()
    unsettled: dict[str, Mail] = field(default_factory=dict)
    announced: Collection[str] = ()
    settled: list[Settlement] = field(default_factory=list)

    def refusal(self, event: NoticeSettleDirected) -> Refusal | None:
        """Return why *event* settles nothing; None if it does."""
        if event.subject in self.unsettled or event.id in self.announced:
            return None
        if event.subject not in self.known:
            return refusals.UNKNOWN_MAIL
        return refusals.NOTICE_NOT_FAILED if event.data.mail is None else refusals.OUTCOME_KNOWN

    def settle(
        self, event: NoticeSettleDirected, *, at: datetime
    ) -> tuple[Mail, NoticeSettled] | None:
        """Settle what *event* is about, if that can be; return what is to be announced of it."""
        mail = self.unsettled.pop(event.subject, None)
        if mail is None:
            return None
        how = event.data.how
        state = None if how == TOLD_OTHERWISE else "prepared" if how == SENT_AGAIN else how
        self.settled.append(
            Settlement(event.id, mail.mail_id, how, event.data.why, state, mail.published + 1)
        )
        if event.id in self.announced:
            return None
        return mail, _announcement(event, mail, at=at)


def _announcement(event: NoticeSettleDirected, mail: Mail, *, at: datetime) -> NoticeSettled:
    return NoticeSettled(
        **envelope.attributes(
            kind="gov.cri.notifications.notice_settled.v1",
            source=SOURCE,
            subject=f"mail:{mail.mail_id}",
            at=at,
            cause=event.id,
            correlation=mail.correlation,
            number=mail.published + 1,
            inreplyto=event.inreplyto,
            inreplytoid=event.inreplytoid,
            participant=sender_of(event),
            actor=event.actor,
            received_at=event.receivedat,
            traceparent=event.traceparent,
        ),
        data=SettledFacts(**mail.facts, how=event.data.how),
    )
