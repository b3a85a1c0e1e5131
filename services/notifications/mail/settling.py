"""Decides what a person's settlement does to a mail or a notice. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from services.notifications.mail.life import Mail
from shared.contracts import envelope, refusals
from shared.contracts.event import sender_of
from shared.contracts.intake import NoticeSettleDirected
from shared.contracts.notifications import NoticeSettled, SettledFacts
from shared.contracts.outbound import SOURCE
from shared.contracts.refusals import Refusal

SENT_AGAIN, TOLD_OTHERWISE = "sent_again", "told_otherwise"


class Call(NamedTuple):
    """A notice to an office, ``audience``, that must call: no mail reaches the agency."""

    notice: str
    audience: str
    fact: str
    correlation: str

    @property
    def subject(self) -> str:
        """The subject of its settlement."""
        return f"notice:{self.notice}:{self.audience}"

    @property
    def key(self) -> bytes:
        """The key of its notice, which is about a request."""
        return self.correlation.encode()

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of its settlement."""
        return {"notice": self.notice, "audience": self.audience}

    @property
    def published(self) -> int:
        """How many events there are about it: it is settled once."""
        return 0


class Settlement(NamedTuple):
    """
    A settlement to store, of a mail or of a call (``notice``, ``audience``).

    ``state`` is the mail's new state, None if it keeps its own.
    """

    event: str
    how: str
    why: str
    mail_id: str | None = None
    state: str | None = None
    published: int | None = None
    notice: str | None = None
    audience: str | None = None


@dataclass(slots=True)
class Settling:
    """
    What the settlements of a batch are about, and what becomes of it.

    ``known`` are the subjects of settlements whose mail or notice exists. ``unsettled`` maps those
    that can be settled to the locked mail or, for a notice, to its last mail or its call.
    ``announced`` are the ids of settlements announced before the database was restored: they
    stand.
    """

    known: Collection[str] = ()
    unsettled: dict[str, Mail | Call] = field(default_factory=dict)
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
    ) -> tuple[bytes, NoticeSettled] | None:
        """Settle what *event* is about, if that can be; return the key and event that say so."""
        found = self.unsettled.pop(event.subject, None)
        if found is None:
            if event.id in self.announced and event.subject not in self.known:
                self._keep_lost(event)
            return None
        self.settled.append(_settlement(event, found))
        if event.id in self.announced:
            return None
        return found.key, _announcement(event, found, at=at)

    def _keep_lost(self, event: NoticeSettleDirected) -> None:
        """Keep the settlement of a call that the restored database will decide only later."""
        data = event.data
        if data.notice is not None:
            lost = Settlement(
                event.id, data.how, data.why, notice=data.notice, audience=data.audience
            )
            self.settled.append(lost)


def _settlement(event: NoticeSettleDirected, found: Mail | Call) -> Settlement:
    how, why = event.data.how, event.data.why
    if isinstance(found, Call):
        return Settlement(event.id, how, why, notice=found.notice, audience=found.audience)
    state = None if how == TOLD_OTHERWISE else "prepared" if how == SENT_AGAIN else how
    return Settlement(event.id, how, why, found.mail_id, state, found.published + 1)


def _announcement(
    event: NoticeSettleDirected, found: Mail | Call, *, at: datetime
) -> NoticeSettled:
    return NoticeSettled(
        **envelope.attributes(
            kind="gov.cri.notifications.notice_settled.v1",
            source=SOURCE,
            subject=found.subject,
            at=at,
            cause=event.id,
            correlation=found.correlation,
            number=found.published + 1,
            inreplyto=event.inreplyto,
            inreplytoid=event.inreplytoid,
            participant=sender_of(event),
            actor=event.actor,
            received_at=event.receivedat,
            traceparent=event.traceparent,
        ),
        data=SettledFacts(**found.facts, how=event.data.how),
    )
