"""
Assessments: what participants send about findings and recommendations, and intake's events.

An engagement of the program `PROGRAM` is assessed in public. Its codes, numbers and dates are on
``cri.int.intake.v1``, its texts on ``cri.int.drafts.v1``; reporting decides and answers.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field

from shared.contracts.event import Event, Facts, Uuid
from shared.contracts.reference import Code, Goal
from shared.contracts.strict import Identifier, Line, Note, Strict

DRAFTS_TOPIC = "cri.int.drafts.v1"
PROGRAM = "organizational-assessment"
"""The program whose engagements are reported on in public."""
Status = Literal[
    "complete", "partially_complete", "in_progress", "not_started", "withdrawn_from_report"
]
STATUSES: tuple[Status, ...] = get_args(Status)
FINAL: frozenset[str] = frozenset({"complete", "partially_complete", "withdrawn_from_report"})
"""Statuses from which only the program office goes back; the last one is never left."""
StatusReason = Literal[
    "pending_labor_negotiation", "under_study", "alternative_action", "declined"
]
STATUS_REASONS: tuple[StatusReason, ...] = get_args(StatusReason)
Verdict = Literal["accept", "return"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_AREA = "([1-9]|1[0-9]|20)"
_PART = "[1-9][0-9]?"
EngagementNumber = Annotated[Identifier, Field(examples=["CRI-2026-000123-K-E1"])]
FindingNumber = Annotated[str, Field(pattern=rf"^{_AREA}\.{_PART}$", examples=["2.1"])]
RecommendationNumber = Annotated[
    str, Field(pattern=rf"^{_AREA}\.{_PART}\.{_PART}$", examples=["2.1.1"])
]
DraftText = Annotated[str, Field(min_length=1, max_length=4000)]
Version = Annotated[int, Field(ge=1, le=10_000, examples=[1])]
Basis = Annotated[list[Code], Field(max_length=20, examples=[["policy_review"]])]


def finding_of(recommendation: str) -> str:
    """Return the number of the finding that *recommendation* follows from: 2.1 for 2.1.1."""
    return recommendation.rpartition(".")[0]


def focus_area_of(number: str) -> int:
    """Return the number of the focus area that a finding or a recommendation belongs to."""
    return int(number.partition(".")[0])


class FocusArea(Strict):
    """
    Names a focus area of an assessment; it replaces the title and the goal that its number has.

    Only the provider of an engagement of the program organizational-assessment sends it.
    """

    engagement_id: EngagementNumber
    """The engagement, by its id in engagement.opened."""
    number: Annotated[int, Field(ge=1, le=20, examples=[2])]
    """The focus area's number in the report."""
    title: Annotated[Line, Field(examples=["Use of force"])]
    """Its title: restricted until a report with it is published."""
    goal: Annotated[Goal | None, Field(examples=["operations"])] = None
    """Which goal of the program it serves most."""


class Finding(Strict):
    """What an assessment has found, in a focus area that is named already."""

    engagement_id: EngagementNumber
    """The engagement, by its id in engagement.opened."""
    finding: FindingNumber
    """Its number: that of the focus area, and its own in it. A number never comes again."""
    text: Annotated[DraftText, Field(examples=["Reports of force are reviewed late."])]
    """The finding: restricted until a report with it is published."""
    basis: Basis = []
    """What it rests on, as codes of your own choice."""
    version: Version
    """It counts 1, 2, 3 and so on, for each finding."""


class Recommendation(Strict):
    """What an assessment recommends, after the finding that its number begins with."""

    engagement_id: EngagementNumber
    """The engagement, by its id in engagement.opened."""
    recommendation: RecommendationNumber
    """Its number: that of the finding, and its own after it. A number never comes again."""
    text: Annotated[DraftText, Field(examples=["Review each report within five days."])]
    """The recommendation: restricted until a report with it is published."""
    due_on: date | None = None
    """When it is to be carried out."""
    version: Version
    """It counts 1, 2, 3 and so on, for each recommendation."""


class Claim(Strict):
    """
    The agency reports a recommendation as done.

    This is shown beside the verified status. It neither changes it nor counts with it.
    """

    engagement_id: EngagementNumber
    """The engagement that the assessment belongs to."""
    recommendation: RecommendationNumber
    """The recommendation."""
    done_on: date
    """When it was done; not in the future."""
    words: Annotated[Note, Field(min_length=1, examples=["The new policy is in force."])]
    """How it was done: restricted until a report with it is published."""


class StatusProposal(Strict):
    """
    A provider decides the status of a recommendation; it holds once the office has verified it.

    It replaces the recommendation's earlier proposal. The actor is always required.
    """

    engagement_id: EngagementNumber
    """The engagement, by its id in engagement.opened."""
    recommendation: RecommendationNumber
    """The recommendation."""
    status: Annotated[Status, Field(examples=["in_progress"])]
    """How far it is carried out."""
    reason_code: StatusReason | None = None
    """Why it is no further; required with `withdrawn_from_report`."""
    basis: Basis = []
    """What the status rests on, as codes of your own choice."""
    on: date
    """The day from which it holds; not in the future."""


class StatusVerification(Strict):
    """
    The program office verifies a proposed status, or returns it, through another person.

    With `return` and nothing proposed, a recommendation that is complete or partially complete
    goes back to `status`. The actor is always required.
    """

    engagement_id: EngagementNumber
    """The engagement that the assessment belongs to."""
    recommendation: RecommendationNumber
    """The recommendation."""
    status: Annotated[Status, Field(examples=["in_progress"])]
    """The status that is proposed, or to which the recommendation goes back."""
    reason_code: Annotated[Code | None, Field(examples=["evidence_missing"])] = None
    """Why, as a code of the office's own choice; required with `return`."""
    decision: Annotated[Verdict, Field(examples=["accept"])]
    """What the office decides."""
    on: date
    """The day from which the status holds; not in the future."""


AboutAssessment = (
    FocusArea | Finding | Recommendation | Claim | StatusProposal | StatusVerification
)
"""Every message about an assessment."""
INBOUND: dict[str, type[BaseModel]] = {
    "gov.cri.focus_area.set.v1": FocusArea,
    "gov.cri.finding.record.v1": Finding,
    "gov.cri.recommendation.record.v1": Recommendation,
    "gov.cri.recommendation.claim.v1": Claim,
    "gov.cri.status.propose.v1": StatusProposal,
    "gov.cri.status.verify.v1": StatusVerification,
}
"""Inbound type → the model of its ``data``."""


class AssessmentFacts(Facts):
    """An assessment, by its engagement, and the participant that acts; texts are `DraftStated`."""

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    participant: str


class FocusAreaFacts(AssessmentFacts):
    number: int
    goal: str | None = None


class FocusAreaSet(Event):
    """Its subject is the engagement's id, as that of all events about an assessment."""

    type: Literal["gov.cri.intake.focus_area_set.v1"]
    data: FocusAreaFacts


class FindingFacts(AssessmentFacts):
    finding: str
    basis: list[str] = []
    version: int


class FindingRecorded(Event):
    type: Literal["gov.cri.intake.finding_recorded.v1"]
    data: FindingFacts


class RecommendationFacts(AssessmentFacts):
    recommendation: str
    due_on: date | None = None
    version: int


class RecommendationRecorded(Event):
    type: Literal["gov.cri.intake.recommendation_recorded.v1"]
    data: RecommendationFacts


class ClaimFacts(AssessmentFacts):
    recommendation: str
    done_on: date


class RecommendationClaimed(Event):
    type: Literal["gov.cri.intake.recommendation_claimed.v1"]
    data: ClaimFacts


class ProposalFacts(AssessmentFacts):
    recommendation: str
    status: str
    reason_code: str | None = None
    basis: list[str] = []
    on: date


class StatusProposed(Event):
    """A provider's decision; the envelope's ``actor`` is the person who made it."""

    type: Literal["gov.cri.intake.status_proposed.v1"]
    data: ProposalFacts


class VerificationFacts(AssessmentFacts):
    """``decision`` is accept or return."""

    recommendation: str
    status: str
    reason_code: str | None = None
    decision: str
    on: date


class StatusVerificationDirected(Event):
    """The program office's verdict; the envelope's ``actor`` is the person who gave it."""

    type: Literal["gov.cri.intake.status_verification_directed.v1"]
    data: VerificationFacts


AssessmentEvent = (
    FocusAreaSet
    | FindingRecorded
    | RecommendationRecorded
    | RecommendationClaimed
    | StatusProposed
    | StatusVerificationDirected
)
"""Every event about an assessment on ``cri.int.intake.v1``."""


class DraftFacts(Facts):
    """
    A text of an assessment, before it is published.

    ``what`` is the message that it came in, such as ``finding.record``; ``item`` the number of the
    focus area, the finding or the recommendation.
    """

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    participant: str
    what: str
    item: str
    version: int | None = None
    text: str


class DraftStated(Event):
    """
    Restricted, on ``cri.int.drafts.v1``. Its subject is the engagement's id.

    It counts only if reporting applied the message that it came in, which has the same cause.
    """

    type: Literal["gov.cri.intake.draft_stated.v1"]
    data: DraftFacts
