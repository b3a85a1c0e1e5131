"""
Types of values that Continuum writes: their JSON schema is published, nothing is checked.

Readers rely on these bounds; the values come from checked messages, or are our own.
"""

from typing import Annotated

from pydantic import WithJsonSchema

_NUMBER = "CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]"
_CODE = "^[a-z0-9][a-z0-9_.-]{0,63}$"
_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def _text(most: int, *examples: str) -> WithJsonSchema:
    shown = {"examples": list(examples)} if examples else {}
    return WithJsonSchema({"type": "string", "maxLength": most, **shown})


def _form(pattern: str, *examples: str) -> WithJsonSchema:
    shown = {"examples": list(examples)} if examples else {}
    return WithJsonSchema({"type": "string", "pattern": pattern, **shown})


def _codes(name: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "maxLength": 64, "examples": list(examples), "x-codes": name}
    )


TrackingNumber = Annotated[str, _form(f"^{_NUMBER}$", "CRI-2026-000123-K")]
OfferId = Annotated[str, _form(f"^{_NUMBER}-O[1-9][0-9]{{0,5}}$", "CRI-2026-000123-K-O1")]
EngagementId = Annotated[str, _form(f"^{_NUMBER}-E[1-9][0-9]{{0,5}}$", "CRI-2026-000123-K-E1")]
WorkId = Annotated[str, _form(f"^{_NUMBER}-[OE][1-9][0-9]{{0,5}}$", "CRI-2026-000123-K-O1")]
DerivedId = Annotated[str, _form(_ID, "02e368eb-728c-5292-92c0-86e2b3ece2cd")]
Coordinate = Annotated[
    str, _form("^[a-z0-9.-]{1,80}/[0-9]{1,4}/[0-9]{1,19}$", "cri.in.south-agencies.v1/0/41")
]
Sequence = Annotated[str, _form("^[0-9]{20}$", "00000000000000000017")]
ParticipantName = Annotated[str, _form("^[a-z][a-z0-9-]{1,40}$", "iadlest")]
ActorName = Annotated[str, _form("^(staff|contact|system):[A-Za-z0-9_-]{1,64}$", "staff:k7f2")]
ProgramCode = Annotated[str, _form(_CODE, "cri-tac")]
AnyCode = Annotated[str, _form(_CODE)]
SenderId = Annotated[str, _text(100, "2026-0001-1")]
Source = Annotated[str, _form("^urn:cri:continuum:[a-z]{1,40}$", "urn:cri:continuum:reporting")]
Slug = Annotated[str, _form("^[a-z0-9]+(-[a-z0-9]+)*$", "north-miami-police-department-fl")]
Sha256 = Annotated[str, _form("^[0-9a-f]{64}$")]
ItemNumber = Annotated[str, _text(20, "2.1.1")]
Name = Annotated[str, _text(200)]
Subject = Annotated[str, _text(200, "CRI-2026-000123-K")]
Words = Annotated[str, _text(2000)]
DraftedText = Annotated[str, _text(4000)]
Explanation = Annotated[str, _text(10_000)]
Sentence = Annotated[str, _text(1_000_000)]
"""It may quote sentences of the rule set in force, so only the size of a message bounds it."""
Status = Annotated[str, _codes("statuses", "waiting")]
Lane = Annotated[str, _codes("paces", "standard")]
AnswerCode = Annotated[str, _codes("offer_answers", "accept")]
WhomCode = Annotated[str, _codes("whom", "provider")]
CauseCode = Annotated[str, _codes("causes", "provider_suspended")]
EndReasonCode = Annotated[str, _codes("end_reasons", "provider_lost")]
ReferralReason = Annotated[str, _codes("referral_reasons", "countered")]
RefusingService = Annotated[str, _codes("refusing_services", "intake")]
RefusalCode = Annotated[str, _codes("refusals", "schema")]
AgencyTypeCode = Annotated[str, _codes("agency_types", "local")]
AgencyClassCode = Annotated[str, _codes("agency_classes", "county")]
StateCode = Annotated[str, _codes("states", "US-CO")]
SwornBandCode = Annotated[str, _codes("sworn_bands", "10-49")]
ClockName = Annotated[str, _codes("clocks", "triage.standard")]
FormCode = Annotated[str, _codes("service_forms", "consultation")]
PurposeCode = Annotated[str, _codes("purposes", "call")]
CopyKind = Annotated[str, _codes("copies", "messages")]
HeldPart = Annotated[str, _codes("held_parts", "need")]
MailState = Annotated[str, _codes("mail_states", "accepted")]
NoticeOutcome = Annotated[str, _codes("notice_outcomes", "sent")]
ProgramStatus = Annotated[str, _codes("program_statuses", "open")]
Solicited = Annotated[str, _codes("solicited", "providers")]
SolicitationStatus = Annotated[str, _codes("solicitation_statuses", "open")]
ReportStageCode = Annotated[str, _codes("report_stages", "fact_check")]
ReportStatusCode = Annotated[str, _codes("report_statuses", "returned")]
RecommendationChangeCode = Annotated[str, _codes("recommendation_changes", "returned")]
RecommendationStatus = Annotated[str, _codes("recommendation_statuses", "in_progress")]
WebPage = Annotated[str, _text(500, "https://grants.example/cri-tac-2026")]
