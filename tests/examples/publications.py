"""Messages about publication, as intake passes them on, and a site with something to report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from services.reporting.assessments.site import Site, evolve
from services.reporting.publication import evolve as evolved
from services.reporting.publication.body import Texts
from services.reporting.publication.decide import Context, Decided, Refused, decide
from services.reporting.publication.names import Names
from services.reporting.publication.report import Publication
from shared.contracts.assessments import DraftStated
from shared.contracts.event import Facts, derived_id, padded
from shared.contracts.publications import PublicationMessage
from shared.contracts.reference import Calendar
from tests.examples.assessments import AGENCY, ENGAGEMENT, NUMBER, OFFICE, PROVIDER, REQUEST
from tests.examples.assessments import message as recorded

REPORT = "initial-2027"
CALENDAR = Calendar(zone="America/New_York", holidays=["2026-12-25", "2027-01-01", "2027-12-31"])
SLUG = "north-miami-police-department-fl"
DRAFTER, APPROVER, OTHER = "staff:d1", "staff:b2", "staff:c3"
OPENED = datetime(2026, 6, 1, 14, tzinfo=UTC)
DRAFTED = datetime(2026, 12, 14, 17, tzinfo=UTC)
"""Monday, December 14, 2026, noon in New York."""
DUE = datetime(2026, 12, 29, 17, tzinfo=UTC)
LATER = datetime(2027, 1, 4, 17, tzinfo=UTC)
_REPORT: dict[str, Any] = {"report_id": REPORT}
_DATA: dict[str, tuple[str, str, dict[str, Any], dict[str, str]]] = {
    "plan": (
        "publication_plan_directed",
        OFFICE,
        {"kind": "progress", "every": "half_year", "first_due_on": "2027-04-30",
         "agency": "North Miami Police Department", "state": "US-FL", "ori": "FL0132600"},
        {},
    ),
    "reschedule": (
        "publication_reschedule_directed",
        OFFICE,
        {"kind": "progress", "due_on": "2027-04-30", "new_due_on": "2027-05-31",
         "reason": "legal_review"},
        {},
    ),
    "draft": (
        "report_drafted",
        PROVIDER,
        {**_REPORT, "version": 1, "kind": "progress", "as_of": "2026-12-11",
         "items": ["2.1", "2.1.1"]},
        {"title": "Progress", "summary": "What was found."},
    ),
    "read": ("report_asked", AGENCY, {**_REPORT, "version": 1}, {}),
    "checked": ("fact_check_answered", AGENCY, {**_REPORT, "version": 1, "items": []}, {}),
    "approve": ("publication_approve_directed", OFFICE, {**_REPORT, "version": 1}, {}),
    "return": ("publication_return_directed", OFFICE, {**_REPORT, "version": 1}, {"why": "Old."}),
    "reply": ("reply_received", AGENCY, {**_REPORT, "item": "2.1"}, {"text": "We do so now."}),
    "correct": (
        "report_correct_directed",
        OFFICE,
        {**_REPORT, "correction": 1, "item": "2.1"},
        {"before": "Reports are late.", "after": "Some reports are late.", "why": "One district."},
    ),
    "approve_correction": (
        "correction_approve_directed", OFFICE, {**_REPORT, "correction": 1}, {},
    ),
    "withdraw": ("report_withdraw_directed", OFFICE, _REPORT, {"why": "A mistake."}),
}  # fmt: skip
_WHAT = {
    "draft": "report.draft", "checked": "fact_check.answer", "return": "publication.return",
    "reply": "reply.state", "correct": "report.correct", "withdraw": "report.withdraw",
}  # fmt: skip
_EVENTS: TypeAdapter[Any] = TypeAdapter(PublicationMessage)
_offsets = count(1)
TEXTS: Mapping[tuple[str, str], str] = {
    ("focus_area.set", "2"): "Use of force",
    ("finding.record", "2.1"): "Reports are late.",
    ("recommendation.record", "2.1.1"): "Review them in five days.",
    ("recommendation.claim", "2.1.1"): "The new policy is in force.",
}


def said(
    name: str,
    *,
    participant: str | None = None,
    actor: str | None = None,
    number: int = 1,
    texts: int | None = None,
    time: datetime = DRAFTED,
    engagement: str = ENGAGEMENT,
    **changes: Any,
) -> Any:
    """Return the event with the codes of a message; its texts are number *texts* of the drafts."""
    kind, sender, data, with_texts = _DATA[name]
    who = participant or sender
    place = f"cri.in.{who}.v1/0/{9000 + next(_offsets)}"
    with_number = texts or (1 if with_texts else None)
    about = {
        "by_office": who == OFFICE,
        "request_id": REQUEST, "tracking_number": NUMBER, "engagement_id": engagement,
        "participant": who, "texts": with_number,
    }  # fmt: skip
    return _EVENTS.validate_python(
        {
            **_envelope(kind, place, number, time, engagement),
            "participant": who,
            "actor": actor,
            "data": {**about, **data, **changes},
        }
    )


def texts_of(name: str, **changes: str) -> dict[str, str]:
    """Return the texts of a message."""
    return {**_DATA[name][3], **changes}


def draft_of(event: Any, name: str, *, number: int = 1, **changes: str) -> DraftStated:
    """Return the event with the texts of the message behind *event*."""
    texts = texts_of(name, **changes)
    data = {
        "request_id": REQUEST, "tracking_number": NUMBER, "engagement_id": event.subject,
        "participant": event.data.participant, "what": _WHAT[name], "item": REPORT,
        "text": to_json(texts).decode(),
    }  # fmt: skip
    envelope = _envelope("draft_stated", event.inreplyto, number, event.time, event.subject)
    return DraftStated.model_validate({**envelope, "data": data})


def assessed() -> Site:
    """Return a site with a focus area, a finding, and a recommendation with a status and claim."""
    site = Site(ENGAGEMENT, NUMBER, PROVIDER, AGENCY, OPENED)
    said_before: list[tuple[str, dict[str, Any]]] = [
        ("focus_area_set", {"goal": "operations"}),
        ("finding_recorded", {}),
        ("recorded", {}),
        ("claimed", {"done_on": "2026-12-09"}),
        ("proposed", {"on": "2026-12-01", "reason_code": "under_study"}),
        ("verified", {"on": "2026-12-01"}),
    ]
    for name, changes in said_before:
        site = evolve(site, recorded(name, time="2026-12-10T16:00:00Z", **changes))
    return site


DEARBORN = Names(
    "CRI-2026-000002-X-E1", "Dearborn Heights Police Department", ("DHPD",), "MI8234500"
)
"""Another agency whose reports are planned."""


class Reports:
    """A site's publication as messages decide it, one after the other."""

    def __init__(self, site: Site | None = None, others: tuple[Names, ...] = ()) -> None:
        self.site = site or assessed()
        self.publication: Publication | None = None
        self.others = others
        self.texts: Texts = dict(TEXTS)
        self.at = DRAFTED
        self.calendar = CALENDAR

    def say(
        self, name: str, *, at: datetime | None = None, said_: dict[str, str] | None = None,
        **changes: Any,
    ) -> Decided:  # fmt: skip
        """Decide a message, and go on from what was decided."""
        self.at = at or self.at
        event = said(name, **changes)
        return self.take(event, texts_of(name, **(said_ or {})))

    def take(self, event: Any, texts: dict[str, str]) -> Decided:
        context = Context(
            at=self.at, calendar=self.calendar, site=self.site, publication=self.publication,
            slug=SLUG, said=texts, texts=self.texts, others=self.others,
        )  # fmt: skip
        decided = decide(event, context)
        if not isinstance(decided, Refused):
            self.publication = evolved.evolve(event, decided.published, context)
        return decided

    @property
    def hash(self) -> str:
        """The hash of the last version of the report."""
        assert self.publication is not None
        return self.publication.reports[REPORT].draft.hash

    def drafted(self) -> "Reports":
        """Plan, and draft a report on December 14, 2026."""
        applied(self.say("plan"))
        applied(self.say("draft", at=DRAFTED, actor=DRAFTER))
        return self

    def published(self) -> "Reports":
        """Have the agency check the draft, and publish it on January 4, 2027."""
        self.drafted()
        applied(self.say("checked", hash=self.hash))
        applied(self.say("approve", at=LATER, actor=APPROVER, hash=self.hash))
        return self

    def end(self, at: datetime) -> None:
        self.site = replace(self.site, ended_at=at)


def known(reports: Reports) -> Publication:
    """Return what is known of the site's reports, of which there is something."""
    assert reports.publication is not None
    return reports.publication


def applied(decided: Decided) -> list[Facts]:
    """Return what followed from a message that was applied."""
    assert not isinstance(decided, Refused), decided
    return list(decided.published)


def code_of(decided: Decided) -> str | None:
    """Return the code of a refusal; None if the message was applied."""
    return decided.reasons[0].code if isinstance(decided, Refused) else None


def _envelope(kind: str, place: str, number: int, time: Any, engagement: str) -> dict[str, Any]:
    return {
        "id": derived_id(place, kind, engagement),
        "source": "urn:cri:continuum:intake",
        "type": f"gov.cri.intake.{kind}.v1",
        "subject": engagement,
        "time": time,
        "correlationid": REQUEST,
        "causationid": place,
        "sequence": padded(number),
        "inreplyto": place,
        "receivedat": time,
    }
