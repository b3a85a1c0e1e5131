"""
Events that reporting publishes: announcements about programs, and monthly releases. Public.

Its answers to messages about assessments are internal, on ``cri.int.reporting.v1``; the texts of
reports for the agency that asked for them, and why a draft is returned, are on
``cri.int.texts.v1``.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Facts
from shared.contracts.intake import Reason
from shared.contracts.published import (
    Name,
    ProgramCode,
    ProgramStatus,
    Sentence,
    SolicitationStatus,
    Solicited,
    WebPage,
    Words,
)
from shared.contracts.published_reports import OpenCorrection, ReportBody, ReportKind

TOPIC = "cri.int.reporting.v1"
PROGRAMS_TOPIC = "cri.pub.programs.v1"
RELEASES_TOPIC = "cri.pub.reports.v1"
TEXTS_TOPIC = "cri.int.texts.v1"

CorrectionCause = Literal["late", "amended", "rebuilt", "several"]
"""
Why a figure is corrected: events of the month came late, agencies amended what they had stated,
the counts were computed again from the log after a fault, or several of these.
"""


class ProgramFacts(Facts):
    """A program's current state; ``sentence`` describes it for the public."""

    program: ProgramCode
    """The program's id."""
    name: Annotated[Name, Field(examples=["Technical Assistance Center"])]
    """The program's name."""
    status: ProgramStatus
    """Whether it takes requests and offers them."""
    opens_at: AwareDatetime | None = None
    """When an announced program opens."""
    summary: Annotated[Words, Field(examples=["Help by the field, for the field."])]
    """What the program offers, for the public."""
    sentence: Annotated[Sentence, Field(examples=["The program is open."])]
    """Its state in words, for the public."""


class ProgramChanged(Event):
    """On ``cri.pub.programs.v1``; subject and key are the program. Public."""

    type: Literal["gov.cri.reporting.program_changed.v1"]
    data: ProgramFacts
    """The program's current state."""


class SolicitationFacts(Facts):
    """A version of a solicitation; ``sentence`` describes it for the public."""

    solicitation: ProgramCode
    """The solicitation's id."""
    version: int
    """It counts 1, 2, 3 …; the last one holds."""
    program: ProgramCode
    """The program that it belongs to."""
    title: Annotated[Name, Field(examples=["Partners for technical assistance"])]
    """Its title."""
    for_: Annotated[Solicited, Field(alias="for")]
    """Who may apply."""
    opens_on: date
    """The first day on which applications are taken."""
    closes_at: AwareDatetime
    """Until when applications are taken."""
    url: WebPage
    """The page on which to apply: another organization's."""
    summary: Annotated[Words, Field(examples=["Organizations that would help agencies."])]
    """What it is about."""
    status: SolicitationStatus
    """Whether it is to open, open, closed, or canceled."""
    sentence: Annotated[Sentence, Field(examples=["Applications are taken until May 15, 2026."])]
    """Its state in words."""


class SolicitationPublished(Event):
    """On ``cri.pub.programs.v1``; its subject is ``solicitation:<id>``. Public."""

    type: Literal["gov.cri.reporting.solicitation_published.v1"]
    data: SolicitationFacts
    """The solicitation, as it is now."""


ProgramsEvent = ProgramChanged | SolicitationPublished
"""Every event on ``cri.pub.programs.v1``."""


class ReleasedFigure(Facts):
    """
    One public figure of a month, as it is shown.

    ``value`` is a count rounded to tens, a time in hours rounded to half days, or words in place
    of a number that is too small. ``unit`` says what is counted. ``overlaps``: one request may
    count in several groups of the breakdown, so they add up to more than all requests. ``listed``
    is how many agencies of the group are in the agency list, exactly: those that could be served.
    """

    figure: str
    unit: str
    breakdown: str
    group: str
    name: str
    measure: str
    value: int | str
    overlaps: bool = False
    listed: int | None = None


class LogPosition(Facts):
    """The offset of the first record of a partition that is not counted."""

    topic: str
    partition: int
    next_offset: int


class Release(Facts):
    """
    The figures of one month, and what they were computed from.

    Counted are the events with a time from ``begins_at`` to before ``ends_at`` that are on the log
    before ``positions``, without the records in ``left_out`` (coordinates): those could not be
    taken in, or waited behind such a record. At ``as_of``, the whole log was before ``positions``.
    ``definitions`` are the versions of how figures are computed and shown, ``list_year`` is the
    year of the agency list.
    """

    month: str
    zone: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    as_of: AwareDatetime
    definitions: dict[str, int]
    positions: list[LogPosition]
    left_out: list[str] = []
    list_year: str | None = None
    figures: list[ReleasedFigure]


class ReleaseFacts(Facts):
    """``sha256`` is the hash of ``release`` in the canonical JSON of RFC 8785, in hexadecimal."""

    sha256: str
    release: Release


class ReleasePublished(Event):
    """On ``cri.pub.reports.v1``; subject and key are the month. Its cause is the calendar."""

    type: Literal["gov.cri.reporting.release_published.v1"]
    data: ReleaseFacts


class CorrectedFigure(Facts):
    """
    A figure of a released month shows ``after`` where it showed ``before``. Both stay shown.

    ``because`` is a kind of cause, and names no event. The correction came with the release of the
    month ``corrected_with``. ``sha256`` is the hash of the release of the month ``release`` with
    its corrected values, and with ``as_of``, ``positions`` and ``left_out`` of that later release.
    """

    release: str
    figure: str
    breakdown: str
    group: str
    measure: str
    before: int | str
    after: int | str
    because: CorrectionCause
    corrected_with: str
    sha256: str


class FigureCorrected(Event):
    """On ``cri.pub.reports.v1``; subject and key are the month whose figure is corrected."""

    type: Literal["gov.cri.reporting.figure_corrected.v1"]
    data: CorrectedFigure


ReleaseEvent = ReleasePublished | FigureCorrected
"""Every event about a month on ``cri.pub.reports.v1``."""


class AppliedFacts(Facts):
    """
    ``what`` is the kind of the applied message, such as ``finding.record``.

    ``about`` names what it is about: the engagement and a number, such as ``CRI-…-E1 2.1``.
    """

    participant: str
    what: str
    about: str


class MessageApplied(Event):
    """Reporting's answer to a message about an assessment; its subject is the engagement's id."""

    type: Literal["gov.cri.reporting.message_applied.v1"]
    data: AppliedFacts


class MessageRefusedFacts(Facts):
    participant: str
    what: str
    about: str
    refused_by: str = "reporting"
    reasons: list[Reason]


class MessageRefused(Event):
    type: Literal["gov.cri.reporting.message_refused.v1"]
    data: MessageRefusedFacts


AnswerEvent = MessageApplied | MessageRefused
"""Every answer to a message."""


class FactCheckAskedFacts(Facts):
    """``participant`` made the request: it may check the report until ``due_at``."""

    participant: str
    tracking_number: str
    engagement_id: str
    report_id: str
    version: int
    hash: str
    due_at: AwareDatetime


class FactCheckAsked(Event):
    """A report was drafted, and the agency is to check it; its subject is the engagement's id."""

    type: Literal["gov.cri.reporting.fact_check_asked.v1"]
    data: FactCheckAskedFacts


class ReplyAskedFacts(Facts):
    """``participant`` made the request: it may reply to the report until ``due_at``."""

    participant: str
    tracking_number: str
    engagement_id: str
    report_id: str
    version: int
    hash: str
    due_at: AwareDatetime


class ReplyAsked(Event):
    """A report was published, and the agency may reply; its subject is the engagement's id."""

    type: Literal["gov.cri.reporting.reply_asked.v1"]
    data: ReplyAskedFacts


class PublicationLateFacts(Facts):
    """
    ``participant`` made the request; ``due_on`` is the day on which the report was due last.

    ``provider`` works on the assessment, if that has not ended.
    """

    participant: str
    provider: str | None = None
    tracking_number: str
    engagement_id: str
    kind: ReportKind
    due_on: date


class PublicationLate(Event):
    """
    A report was due and is not published; its subject is the engagement's id.

    Its cause is the calendar. It comes once for each day on which the report was due.
    """

    type: Literal["gov.cri.reporting.publication_late.v1"]
    data: PublicationLateFacts


class ReportReadFacts(Facts):
    """``participant`` was told the text; ``texts`` is the number of the `ReportTold` with it."""

    participant: str
    engagement_id: str
    report_id: str
    version: int
    hash: str
    texts: int


class ReportRead(Event):
    """The agency was told the text of a report; its subject is the engagement's id."""

    type: Literal["gov.cri.reporting.report_read.v1"]
    data: ReportReadFacts


ReportStage = Literal["fact_check", "published"]


class ReportToldFacts(Facts):
    """
    ``participant`` asked for the text: the one that made the request, or a program office.

    The agency may check the report, or reply to the published one, until ``until``.
    ``corrections`` are those that nobody has approved, for an office alone.
    """

    participant: str
    tracking_number: str
    engagement_id: str
    hash: str
    stage: ReportStage
    until: AwareDatetime
    body: ReportBody
    corrections: list[OpenCorrection] | None = None


class ReportTold(Event):
    """
    The text of a report, for the agency that asked for it: the answer to ``report.read``.

    Restricted, on ``cri.int.texts.v1``. Its subject is the engagement's id.
    """

    type: Literal["gov.cri.reporting.report_told.v1"]
    data: ReportToldFacts


class ReturnReasonFacts(Facts):
    """``participant`` drafted the version that was returned; ``why`` are the words for it."""

    participant: str
    tracking_number: str
    engagement_id: str
    report_id: str
    version: int
    why: str


class ReturnReasonTold(Event):
    """
    Why a version of a report was returned, for the participant that drafted it.

    Restricted, on ``cri.int.texts.v1``. Its subject is the engagement's id.
    """

    type: Literal["gov.cri.reporting.return_reason_told.v1"]
    data: ReturnReasonFacts


TextEvent = ReportTold | ReturnReasonTold
"""Every event on ``cri.int.texts.v1``."""
ReportStatus = Literal["returned", "published", "corrected", "withdrawn"]


class ReportStatusFacts(Facts):
    """
    ``drafted_by`` drafted the version, ``participant`` made the request.

    ``texts`` is the number of the `ReturnReasonTold` with why a version was returned.
    """

    participant: str
    drafted_by: str
    tracking_number: str
    engagement_id: str
    report_id: str
    version: int
    status: ReportStatus
    texts: int | None = None


class ReportStatusChanged(Event):
    """
    A version was returned or published, or what is published was corrected or withdrawn.

    Its subject is the engagement's id.
    """

    type: Literal["gov.cri.reporting.report_status_changed.v1"]
    data: ReportStatusFacts


RecommendationChange = Literal["claimed", "verified", "returned"]


class RecommendationFacts(Facts):
    """
    ``status`` is the verified status that holds now, if any; ``on`` the day of the change.

    ``provider`` works on the assessment, ``participant`` made the request.
    """

    participant: str
    provider: str
    tracking_number: str
    engagement_id: str
    recommendation: str
    change: RecommendationChange
    status: str | None = None
    reason_code: str | None = None
    on: date


class RecommendationChanged(Event):
    """
    The agency reports a recommendation as done, or the office verified or returned its status.

    Its subject is the engagement's id. It comes only while the engagement is open.
    """

    type: Literal["gov.cri.reporting.recommendation_changed.v1"]
    data: RecommendationFacts


AboutRequest = (
    FactCheckAsked | ReplyAsked | PublicationLate | ReportStatusChanged | RecommendationChanged
)
"""Events that participants hear about under the request that their data name."""
ReportingEvent = AnswerEvent | AboutRequest | ReportRead
"""Every event on ``cri.int.reporting.v1``."""
