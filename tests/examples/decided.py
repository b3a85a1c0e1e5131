"""Messages about an assessment in public with what reporting has decided about them."""

from datetime import date, datetime, timedelta
from typing import Any

from services.reporting.assessments.batch import APPLIED, REFUSED, SOURCE
from shared.contracts import envelope, intake, refusals, reporting
from shared.contracts.assessments import AssessmentEvent
from shared.contracts.event import Event
from shared.contracts.publications import PublicationMessage, ReportDrafted
from tests.examples import assessments, publications
from tests.examples.assessments import AGENCY, ENGAGEMENT, NUMBER

HASH = "5f" * 32
OFFICE = "office-desk"


class Decisions:
    """
    Appends what both topics say about one engagement: each message, a minute after the last.

    Messages of the office are those of the people at its desk.
    """

    def __init__(self, at: datetime = publications.DRAFTED) -> None:
        self.events: list[tuple[str, Event]] = []
        self.at = at
        self.due_at = at + (publications.DUE - publications.DRAFTED)
        self._numbers = {intake.TOPIC: 0, reporting.TOPIC: 0}

    def say(
        self, name: str, *, is_refused: bool = False, **changes: Any
    ) -> AssessmentEvent | PublicationMessage:
        """Append the message *name* of the examples, and the answer to it."""
        self.at += timedelta(minutes=1)
        of_office = ("plan", "reschedule", "approve", "return", "correct", "approve_correction",
                     "withdraw", "verified")  # fmt: skip
        who = {"participant": OFFICE} if name in of_office else {}
        about = {"number": self._next(intake.TOPIC), **who, **changes}
        if name in ("proposed", "verified"):
            event = assessments.message(name, time=self.at.isoformat(), **about)
        else:
            event = publications.said(name, time=self.at, **{**_hash(name), **about})
        self.events.append((intake.TOPIC, event))
        self._decide(event, is_refused=is_refused)
        return event  # type: ignore[no-any-return]  # it is one of both

    def late(self, kind: str, due_on: date, *, at: datetime) -> None:
        """Append that a report was due on a day and did not come."""
        about = envelope.attributes(
            kind="gov.cri.reporting.publication_late.v1",
            source=SOURCE,
            subject=ENGAGEMENT,
            at=at,
            cause=f"late/{kind}/{due_on}",
            correlation=f"late/{kind}/{due_on}",
            number=self._next(reporting.TOPIC),
        )
        data = {"participant": AGENCY, "tracking_number": NUMBER, "engagement_id": ENGAGEMENT,
                "kind": kind, "due_on": due_on}  # fmt: skip
        self.events.append((reporting.TOPIC, reporting.PublicationLate(**about, data=data)))

    def drafted(self, **changes: Any) -> "Decisions":
        """Plan progress reports, and draft one, to be checked by December 29, 2026."""
        self.say("plan")
        self.say("draft", actor=publications.DRAFTER, **changes)
        return self

    def published(self) -> "Decisions":
        """Have the draft checked and approved."""
        self.drafted()
        self.say("checked")
        self.say("approve", actor=publications.APPROVER)
        return self

    def _next(self, topic: str) -> int:
        self._numbers[topic] += 1
        return self._numbers[topic]

    def _decide(self, event: Any, *, is_refused: bool) -> None:
        kind = REFUSED if is_refused else APPLIED
        what = _WHAT.get(event.type.split(".")[3], "report.draft")
        data: dict[str, Any] = {
            "participant": event.data.participant, "what": what, "about": event.subject,
        }  # fmt: skip
        if is_refused:
            data["reasons"] = [refusals.UNKNOWN_REPORT.reason("/report_id")]
        model = reporting.MessageRefused if is_refused else reporting.MessageApplied
        self._answer(event, kind, model, data)
        if isinstance(event, ReportDrafted) and not is_refused:
            drafted = event.data
            asked = {"participant": AGENCY, "tracking_number": NUMBER,
                     "engagement_id": ENGAGEMENT, "report_id": drafted.report_id,
                     "version": drafted.version, "hash": HASH,
                     "due_at": self.due_at}  # fmt: skip
            kind = "gov.cri.reporting.fact_check_asked.v1"
            self._answer(event, kind, reporting.FactCheckAsked, asked)

    def _answer(self, event: Any, kind: str, model: Any, data: dict[str, Any]) -> None:
        number = self._next(reporting.TOPIC)
        at = event.time + timedelta(seconds=1)
        about = envelope.caused_by(event, kind=kind, source=SOURCE, at=at, number=number)
        self.events.append((reporting.TOPIC, model(**about, data=data)))


def _hash(name: str) -> dict[str, str]:
    return {"hash": HASH} if name in ("checked", "approve") else {}


_WHAT = {
    "status_proposed": "status.propose",
    "status_verification_directed": "status.verify",
    "fact_check_answered": "fact_check.answer",
}
