"""
Publication: what participants send about reports of an assessment, and intake's events.

As with findings, codes are on ``cri.int.intake.v1`` and texts on ``cri.int.drafts.v1``. Reporting
decides, answers, and publishes (`shared.contracts.published_reports`).
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shared.contracts.assessments import AssessmentFacts, DraftText, EngagementNumber, Version
from shared.contracts.event import Event, Facts
from shared.contracts.published_reports import Interval, ReportKind, SlipReason
from shared.contracts.reference import Code
from shared.contracts.strict import Line, Note, Strict

WHOLE = ""
"""The place of words about a report as a whole."""
LONGEST_REPLY = 2000
_AREA, _PART = "([1-9]|1[0-9]|20)", "[1-9][0-9]?"
_NUMBER = rf"{_AREA}(\.{_PART}(\.{_PART})?)?"
ReportItem = Annotated[str, Field(pattern=f"^{_NUMBER}$", examples=["2.1"])]
ReportPlace = Annotated[str, Field(pattern=f"^({_NUMBER}|title|summary)$", examples=["2.1"])]
ReportId = Annotated[Code, Field(examples=["initial-2027"])]
ReportHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])]
Why = Annotated[Note, Field(min_length=1)]
NamesMeant = Annotated[list[Line], Field(max_length=20)]
Opinion = Literal["agree", "dispute"]


class _About(Strict):
    engagement_id: EngagementNumber
    """The engagement that the report is about."""


class _AboutReport(_About):
    report_id: ReportId
    """The report, as report.draft names it."""


class Plan(_About):
    """
    Plans reports of a kind: it replaces the plan for them. The first plan announces the site.

    Only the program office sends it. What is planned is public.
    """

    kind: ReportKind
    """The kind of report."""
    every: Interval
    """How often one is due."""
    first_due_on: date
    """When the first one is due."""
    aliases: Annotated[list[Line], Field(max_length=10, examples=[["NMPD"]])] = []
    """
    Other names of the agency, such as its initials: a report about another agency that contains
    one is published only if the approval names it.
    """


class Reschedule(_About):
    """Says that a report comes later than it is due; both dates and the reason are public."""

    kind: ReportKind
    """The kind of report."""
    due_on: date
    """When it was due, by the plan or the last change of it."""
    new_due_on: date
    """When it is due now."""
    reason: SlipReason
    """Why."""


class ReportDraft(_AboutReport):
    """
    Drafts a report: reporting puts it together, and the agency has ten working days to check it.

    The actor is always required. All is restricted until the report is published.
    """

    version: Version
    """It counts 1, 2, 3 and so on, for each report."""
    kind: ReportKind
    """The kind of report."""
    as_of: date
    """The day for which its statuses hold; not in the future."""
    title: Annotated[Line, Field(examples=["Initial report"])]
    """Its title."""
    summary: Annotated[DraftText, Field(examples=["What was found."])]
    """What it says, in short."""
    items: Annotated[list[ReportItem], Field(max_length=1000)] = []
    """
    The focus areas, findings and recommendations in it, each at its current version. A finding's
    focus area and a recommendation's finding need not be named.
    """


class CheckedItem(Strict):
    """What the agency says of one place of a report."""

    item: Annotated[ReportPlace | None, Field(examples=["2.1"])] = None
    """The number of an item, `title` or `summary`; without it, the whole report."""
    answer: Annotated[Opinion, Field(examples=["dispute"])]
    """Whether it is right."""
    words: Annotated[Note, Field(examples=["They are reviewed in time."])] = ""
    """What is wrong; required with `dispute`, and published if the report stays as it is."""


class FactCheck(_AboutReport):
    """The agency has checked a draft; what it does not name, it does not dispute."""

    version: Version
    """The version that was checked."""
    hash: ReportHash
    """Its hash, by fact_check.asked."""
    items: Annotated[list[CheckedItem], Field(max_length=1000)] = []
    """What the agency says, place by place."""


class ReportQuestion(_AboutReport):
    """
    Asks for the text of a report about your agency, while you may check it or reply to it.

    A program office may ask for any version that is current or published.
    """

    version: Version
    """The version: one to check, by fact_check.asked, or the published one."""


class Approval(_AboutReport):
    """
    Publishes a version of a report: somebody who has not worked on it approves it.

    The actor is always required. It is possible once the agency has answered, or its time is over.
    """

    version: Version
    """The version."""
    hash: ReportHash
    """Its hash, by fact_check.asked."""
    names: NamesMeant = []
    """Names of other agencies that may appear in the report, as the refusal named them."""


class Return(_AboutReport):
    """Returns a version of a report: the next one takes its place."""

    version: Version
    """The version."""
    why: Annotated[Why, Field(examples=["The summary is out of date."])]
    """Why, for the person who drafted it: it stays restricted."""


class Reply(_AboutReport):
    """
    The agency replies to a published report; the reply is published beside it, unchanged.

    It does so within ten working days after the publication.
    """

    item: ReportItem | None = None
    """The item that it replies to; without it, the whole report."""
    text: Annotated[str, Field(min_length=1, max_length=8000, examples=["We do so now."])]
    """The reply: at most 2,000 characters."""


class Correction(_AboutReport):
    """
    Says that a published report is wrong in one place. A second person approves it.

    The actor is always required.
    """

    correction: Version
    """It counts 1, 2, 3 and so on, for each report."""
    item: ReportPlace
    """The number of an item, `title` or `summary`."""
    before: DraftText
    """What stands there now."""
    after: DraftText
    """What is to stand there."""
    why: Annotated[Why, Field(examples=["The year was wrong."])]
    """Why: it is published."""


class CorrectionApproval(_AboutReport):
    """Publishes a correction: a second person approves it."""

    correction: Version
    """The correction."""
    names: NamesMeant = []
    """Names of other agencies that it may add to the report, as the refusal named them."""


class ReportWithdrawal(_AboutReport):
    """Withdraws a published report: its page stays, and says why."""

    why: Annotated[Why, Field(examples=["It was published by mistake."])]
    """Why: it is published."""


AboutPublication = (
    Plan
    | Reschedule
    | ReportDraft
    | ReportQuestion
    | FactCheck
    | Approval
    | Return
    | Reply
    | Correction
    | CorrectionApproval
    | ReportWithdrawal
)
"""Every message about publication."""
INBOUND: dict[str, type[BaseModel]] = {
    "gov.cri.publication.plan.v1": Plan,
    "gov.cri.publication.reschedule.v1": Reschedule,
    "gov.cri.report.draft.v1": ReportDraft,
    "gov.cri.report.read.v1": ReportQuestion,
    "gov.cri.fact_check.answer.v1": FactCheck,
    "gov.cri.publication.approve.v1": Approval,
    "gov.cri.publication.return.v1": Return,
    "gov.cri.reply.state.v1": Reply,
    "gov.cri.report.correct.v1": Correction,
    "gov.cri.correction.approve.v1": CorrectionApproval,
    "gov.cri.report.withdraw.v1": ReportWithdrawal,
}
"""Inbound type → the model of its ``data``."""


class PublicationFacts(AssessmentFacts):
    """``texts`` is the number of the `DraftStated` with the texts, if the message has any."""

    texts: int | None = None


class PlanFacts(PublicationFacts):
    """``agency``, ``state`` and ``ori`` are those of the request."""

    kind: ReportKind
    every: Interval
    first_due_on: date
    aliases: list[str] = []
    agency: str
    state: str
    ori: str | None = None


class PlanDirected(Event):
    """Its subject is the engagement's id, as that of all events about publication."""

    type: Literal["gov.cri.intake.publication_plan_directed.v1"]
    data: PlanFacts


class RescheduleFacts(PublicationFacts):
    kind: ReportKind
    due_on: date
    new_due_on: date
    reason: SlipReason


class RescheduleDirected(Event):
    type: Literal["gov.cri.intake.publication_reschedule_directed.v1"]
    data: RescheduleFacts


class DraftedFacts(PublicationFacts):
    """``by_office``: a program office drafted it, not the provider."""

    report_id: str
    version: int
    kind: ReportKind
    as_of: date
    items: list[str] = []
    by_office: bool = False


class ReportDrafted(Event):
    """A report's codes; the envelope's ``actor`` is the person who drafted it."""

    type: Literal["gov.cri.intake.report_drafted.v1"]
    data: DraftedFacts


class ReportQuestionFacts(PublicationFacts):
    """``by_office``: a program office asks, not the participant that made the request."""

    report_id: str
    version: int
    by_office: bool = False


class ReportAsked(Event):
    """Somebody asks for the text of a report."""

    type: Literal["gov.cri.intake.report_asked.v1"]
    data: ReportQuestionFacts


class CheckedFacts(Facts):
    item: str | None = None
    answer: Opinion


class FactCheckFacts(PublicationFacts):
    report_id: str
    version: int
    hash: str
    items: list[CheckedFacts] = []


class FactCheckAnswered(Event):
    type: Literal["gov.cri.intake.fact_check_answered.v1"]
    data: FactCheckFacts


class ApprovalFacts(PublicationFacts):
    report_id: str
    version: int
    hash: str
    names: list[str] = []


class PublicationApproved(Event):
    """The envelope's ``actor`` is the person who approved."""

    type: Literal["gov.cri.intake.publication_approve_directed.v1"]
    data: ApprovalFacts


class ReturnFacts(PublicationFacts):
    report_id: str
    version: int


class PublicationReturned(Event):
    type: Literal["gov.cri.intake.publication_return_directed.v1"]
    data: ReturnFacts


class ReplyFacts(PublicationFacts):
    report_id: str
    item: str | None = None


class ReplyReceived(Event):
    type: Literal["gov.cri.intake.reply_received.v1"]
    data: ReplyFacts


class CorrectionFacts(PublicationFacts):
    report_id: str
    correction: int
    item: str


class CorrectionDirected(Event):
    """The envelope's ``actor`` is the person who found the mistake."""

    type: Literal["gov.cri.intake.report_correct_directed.v1"]
    data: CorrectionFacts


class CorrectionApprovalFacts(PublicationFacts):
    report_id: str
    correction: int
    names: list[str] = []


class CorrectionApproved(Event):
    type: Literal["gov.cri.intake.correction_approve_directed.v1"]
    data: CorrectionApprovalFacts


class ReportWithdrawalFacts(PublicationFacts):
    report_id: str


class WithdrawalDirected(Event):
    type: Literal["gov.cri.intake.report_withdraw_directed.v1"]
    data: ReportWithdrawalFacts


PublicationMessage = (
    PlanDirected
    | RescheduleDirected
    | ReportDrafted
    | ReportAsked
    | FactCheckAnswered
    | PublicationApproved
    | PublicationReturned
    | ReplyReceived
    | CorrectionDirected
    | CorrectionApproved
    | WithdrawalDirected
)
"""Every event about publication on ``cri.int.intake.v1``."""


def texts_of(data: AboutPublication) -> dict[str, str]:
    """
    Return the texts of a message by their places, as its `DraftStated` has them in JSON.

    Those of a fact check are the agency's words by item, those about the report under `WHOLE`.
    """
    match data:
        case ReportDraft():
            return {"title": data.title, "summary": data.summary}
        case FactCheck():
            return {each.item or WHOLE: each.words for each in data.items if each.words}
        case Return() | ReportWithdrawal():
            return {"why": data.why}
        case Reply():
            return {"text": data.text}
        case Correction():
            return {"before": data.before, "after": data.after, "why": data.why}
        case Plan() | Reschedule() | ReportQuestion() | Approval() | CorrectionApproval():
            return {}


def facts_of(data: AboutPublication, about: dict[str, Any]) -> tuple[str, PublicationFacts]:
    """Return the type of intake's event for a message, and its facts with those in *about*."""
    kind, model = _FACTS[type(data)]
    return f"gov.cri.intake.{kind}.v1", model(**{**data.model_dump(), **about})


_FACTS: dict[type[BaseModel], tuple[str, type[PublicationFacts]]] = {
    Plan: ("publication_plan_directed", PlanFacts),
    Reschedule: ("publication_reschedule_directed", RescheduleFacts),
    ReportDraft: ("report_drafted", DraftedFacts),
    ReportQuestion: ("report_asked", ReportQuestionFacts),
    FactCheck: ("fact_check_answered", FactCheckFacts),
    Approval: ("publication_approve_directed", ApprovalFacts),
    Return: ("publication_return_directed", ReturnFacts),
    Reply: ("reply_received", ReplyFacts),
    Correction: ("report_correct_directed", CorrectionFacts),
    CorrectionApproval: ("correction_approve_directed", CorrectionApprovalFacts),
    ReportWithdrawal: ("report_withdraw_directed", ReportWithdrawalFacts),
}
