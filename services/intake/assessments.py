"""Events that forward messages about assessments: one has the codes, another the text."""

from services.intake.batch_state import BatchState, Published, Request, Subject
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts import assessments
from shared.contracts.assessments import DRAFTS_TOPIC, AboutAssessment, DraftFacts
from shared.contracts.event import Facts
from shared.contracts.intake import TOPIC

_DRAFT = "gov.cri.intake.draft_stated.v1"


def assessment_subjects(message: Message) -> set[Subject]:
    """Return the subjects that *message* may publish about; its request's lock guards them."""
    engagement: str = message.data.engagement_id
    return {(TOPIC, engagement), (DRAFTS_TOPIC, engagement)}


def assessment_events(
    message: Message, request: Request, batch: BatchState
) -> tuple[Published, ...]:
    """Return the event with the codes of *message*, and the one with its text, if it has any."""
    data: AboutAssessment = message.data
    about = {
        "request_id": request.request_id,
        "tracking_number": request.tracking_number,
        "engagement_id": data.engagement_id,
        "participant": message.participant,
    }
    kind, facts = _facts(data, about)
    codes = _event(message, request, batch, topic=TOPIC, kind=kind, facts=facts)
    stated = _text(data)
    if stated is None:
        return (codes,)
    item, version, text = stated
    assert message.kind is not None
    what = message.kind.removeprefix("gov.cri.").removesuffix(".v1")
    draft = DraftFacts(**about, what=what, item=item, version=version, text=text)
    return codes, _event(message, request, batch, topic=DRAFTS_TOPIC, kind=_DRAFT, facts=draft)


def _event(
    message: Message, request: Request, batch: BatchState, *, topic: str, kind: str, facts: Facts
) -> Published:
    subject: str = message.data.engagement_id
    return next_event(
        message,
        batch,
        topic=topic,
        kind=kind,
        subject=subject,
        facts=facts,
        request_id=request.request_id,
    )


def _facts(data: AboutAssessment, about: dict[str, str]) -> tuple[str, Facts]:
    stated = {**about, **dict(data)}
    match data:
        case assessments.FocusArea():
            return "gov.cri.intake.focus_area_set.v1", assessments.FocusAreaFacts(**stated)
        case assessments.Finding():
            return "gov.cri.intake.finding_recorded.v1", assessments.FindingFacts(**stated)
        case assessments.Recommendation():
            recommended = assessments.RecommendationFacts(**stated)
            return "gov.cri.intake.recommendation_recorded.v1", recommended
        case assessments.Claim():
            return "gov.cri.intake.recommendation_claimed.v1", assessments.ClaimFacts(**stated)
        case assessments.StatusProposal():
            return "gov.cri.intake.status_proposed.v1", assessments.ProposalFacts(**stated)
        case assessments.StatusVerification():
            verified = assessments.VerificationFacts(**stated)
            return "gov.cri.intake.status_verification_directed.v1", verified


def _text(data: AboutAssessment) -> tuple[str, int | None, str] | None:
    """Return the item that the text of *data* belongs to, its version, and the text."""
    match data:
        case assessments.FocusArea(number=number, title=title):
            return str(number), None, title
        case assessments.Finding(finding=finding, version=version, text=text):
            return finding, version, text
        case assessments.Recommendation(recommendation=number, version=version, text=text):
            return number, version, text
        case assessments.Claim(recommendation=number, words=words):
            return number, None, words
        case assessments.StatusProposal() | assessments.StatusVerification():
            return None
